using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Autoscaling;

/// <summary>The metrics of a HorizontalPodAutoscaler's spec, with upstream's paths and words.</summary>
internal static class MetricRules
{
    private const string EitherTarget = "must set either a target raw value or a target utilization";
    private const string OneTarget = "may not set both a target raw value and a target utilization";

    private static readonly string[] Types = ["ContainerResource", "External", "Object", "Pods", "Resource"];

    // In the order in which upstream looks for them.
    private static readonly string[] Sources = ["object", "external", "pods", "resource", "containerResource"];

    /// <summary>Checks one metric.</summary>
    public static void Validate(JsonObject metric, FieldPath path, FieldErrorList errors)
    {
        var type = metric.Text("type");
        if (type.Length == 0)
        {
            errors.Required(path.Child("type"), "must specify a metric source type");
        }

        var known = Types.Contains(type);
        if (!known)
        {
            errors.NotOneOf(path.Child("type"), type, Types);
        }

        var present = Sources.Where(source => metric.Child(source) is not null).ToList();
        if (present.Count > 0)
        {
            ValidateSource(present[0], metric.Child(present[0])!, path.Child(present[0]), errors);
        }

        var expected = known ? char.ToLowerInvariant(type[0]) + type[1..] : "";
        if (!known)
        {
            errors.NotOneOf(path.Child("type"), type, Types);
        }
        else if (!present.Contains(expected))
        {
            errors.Required(path.Child(expected), "must populate information for the given metric source");
        }

        if (present.Count != 1)
        {
            foreach (var other in present.Where(source => source != expected))
            {
                errors.Forbidden(path.Child(other), "must populate the given metric source only");
            }
        }
    }

    private static void ValidateSource(string source, JsonObject json, FieldPath path, FieldErrorList errors)
    {
        var target = json.Child("target") ?? [];
        var at = path.Child("target");
        switch (source)
        {
            case "object":
                AutoscalerRules.ValidateReference(json.Child("describedObject") ?? [], path.Child("describedObject"), errors);
                ValidateMetric(json, path, errors);
                ValidateTarget(target, at, errors);
                NeedOne(target, "value", at.Child("averageValue"), "must set either a target value or averageValue", errors);
                break;
            case "external":
                ValidateMetric(json, path, errors);
                ValidateTarget(target, at, errors);
                NeedOne(
                    target, "value", at.Child("averageValue"),
                    "must set either a target value for metric or a per-pod target", errors);
                NotBoth(
                    target, "value", at.Child("value"), "may not set both a target value for metric and a per-pod target",
                    errors);
                break;
            case "pods":
                ValidateMetric(json, path, errors);
                ValidateTarget(target, at, errors);
                if (target["averageValue"] is null)
                {
                    errors.Required(at.Child("averageValue"), "must specify a positive target averageValue");
                }

                break;
            default:
                ValidateResource(source, json, path, errors);
                ValidateTarget(target, at, errors);
                NeedOne(target, "averageUtilization", at.Child("averageUtilization"), EitherTarget, errors);
                NotBoth(target, "averageUtilization", at.Child("averageValue"), OneTarget, errors);
                break;
        }
    }

    private static void ValidateResource(string source, JsonObject json, FieldPath path, FieldErrorList errors)
    {
        var (name, container) = (json.Text("name"), json.Text("container"));
        errors.RequiredText(path.Child("name"), name, "must specify a resource name");
        if (source == "resource")
        {
            return;
        }

        errors.AddMessages(path.Child("name"), name, NameRules.IsQualifiedName);
        if (name.Length > 0 && !name.Contains('/', StringComparison.Ordinal)
            && name is not ("cpu" or "memory" or "ephemeral-storage")
            && !name.StartsWith("hugepages-", StringComparison.Ordinal))
        {
            errors.Invalid(path.Child("name"), name, "must be a standard resource for containers");
        }

        errors.RequiredText(path.Child("container"), container, "must specify a container");
        errors.AddMessages(path.Child("container"), container, NameRules.IsDns1123Label);
    }

    private static void ValidateMetric(JsonObject source, FieldPath path, FieldErrorList errors)
    {
        var name = source.Child("metric").Text("name");
        errors.RequiredText(path.Child("metric", "name"), name, "must specify a metric name");
        errors.AddMessages(path.Child("metric", "name"), name, NameRules.IsPathSegmentName);
    }

    private static void ValidateTarget(JsonObject target, FieldPath path, FieldErrorList errors)
    {
        var type = target.Text("type");
        errors.RequiredText(path.Child("type"), type, "must specify a metric target type");
        if (type is not ("Utilization" or "Value" or "AverageValue"))
        {
            errors.Invalid(path.Child("type"), type, "must be either Utilization, Value, or AverageValue");
        }

        foreach (var field in new[] { "value", "averageValue" })
        {
            if (ResourceQuantity.TryParse(target[field]?.ToString(), out var amount) && amount.Sign <= 0)
            {
                errors.Invalid(path.Child(field), amount.ToString(), "must be positive");
            }
        }

        if (target.Integer("averageUtilization") is < 1 and var percent)
        {
            errors.Invalid(path.Child("averageUtilization"), percent, "must be greater than 0");
        }
    }

    private static void NeedOne(JsonObject target, string other, FieldPath path, string detail, FieldErrorList errors)
    {
        if (target[other] is null && target["averageValue"] is null)
        {
            errors.Required(path, detail);
        }
    }

    private static void NotBoth(JsonObject target, string other, FieldPath path, string detail, FieldErrorList errors)
    {
        if (target[other] is not null && target["averageValue"] is not null)
        {
            errors.Forbidden(path, detail);
        }
    }
}
