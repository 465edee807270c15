using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Apps;
using Kube1.ApiServer.Registry.Core;
using Kube1.ApiServer.Registry.Core.PodSpecs;

namespace Kube1.ApiServer.Registry.Batch;

/// <summary>CronJobs: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/cron-job-v1/</summary>
internal sealed class CronJobResource : ResourceStrategy
{
    private const long SuccessfulJobsKept = 3;

    private const long FailedJobsKept = 1;

    private static readonly FieldPath TemplatePath = FieldPath.Of("spec", "jobTemplate", "spec", "template");

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Default("concurrencyPolicy", "Allow");
        spec.Default("suspend", false);
        spec.Default("successfulJobsHistoryLimit", SuccessfulJobsKept);
        spec.Default("failedJobsHistoryLimit", FailedJobsKept);
        PodSpecDefaults.Apply(spec.Ensure("jobTemplate").Ensure("spec").Ensure("template").Ensure("spec"));
    }

    /// <inheritdoc/>
    public override void DropDisabled(JsonObject obj, JsonObject? old) =>
        DisabledPodFields.DropFromTemplate(obj.Child("spec").Child("jobTemplate") ?? [], old.Child("spec").Child("jobTemplate"));

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        CronJobRules.Validate(obj, null, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        CronJobRules.Validate(obj, old, errors);

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old)
    {
        var template = JsonNode.DeepEquals(obj["spec"], old?["spec"])
            ? []
            : PodWarnings.OfTemplate(obj.At(TemplatePath.ToString()) as JsonObject, TemplatePath);
        string[] zone = obj.Text("spec.schedule").Contains("TZ", StringComparison.Ordinal)
            ? ["cannot use TZ or CRON_TZ in spec.schedule, use timeZone instead"]
            : [];
        return [.. old is null ? WorkloadRules.NameWarnings(obj) : [], .. template, .. zone];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Field("Schedule", "When Jobs start", "spec.schedule"),
        Columns.Field("Timezone", "Time zone of the schedule", "spec.timeZone", Columns.None),
        Columns.Text("Suspend", "Whether no Jobs start for now", o => Columns.FlagText(o.FlagOrNull("spec.suspend")))
            with { Type = "boolean" },
        Columns.CountOf("Active", "Jobs that run", "status.active"),
        Columns.Timed(
            "Last Schedule", "Time since the last Job started",
            (o, c) => o.Text("status.lastScheduleTime") is { Length: > 0 } last
                ? DefaultPrintColumns.AgeOf(last, c.Now)
                : Columns.None),
        Columns.Age,
        .. Columns.Template("spec.jobTemplate.spec.template.spec"),
        Columns.Wide(
            "Selector", "Which pods belong to its Jobs",
            o => Columns.SelectorText(o.At("spec.jobTemplate.spec.selector") as JsonObject)),
    ];
}
