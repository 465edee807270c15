using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;
using Kube1.ApiServer.Registry.Core.PodSpecs;

namespace Kube1.ApiServer.Registry.Batch;

/// <summary>
/// The spec of a Job, in a Job and in a CronJob's template; order, paths and words are those of
/// k8s.io/kubernetes/pkg/apis/batch/validation.
/// </summary>
internal static class JobSpecRules
{
    // Beyond these the lists of indexes in a Job's status grow too long to keep.
    private const long MaxIndexedParallelism = 100_000;
    private const long MaxFailedIndexes = 100_000;
    private const long ManyCompletions = 100_000;
    private const long ParallelismOfMany = 10_000;
    private const long FailedIndexesOfMany = 10_000;

    private const int MaxManagedByBytes = 63;

    private static readonly string[] Replacements = ["Failed", "TerminatingOrFailed"];

    /// <summary>Checks a Job's spec, new or changed from <paramref name="old"/>, at a path: all but its selector.</summary>
    public static void Validate(JsonObject spec, JsonObject? old, FieldPath path, FieldErrorList errors)
    {
        ValidateNumbers(spec, path, errors);
        if (spec["managedBy"] is not null)
        {
            var manager = spec.Text("managedBy");
            DomainRules.PrefixedPath(manager, path.Child("managedBy"), errors);
            if (manager.Length > MaxManagedByBytes)
            {
                errors.TooLong(path.Child("managedBy"), MaxManagedByBytes);
            }
        }

        ValidateMode(spec, path, errors);
        if (spec.Child("podFailurePolicy") is not null)
        {
            PodFailurePolicyRules.Validate(spec, path.Child("podFailurePolicy"), errors);
        }

        if (spec.Child("successPolicy") is { } success)
        {
            if (!IsIndexed(spec))
            {
                errors.Invalid(
                    path.Child("successPolicy"), RuleExtensions.Shown(success), "requires indexed completion mode");
            }
            else
            {
                SuccessPolicyRules.Validate(spec, path.Child("successPolicy"), errors);
            }
        }

        ValidateReplacement(spec, path.Child("podReplacementPolicy"), errors);
        PodTemplateRules.Validate(spec.Child("template"), path.Child("template"), errors, old.Child("template"));
        ValidateRestartPolicy(spec, path.Child("template", "spec", "restartPolicy"), errors);
    }

    /// <summary>Whether each pod has a number of its own.</summary>
    public static bool IsIndexed(JsonObject? spec) => spec.Text("completionMode") == "Indexed";

    /// <summary>Upstream writes lists of choices as Go does: ["a" "b"].</summary>
    public static string Choices(params ReadOnlySpan<string> values) =>
        "valid values: [\"" + string.Join("\" \"", values!) + "\"]";

    private static void ValidateNumbers(JsonObject spec, FieldPath path, FieldErrorList errors)
    {
        errors.NotNegative(
            path, spec, "parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished",
            "backoffLimitPerIndex", "maxFailedIndexes");
        if (spec["maxFailedIndexes"] is not null && spec["backoffLimitPerIndex"] is null)
        {
            errors.Required(path.Child("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
        }
    }

    private static void ValidateMode(JsonObject spec, FieldPath path, FieldErrorList errors)
    {
        var mode = spec.Text("completionMode");
        if (mode is not ("" or "Indexed" or "NonIndexed"))
        {
            errors.NotOneOf(path.Child("completionMode"), mode, "NonIndexed", "Indexed");
        }

        if (mode == "Indexed")
        {
            ValidateIndexed(spec, path, errors);
        }

        if (mode is "" or "NonIndexed")
        {
            foreach (var field in new[] { "backoffLimitPerIndex", "maxFailedIndexes" })
            {
                if (spec.Integer(field) is { } number)
                {
                    errors.Invalid(path.Child(field), number, "requires indexed completion mode");
                }
            }
        }
    }

    private static void ValidateIndexed(JsonObject spec, FieldPath path, FieldErrorList errors)
    {
        var (completions, parallelism) = (spec.Integer("completions"), spec.Integer("parallelism"));
        var failed = spec.Integer("maxFailedIndexes");
        if (completions is null)
        {
            errors.Required(path.Child("completions"), "when completion mode is Indexed");
        }

        NoMoreThan(
            parallelism, MaxIndexedParallelism, path.Child("parallelism"), " when completion mode is Indexed", errors);
        if (failed > completions)
        {
            errors.Invalid(path.Child("maxFailedIndexes"), failed, "must be less than or equal to completions");
        }

        NoMoreThan(failed, MaxFailedIndexes, path.Child("maxFailedIndexes"), "", errors);
        if (completions > ManyCompletions && spec["backoffLimitPerIndex"] is not null)
        {
            if (failed is null)
            {
                errors.Required(
                    path.Child("maxFailedIndexes"), $"must be specified when completions is above {ManyCompletions}");
            }

            var many = $" when completions are above {ManyCompletions} and used with backoff limit per index";
            NoMoreThan(parallelism, ParallelismOfMany, path.Child("parallelism"), many, errors);
            NoMoreThan(failed, FailedIndexesOfMany, path.Child("maxFailedIndexes"), many, errors);
        }
    }

    private static void NoMoreThan(long? number, long max, FieldPath path, string when, FieldErrorList errors)
    {
        if (number > max)
        {
            errors.Invalid(path, number, $"must be less than or equal to {max}{when}");
        }
    }

    // With a failure policy a pod must have failed for good before there is another.
    private static void ValidateReplacement(JsonObject spec, FieldPath path, FieldErrorList errors)
    {
        if (spec["podReplacementPolicy"] is null)
        {
            return;
        }

        string[] allowed = spec.Child("podFailurePolicy") is null ? Replacements : ["Failed"];
        if (spec.Text("podReplacementPolicy") is var policy && !allowed.Contains(policy))
        {
            errors.NotOneOf(path, policy, allowed);
        }
    }

    private static void ValidateRestartPolicy(JsonObject spec, FieldPath path, FieldErrorList errors)
    {
        var policy = spec.Text("template.spec.restartPolicy");
        if (policy is "" or "Always")
        {
            errors.Required(path, "valid values: \"OnFailure\", \"Never\"");
        }
        else if (policy is not ("OnFailure" or "Never"))
        {
            errors.NotOneOf(path, policy, "OnFailure", "Never");
        }
        else if (policy != "Never" && spec.Child("podFailurePolicy") is not null)
        {
            errors.Invalid(path, policy, "only \"Never\" is supported when podFailurePolicy is specified");
        }
    }
}
