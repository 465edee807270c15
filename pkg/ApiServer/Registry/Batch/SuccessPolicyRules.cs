using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Batch;

/// <summary>A Job's spec.successPolicy (KEP-3998), with upstream's paths and words.</summary>
internal static class SuccessPolicyRules
{
    private const int MaxRules = 20;

    private const int MaxIndexesBytes = 64 * 1024;

    /// <summary>Checks the policy of an Indexed Job's spec.</summary>
    public static void Validate(JsonObject spec, FieldPath path, FieldErrorList errors)
    {
        var policy = spec.Child("successPolicy");
        var at = path.Child("rules");
        var count = policy.Count("rules");
        if (count == 0)
        {
            errors.Required(at, "at least one rules must be specified when the successPolicy is specified");
        }

        if (count > MaxRules)
        {
            errors.TooMany(at, count, MaxRules);
        }

        // Without completions, which is an error of its own, no index exists.
        var completions = spec.Integer("completions") ?? 0;
        foreach (var (rule, ruleAt) in policy.Items("rules").Indexed(at))
        {
            ValidateRule(rule, completions, ruleAt, errors);
        }
    }

    private static void ValidateRule(JsonObject rule, long completions, FieldPath path, FieldErrorList errors)
    {
        var indexes = rule["succeededIndexes"] is null ? null : rule.Text("succeededIndexes");
        var needed = rule.Integer("succeededCount");
        if (needed is null && indexes is null)
        {
            errors.Required(path, "at least one of succeededCount or succeededIndexes must be specified");
        }

        var total = 0L;
        if (indexes is not null)
        {
            var at = path.Child("succeededIndexes");
            if (indexes.Length > MaxIndexesBytes)
            {
                errors.TooLong(at, MaxIndexesBytes);
            }

            (var wrong, total) = IndexIntervals.Check(indexes, completions);
            if (wrong is not null)
            {
                errors.Invalid(at, indexes, "error parsing succeededIndexes: " + wrong);
            }
        }

        var countAt = path.Child("succeededCount");
        errors.NotNegative(countAt, needed);
        if (needed > completions)
        {
            errors.Invalid(
                countAt, needed, $"must be less than or equal to {completions} (the number of specified completions)");
        }

        if (indexes is not null && needed > total)
        {
            errors.Invalid(
                countAt, needed,
                $"must be less than or equal to {total} (the number of indexes in the specified succeededIndexes field)");
        }
    }
}
