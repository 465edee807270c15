using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Batch;

/// <summary>A Job's spec.podFailurePolicy (KEP-3329), with upstream's paths and words.</summary>
internal static class PodFailurePolicyRules
{
    private const int MaxRules = 20;
    private const int MaxExitCodes = 255;
    private const int MaxPatterns = 20;

    private static readonly string[] Actions = ["Count", "FailIndex", "FailJob", "Ignore"];

    private static readonly string[] Operators = ["In", "NotIn"];

    private static readonly string[] Statuses = ["False", "True", "Unknown"];

    /// <summary>Checks the policy of a Job's spec.</summary>
    public static void Validate(JsonObject spec, FieldPath path, FieldErrorList errors)
    {
        var policy = spec.Child("podFailurePolicy");
        var at = path.Child("rules");
        if (policy.Count("rules") is > MaxRules and var count)
        {
            errors.TooMany(at, count, MaxRules);
        }

        var pod = spec.Child("template").Child("spec");
        var containers = pod.Items("containers").Concat(pod.Items("initContainers")).Select(c => c.Text("name")).ToHashSet();
        foreach (var (rule, ruleAt) in policy.Items("rules").Indexed(at))
        {
            ValidateAction(spec, rule.Text("action"), ruleAt.Child("action"), errors);
            var (codes, patterns) = (rule.Child("onExitCodes"), rule.Count("onPodConditions"));
            if (codes is not null)
            {
                ValidateExitCodes(codes, ruleAt.Child("onExitCodes"), containers, errors);
            }

            ValidatePatterns(rule, ruleAt.Child("onPodConditions"), errors);
            if (codes is not null && patterns > 0)
            {
                errors.Invalid(ruleAt, "specifying both OnExitCodes and OnPodConditions is not supported");
            }

            if (codes is null && patterns == 0)
            {
                errors.Invalid(ruleAt, "specifying one of OnExitCodes and OnPodConditions is required");
            }
        }
    }

    private static void ValidateAction(JsonObject spec, string action, FieldPath path, FieldErrorList errors)
    {
        if (action == "FailIndex")
        {
            if (spec["backoffLimitPerIndex"] is null)
            {
                errors.Invalid(path, action, "requires the backoffLimitPerIndex to be set");
            }
        }
        else
        {
            Choose(action, Actions, path, errors);
        }
    }

    private static void ValidatePatterns(JsonObject rule, FieldPath path, FieldErrorList errors)
    {
        if (rule.Count("onPodConditions") is > MaxPatterns and var count)
        {
            errors.TooMany(path, count, MaxPatterns);
        }

        foreach (var (pattern, at) in rule.Items("onPodConditions").Indexed(path))
        {
            errors.AddMessages(at.Child("type"), pattern.Text("type"), NameRules.IsQualifiedName, evenEmpty: true);
            Choose(pattern.Text("status"), Statuses, at.Child("status"), errors);
        }
    }

    private static void ValidateExitCodes(
        JsonObject requirement, FieldPath path, HashSet<string> containers, FieldErrorList errors)
    {
        var op = requirement.Text("operator");
        Choose(op, Operators, path.Child("operator"), errors);
        if (requirement["containerName"] is not null && requirement.Text("containerName") is var name
            && !containers.Contains(name))
        {
            errors.Invalid(
                path.Child("containerName"), name,
                "must be one of the container or initContainer names in the pod template");
        }

        var at = path.Child("values");
        var codes = (requirement["values"] as JsonArray ?? []).Select(v => JsonFields.Integer(v) ?? 0).ToList();
        if (codes.Count == 0)
        {
            errors.Invalid(at, RuleExtensions.Shown(requirement["values"]), "at least one value is required");
        }
        else if (codes.Count > MaxExitCodes)
        {
            errors.TooMany(at, codes.Count, MaxExitCodes);
        }

        var seen = new HashSet<long>();
        for (var i = 0; i < codes.Count; i++)
        {
            if (op == "In" && codes[i] == 0)
            {
                errors.Invalid(at.Index(i), codes[i], "must not be 0 for the In operator");
            }

            if (!seen.Add(codes[i]))
            {
                errors.Duplicate(at.Index(i), codes[i]);
            }
        }

        if (codes.Zip(codes.Skip(1)).Any(pair => pair.First > pair.Second))
        {
            errors.Invalid(at, RuleExtensions.Shown(requirement["values"]), "must be ordered");
        }
    }

    private static void Choose(string value, string[] choices, FieldPath path, FieldErrorList errors)
    {
        if (value.Length == 0)
        {
            errors.Required(path, JobSpecRules.Choices(choices));
        }
        else if (!choices.Contains(value))
        {
            errors.NotOneOf(path, value, choices);
        }
    }
}
