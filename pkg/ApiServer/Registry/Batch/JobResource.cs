using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Apps;
using Kube1.ApiServer.Registry.Core;
using Kube1.ApiServer.Registry.Core.PodSpecs;

namespace Kube1.ApiServer.Registry.Batch;

/// <summary>Jobs: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/</summary>
internal sealed class JobResource : ResourceStrategy
{
    private const long BackoffLimit = 6;

    // Beyond both, upstream's controller may lose track of which indexes are done.
    private const long ManyCompletions = 100_000;
    private const long ManyPods = 10_000;

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override bool DefaultsMetadata => true;

    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        if (spec["completions"] is null && spec["parallelism"] is null)
        {
            spec.Default("completions", 1);
        }

        spec.Default("parallelism", 1);
        spec.Default("backoffLimit", spec["backoffLimitPerIndex"] is null ? BackoffLimit : int.MaxValue);
        spec.Default("completionMode", "NonIndexed");
        spec.Default("suspend", false);
        spec.Default("manualSelector", false);
        spec.Default("podReplacementPolicy", spec["podFailurePolicy"] is null ? "TerminatingOrFailed" : "Failed");
        foreach (var condition in spec.Child("podFailurePolicy").Items("rules").SelectMany(r => r.Items("onPodConditions")))
        {
            condition.Default("status", "True");
        }

        PodSpecDefaults.Apply(spec.Ensure("template").Ensure("spec"));
        LabelLikeTemplate(obj);
    }

    /// <inheritdoc/>
    public override void DropDisabled(JsonObject obj, JsonObject? old) =>
        DisabledPodFields.DropFromTemplate(obj, old);

    /// <summary>The selector is the Job's uid, so that two Jobs never fight over pods.</summary>
    public override void PrepareForCreate(StrategyContext context, JsonObject obj)
    {
        base.PrepareForCreate(context, obj);
        var spec = obj.Ensure("spec");
        if (spec.Flag("manualSelector"))
        {
            return;
        }

        var (name, uid) = (obj.Text("metadata.name"), obj.Text("metadata.uid"));
        var labels = spec.Ensure("template").Ensure("metadata").Ensure("labels");
        for (var i = 0; i < JobRules.UidLabels.Length; i++)
        {
            // A label that says something else is left for validation to refuse.
            labels.Default(JobRules.UidLabels[i], uid);
            labels.Default(JobRules.NameLabels[i], name);
        }

        spec.Ensure("selector").Ensure("matchLabels").Default(JobRules.UidLabels[^1], uid);

        // Upstream fills defaults in once more when it reads the object back.
        LabelLikeTemplate(obj);
    }

    private static void LabelLikeTemplate(JsonObject obj)
    {
        if (obj.At("spec.template.metadata.labels") is JsonObject { Count: > 0 } labels
            && obj.Count("metadata.labels") == 0)
        {
            obj.Ensure("metadata")["labels"] = labels.DeepClone();
        }
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        JobRules.Validate(obj, null, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        JobRules.ValidateUpdate(obj, old, errors);

    /// <inheritdoc/>
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        JobStatusRules.Validate(obj, old, errors);

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old) =>
        [.. old is null ? WorkloadRules.NameWarnings(obj) : [], .. SizeWarnings(obj), .. PodWarnings.OfTemplate(obj, old)];

    /// <inheritdoc/>
    public override IReadOnlyList<SelectableField> SelectableFields { get; } =
    [
        new("status.successful", static o => (o.Integer("status.succeeded") ?? 0).ToString(CultureInfo.InvariantCulture)),
    ];

    /// <inheritdoc/>
    public override string FieldNotSupported(string path) => $"field label \"{path}\" not supported for batchv1.Job";

    /// <summary>As with the API versions in which controllers did the clean-up.</summary>
    public override string DefaultPropagationPolicy => "Orphan";

    /// <inheritdoc/>
    public override IEnumerable<string> WarningsOnDelete(V1DeleteOptions options) =>
        options.PropagationPolicy is null && options.OrphanDependents is null
            ?
            [
                "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them "
                + "or set propagationPolicy=Orphan to suppress this warning",
            ]
            : [];

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Text("Status", "State of the Job in a word", Status),
        Columns.Text("Completions", "Pods that have succeeded, of those wanted", Completions),
        Columns.Timed("Duration", "How long it has taken", Duration),
        Columns.Age,
        .. Columns.Template(),
        Columns.Selector,
    ];

    private static IEnumerable<string> SizeWarnings(JsonObject job)
    {
        if (JobSpecRules.IsIndexed(job.Child("spec")) && job.Integer("spec.completions") > ManyCompletions
            && job.Integer("spec.parallelism") > ManyPods)
        {
            yield return "spec: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than "
                + "10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail";
        }
    }

    private static string Status(JsonObject job) =>
        job.Condition("Complete") == "True" ? "Complete"
        : job.Condition("Failed") == "True" ? "Failed"
        : job.At("metadata.deletionTimestamp") is not null ? "Terminating"
        : new[] { "Suspended", "FailureTarget", "SuccessCriteriaMet" }
            .FirstOrDefault(type => job.Condition(type) == "True", "Running");

    private static string Completions(JsonObject job)
    {
        var succeeded = job.Integer("status.succeeded") ?? 0;
        if (job.Integer("spec.completions") is { } wanted)
        {
            return $"{succeeded}/{wanted}";
        }

        return job.Integer("spec.parallelism") is > 1 and var parallel ? $"{succeeded}/1 of {parallel}" : $"{succeeded}/1";
    }

    private static string Duration(JsonObject job, PrintContext context)
    {
        if (Time(job.Text("status.startTime")) is not { } start)
        {
            return "";
        }

        return DefaultPrintColumns.Duration((Time(job.Text("status.completionTime")) ?? context.Now) - start);
    }

    private static DateTimeOffset? Time(string text) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
