using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Selectors;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Batch;

/// <summary>
/// What Jobs must obey; order, paths and words are those of k8s.io/kubernetes/pkg/apis/batch/validation.
/// </summary>
internal static class JobRules
{
    /// <summary>The labels by which a Job without a selector of its own knows its pods, new and old names.</summary>
    public static readonly string[] UidLabels = ["controller-uid", "batch.kubernetes.io/controller-uid"];

    /// <summary>The labels that carry the Job's name.</summary>
    public static readonly string[] NameLabels = ["job-name", "batch.kubernetes.io/job-name"];

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <summary>Where a pod may go can change until the Job has started (KEP-2926).</summary>
    private static readonly string[] SchedulingFields = ["nodeSelector", "tolerations", "schedulingGates"];

    /// <summary>Checks a Job, new or changed from <paramref name="old"/>.</summary>
    public static void Validate(JsonObject job, JsonObject? old, FieldErrorList errors)
    {
        ValidateGeneratedSelector(job, errors);
        ValidateSpec(job, old, errors);
        var spec = job.Child("spec");
        if (JobSpecRules.IsIndexed(spec) && spec.Integer("completions") is > 0 and var completions)
        {
            // Each pod's host name ends in its index.
            var last = $"{job.Text("metadata.name")}-{completions - 1}";
            if (NameRules.IsDns1123Label(last).Count > 0)
            {
                errors.Invalid(
                    FieldPath.Of("metadata", "name"), job.Text("metadata.name"),
                    "will not able to create pod with invalid DNS label: " + last);
            }
        }
    }

    /// <summary>Checks a changed Job against the stored one.</summary>
    public static void ValidateUpdate(JsonObject job, JsonObject old, FieldErrorList errors)
    {
        Validate(job, old, errors);
        var (spec, before) = (job.Child("spec") ?? [], old.Child("spec") ?? []);
        ValidateCompletions(spec, before, errors);
        errors.Immutable(Spec.Child("selector"), spec["selector"], before["selector"]);
        ValidateTemplateKept(spec, before, old, errors);
        foreach (var field in new[]
        {
            "completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy",
        })
        {
            errors.Immutable(Spec.Child(field), spec[field], before[field]);
        }
    }

    private static void ValidateSpec(JsonObject job, JsonObject? old, FieldErrorList errors)
    {
        var spec = job.Child("spec") ?? [];
        JobSpecRules.Validate(spec, old.Child("spec"), Spec, errors);
        var selector = spec.Child("selector");
        var before = errors.Count;
        if (selector is null)
        {
            errors.Required(Spec.Child("selector"));
        }
        else
        {
            errors.Selector(Spec.Child("selector"), selector);
        }

        var labels = spec.At("template.metadata.labels") as JsonObject;
        if ((selector is null || errors.Count == before) && !Selects(selector, labels))
        {
            errors.Invalid(
                Spec.Child("template", "metadata", "labels"), RuleExtensions.ShownMap(labels),
                "`selector` does not match template `labels`");
        }
    }

    // A Job that generates its selector gives its pods labels that nobody else can have.
    private static void ValidateGeneratedSelector(JsonObject job, FieldErrorList errors)
    {
        var spec = job.Child("spec");
        if (spec.Flag("manualSelector") || spec.Child("selector") is not { } selector)
        {
            return;
        }

        var (uid, name) = (job.Text("metadata.uid"), job.Text("metadata.name"));
        if (uid.Length == 0)
        {
            errors.Required(FieldPath.Of("metadata", "uid"));
        }

        var labels = spec.At("template.metadata.labels") as JsonObject;
        var expected = new JsonObject();
        for (var i = 0; i < UidLabels.Length; i++)
        {
            foreach (var (key, value) in new[] { (UidLabels[i], uid), (NameLabels[i], name) })
            {
                expected[key] = value;
                CheckLabel(labels, key, value, errors);
            }
        }

        var scratch = new FieldErrorList();
        scratch.Selector(Spec, selector);
        if (scratch.Count == 0 && !Selects(selector, expected))
        {
            errors.Invalid(Spec.Child("selector"), RuleExtensions.Shown(selector), "`selector` not auto-generated");
        }
    }

    private static void CheckLabel(JsonObject? labels, string key, string value, FieldErrorList errors)
    {
        var path = Spec.Child("template", "metadata", "labels").Key(key);
        if (labels?[key] is null)
        {
            errors.Required(path, $"must be '{value}'");
        }
        else if ((string?)labels[key] != value)
        {
            errors.Invalid(path, RuleExtensions.ShownMap(labels), $"must be '{value}'");
        }
    }

    private static bool Selects(JsonObject? selector, JsonObject? labels) => LabelSelector.From(
        selector is null ? null : KubeJson.Deserialize<V1LabelSelector>(selector)).Matches(labels);

    // An Indexed Job can be resized as long as it wants all its pods at once (KEP-3715).
    private static void ValidateCompletions(JsonObject spec, JsonObject before, FieldErrorList errors)
    {
        var path = Spec.Child("completions");
        if (!JobSpecRules.IsIndexed(spec))
        {
            errors.Immutable(path, spec["completions"], before["completions"]);
        }
        else if (spec.Integer("completions") is { } completions && completions != before.Integer("completions")
            && completions != spec.Integer("parallelism"))
        {
            errors.Invalid(path, completions, "can only be modified in tandem with spec.parallelism");
        }
    }

    private static void ValidateTemplateKept(JsonObject spec, JsonObject before, JsonObject old, FieldErrorList errors)
    {
        var (template, known) = (Comparable(spec), Comparable(before));
        if (IsIdle(before, old))
        {
            TakeSchedulingOver(template, known);
            ForgetResources(template);
            ForgetResources(known);
        }

        if (!SemanticEquality.Same(template, known))
        {
            errors.Invalid(Spec.Child("template"), RuleExtensions.Shown(spec["template"]), "field is immutable");
        }
    }

    // No pod runs by the template, and none shall: it never began, or its controller has seen that it is suspended. Then where
    // its pods may go and what they ask for can change (KEP-2926, KEP-5440).
    private static bool IsIdle(JsonObject spec, JsonObject job) => spec.Flag("suspend")
        && (job.Integer("status.active") ?? 0) == 0
        && (job.At("status.startTime") is null || job.Condition("Suspended") == "True");

    private static void TakeSchedulingOver(JsonObject template, JsonObject known)
    {
        foreach (var field in new[] { "labels", "annotations" })
        {
            Copy(field, template.Ensure("metadata"), known.Ensure("metadata"));
        }

        var (pod, before) = (template.Ensure("spec"), known.Ensure("spec"));
        foreach (var field in SchedulingFields)
        {
            Copy(field, pod, before);
        }

        // Of the affinity only that to nodes may change.
        foreach (var side in new[] { pod, before })
        {
            side.Child("affinity")?.Remove("nodeAffinity");
            if (side.Child("affinity") is { Count: 0 })
            {
                side.Remove("affinity");
            }
        }
    }

    private static void ForgetResources(JsonObject template)
    {
        var pod = template.Child("spec");
        foreach (var container in pod.Items("containers").Concat(pod.Items("initContainers")))
        {
            container.Remove("resources");
        }
    }

    private static void Copy(string field, JsonObject from, JsonObject to)
    {
        to.Remove(field);
        if (from[field] is { } value)
        {
            to[field] = value.DeepClone();
        }
    }

    private static JsonObject Comparable(JsonObject spec) => (spec.Child("template") ?? []).DeepClone().AsObject();
}
