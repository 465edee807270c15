using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core.PodSpecs;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Apps;

/// <summary>Deployments: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/</summary>
internal sealed class DeploymentResource : ResourceStrategy
{
    private const long RevisionHistoryLimit = 10;
    private const long ProgressDeadlineSeconds = 600;
    private const string DefaultSurge = "25%";

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override ScaleMapping Scale { get; } = new() { Selector = WorkloadSelector.Text };

    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Default("replicas", 1);
        spec.Default("revisionHistoryLimit", RevisionHistoryLimit);
        spec.Default("progressDeadlineSeconds", ProgressDeadlineSeconds);
        PodSpecDefaults.Apply(spec.Ensure("template").Ensure("spec"));
        var strategy = spec.Ensure("strategy");
        strategy.Default("type", "RollingUpdate");
        if ((string?)strategy["type"] == "RollingUpdate")
        {
            var rolling = strategy.Ensure("rollingUpdate");
            rolling.Default("maxUnavailable", DefaultSurge);
            rolling.Default("maxSurge", DefaultSurge);
        }
    }

    /// <inheritdoc/>
    public override void DropDisabled(JsonObject obj, JsonObject? old) =>
        DisabledPodFields.DropFromTemplate(obj, old);

    /// <summary>Annotations say which revision is meant and why, so a change of them is a change of what is wanted.</summary>
    public override void PrepareForUpdate(StrategyContext context, JsonObject obj, JsonObject old)
    {
        base.PrepareForUpdate(context, obj, old);
        if (!JsonNode.DeepEquals(obj.At("metadata.annotations"), old.At("metadata.annotations")))
        {
            ObjectMetadata.Of(obj).Generation = ObjectMetadata.Of(old).Generation + 1;
        }
    }

    /// <inheritdoc/>
    public override void PrepareForStatusUpdate(StrategyContext context, JsonObject obj, JsonObject old)
    {
        base.PrepareForStatusUpdate(context, obj, old);
        KeepMetadata(obj, old, "labels");
    }

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
            FieldPath.Of("status"), obj.Child("status"), "observedGeneration", "replicas", "updatedReplicas",
            "readyReplicas", "availableReplicas", "unavailableReplicas", "terminatingReplicas", "collisionCount");
        WorkloadRules.CheckParts(
            obj, errors, "replicas", "status.replicas", "updatedReplicas", "readyReplicas", "availableReplicas");
        WorkloadRules.CheckParts(obj, errors, "readyReplicas", "readyReplicas", "availableReplicas");
        WorkloadRules.CheckCollisionCount(obj, old, errors);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old) =>
        [.. old is null ? WorkloadRules.NameWarnings(obj) : [], .. PodWarnings.OfTemplate(obj, old)];

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Text(
            "Ready", "Pods that are ready, of those wanted",
            o => $"{o.Integer("status.readyReplicas") ?? 0}/{o.Integer("spec.replicas") ?? 0}"),
        Columns.NumberAsText("Up-to-date", "Pods of the current template", "status.updatedReplicas"),
        Columns.NumberAsText("Available", "Pods that have been ready for long enough", "status.availableReplicas"),
        Columns.Age,
        .. Columns.Template(),
        Columns.Selector,
    ];

    private static void Validate(JsonObject obj, JsonObject? old, FieldErrorList errors)
    {
        var path = FieldPath.Of("spec");
        var spec = obj.Child("spec");
        errors.NotNegative(path.Child("replicas"), spec.Integer("replicas"));
        WorkloadRules.ValidateReplicated(obj, old, "deployment", errors);
        ValidateStrategy(spec.Child("strategy") ?? [], path.Child("strategy"), errors);
        errors.NotNegative(path, spec, "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds");
        if (spec.Integer("progressDeadlineSeconds") is { } deadline && deadline <= (spec.Integer("minReadySeconds") ?? 0))
        {
            errors.Invalid(path.Child("progressDeadlineSeconds"), deadline, "must be greater than minReadySeconds");
        }
    }

    private static void ValidateStrategy(JsonObject strategy, FieldPath path, FieldErrorList errors)
    {
        switch (strategy.Text("type"))
        {
            case "Recreate":
                if (strategy.Child("rollingUpdate") is not null)
                {
                    errors.Forbidden(
                        path.Child("rollingUpdate"), "may not be specified when strategy `type` is 'Recreate'");
                }

                break;
            case "RollingUpdate":
                RollingUpdateRules.Validate(strategy.Child("rollingUpdate") ?? [], path.Child("rollingUpdate"), errors);
                break;
            case var other:
                errors.NotOneOf(path.Child("type"), other, "Recreate", "RollingUpdate");
                break;
        }
    }
}
