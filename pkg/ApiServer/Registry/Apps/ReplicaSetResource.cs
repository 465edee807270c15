using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core.PodSpecs;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Apps;

/// <summary>ReplicaSets: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/replica-set-v1/</summary>
internal sealed class ReplicaSetResource : ResourceStrategy
{
    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override ScaleMapping Scale { get; } = new() { Selector = WorkloadSelector.Text };

    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Default("replicas", 1);
        PodSpecDefaults.Apply(spec.Ensure("template").Ensure("spec"));
    }

    /// <inheritdoc/>
    public override void DropDisabled(JsonObject obj, JsonObject? old) =>
        DisabledPodFields.DropFromTemplate(obj, old);

    /// <inheritdoc/>
    public override void PrepareForCreate(StrategyContext context, JsonObject obj) =>
        obj["status"] = new JsonObject { ["replicas"] = 0 };

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        Validate(obj, null, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        Validate(obj, old, errors);
        PodTemplateRules.CheckSelectorKept(obj, old, errors);
    }

    /// <inheritdoc/>
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        errors.NotNegative(
            FieldPath.Of("status"), obj.Child("status"), "replicas", "fullyLabeledReplicas", "readyReplicas",
            "availableReplicas", "terminatingReplicas", "observedGeneration");
        WorkloadRules.CheckParts(
            obj, errors, "replicas", "status.replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas");
        WorkloadRules.CheckParts(obj, errors, "readyReplicas", "readyReplicas", "availableReplicas");
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old) =>
        [.. old is null ? WorkloadRules.NameWarnings(obj) : [], .. PodWarnings.OfTemplate(obj, old)];

    /// <inheritdoc/>
    public override IReadOnlyList<SelectableField> SelectableFields { get; } =
        [new("status.replicas", static o => (o.Integer("status.replicas") ?? 0).ToString(CultureInfo.InvariantCulture))];

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Number("Desired", "Pods wanted", "spec.replicas"),
        Columns.Number("Current", "Pods there are", "status.replicas"),
        Columns.Number("Ready", "Pods that are ready", "status.readyReplicas"),
        Columns.Age,
        .. Columns.Template(),
        Columns.Selector,
    ];

    private static void Validate(JsonObject obj, JsonObject? old, FieldErrorList errors)
    {
        errors.NotNegative(FieldPath.Of("spec"), obj.Child("spec"), "replicas", "minReadySeconds");
        WorkloadRules.ValidateReplicated(obj, old, "replicaset", errors);
    }
}
