using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Autoscaling;

/// <summary>
/// What HorizontalPodAutoscalers must obey; order, paths and words are those of
/// k8s.io/kubernetes/pkg/apis/autoscaling/validation.
/// </summary>
internal static class AutoscalerRules
{
    private const long MaxStabilizationSeconds = 3600;
    private const long MaxPeriodSeconds = 1800;

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    private static readonly string[] SelectPolicies = ["Disabled", "Max", "Min"];

    private static readonly string[] PolicyTypes = ["Percent", "Pods"];

    /// <summary>Checks an autoscaler; an old one with no pods at the least may keep that.</summary>
    public static void Validate(JsonObject obj, JsonObject? old, FieldErrorList errors)
    {
        var spec = obj.Child("spec") ?? [];
        var fewest = old.Integer("spec.minReplicas") == 0 ? 0 : 1;
        var (min, max) = (spec.Integer("minReplicas"), spec.Integer("maxReplicas") ?? 0);
        if (min < fewest)
        {
            errors.Invalid(Spec.Child("minReplicas"), min, $"must be greater than or equal to {fewest}");
        }

        if (max < 1)
        {
            errors.Invalid(Spec.Child("maxReplicas"), max, "must be greater than 0");
        }

        if (max < min)
        {
            errors.Invalid(Spec.Child("maxReplicas"), max, "must be greater than or equal to `minReplicas`");
        }

        ValidateReference(spec.Child("scaleTargetRef") ?? [], Spec.Child("scaleTargetRef"), errors);
        foreach (var (metric, at) in spec.Items("metrics").Indexed(Spec.Child("metrics")))
        {
            MetricRules.Validate(metric, at, errors);
        }

        if (min == 0 && !spec.Items("metrics").Any(m => m.Text("type") is "Object" or "External"))
        {
            errors.Forbidden(
                Spec.Child("metrics"),
                "must specify at least one Object or External metric to support scaling to zero replicas");
        }

        foreach (var direction in new[] { "scaleUp", "scaleDown" })
        {
            if (spec.Child("behavior").Child(direction) is { } rules)
            {
                ValidateRules(rules, Spec.Child("behavior", direction), errors);
            }
        }
    }

    /// <summary>Kind and name of an object of whatever API; both are needed.</summary>
    public static void ValidateReference(JsonObject reference, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredName(path.Child("kind"), reference.Text("kind"), NameRules.IsPathSegmentName);
        errors.RequiredName(path.Child("name"), reference.Text("name"), NameRules.IsPathSegmentName);
    }

    private static void ValidateRules(JsonObject rules, FieldPath path, FieldErrorList errors)
    {
        var window = rules.Integer("stabilizationWindowSeconds");
        if (window < 0)
        {
            errors.Invalid(path.Child("stabilizationWindowSeconds"), window, "must be greater than or equal to zero");
        }

        NoMoreThan(window, MaxStabilizationSeconds, path.Child("stabilizationWindowSeconds"), errors);
        if (rules["selectPolicy"] is not null && rules.Text("selectPolicy") is var select && !SelectPolicies.Contains(select))
        {
            errors.NotOneOf(path.Child("selectPolicy"), select, SelectPolicies);
        }

        var at = path.Child("policies");
        if (rules.Count("policies") == 0)
        {
            errors.Required(at, "must specify at least one Policy");
        }

        foreach (var (policy, policyAt) in rules.Items("policies").Indexed(at))
        {
            ValidatePolicy(policy, policyAt, errors);
        }

        if (ResourceQuantity.TryParse(rules.Text("tolerance"), out var tolerance) && tolerance.Sign < 0)
        {
            errors.Invalid(path.Child("tolerance"), tolerance.ToString(), "must be greater than or equal to 0");
        }
    }

    private static void ValidatePolicy(JsonObject policy, FieldPath path, FieldErrorList errors)
    {
        if (policy.Text("type") is var type && !PolicyTypes.Contains(type))
        {
            errors.NotOneOf(path.Child("type"), type, PolicyTypes);
        }

        foreach (var field in new[] { "value", "periodSeconds" })
        {
            if ((policy.Integer(field) ?? 0) is <= 0 and var number)
            {
                errors.Invalid(path.Child(field), number, "must be greater than zero");
            }
        }

        NoMoreThan(policy.Integer("periodSeconds"), MaxPeriodSeconds, path.Child("periodSeconds"), errors);
    }

    private static void NoMoreThan(long? number, long max, FieldPath path, FieldErrorList errors)
    {
        if (number > max)
        {
            errors.Invalid(path, number, $"must be less than or equal to {max}");
        }
    }
}
