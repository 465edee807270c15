using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core.PodSpecs;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Apps;

/// <summary>StatefulSets: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/stateful-set-v1/</summary>
internal sealed class StatefulSetResource : ResourceStrategy
{
    private const long RevisionHistoryLimit = 10;

    private static readonly string[] Changeable =
    [
        "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
    ];

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override ScaleMapping Scale { get; } = new() { Selector = WorkloadSelector.Text };

    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Default("podManagementPolicy", "OrderedReady");
        // A plain text upstream, which is always there: Go clients send it empty, and no update may change it.
        spec.Default("serviceName", "");
        spec.Default("replicas", 1);
        spec.Default("revisionHistoryLimit", RevisionHistoryLimit);
        PodSpecDefaults.Apply(spec.Ensure("template").Ensure("spec"));
        var strategy = spec.Ensure("updateStrategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
        {
            strategy.Ensure("rollingUpdate").Default("partition", 0);
        }

        var retention = spec.Ensure("persistentVolumeClaimRetentionPolicy");
        retention.Default("whenDeleted", "Retain");
        retention.Default("whenScaled", "Retain");
        foreach (var claim in spec.Items("volumeClaimTemplates"))
        {
            // Upstream names the kind in each template, and gives it the status of a new claim.
            claim["kind"] = "PersistentVolumeClaim";
            claim["apiVersion"] = "v1";
            claim.Ensure("spec").Default("volumeMode", "Filesystem");
            claim.Ensure("status").Default("phase", "Pending");
        }
    }

    /// <summary>Beside those of the template, what MaxUnavailableStatefulSet is for.</summary>
    public override void DropDisabled(JsonObject obj, JsonObject? old)
    {
        DisabledPodFields.DropFromTemplate(obj, old);
        if (old.At("spec.updateStrategy.rollingUpdate.maxUnavailable") is null
            && obj.At("spec.updateStrategy.rollingUpdate") is JsonObject rolling)
        {
            rolling.Remove("maxUnavailable");
        }
    }

    /// <inheritdoc/>
    public override void PrepareForCreate(StrategyContext context, JsonObject obj) =>
        obj["status"] = new JsonObject { ["replicas"] = 0, ["availableReplicas"] = 0 };

    /// <inheritdoc/>
    public override IReadOnlyList<string> ValidateName(string name, bool prefix) => NameRules.Label(name, prefix);

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        StatefulSetRules.Validate(obj, null, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        StatefulSetRules.Validate(obj, old, errors);
        var (now, before) = (obj.Child("spec")!.DeepClone().AsObject(), old.Child("spec")!.DeepClone().AsObject());
        foreach (var field in Changeable)
        {
            now.Remove(field);
            before.Remove(field);
        }

        if (!SemanticEquality.Same(now, before))
        {
            errors.Forbidden(
                FieldPath.Of("spec"),
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
                + "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
        }
    }

    /// <inheritdoc/>
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        StatefulSetRules.ValidateStatus(obj, old, errors);

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old)
    {
        var claims = new List<string>();
        foreach (var (claim, at) in obj.Child("spec").Items("volumeClaimTemplates").Indexed(FieldPath.Of("spec", "volumeClaimTemplates")))
        {
            // Upstream spells the two paths so.
            ClaimRules.AddWarnings(claim.Child("spec"), old is null ? at : at.Child("Spec"), claims);
        }

        string[] history = obj.Integer("spec.revisionHistoryLimit") < 0
            ? ["spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"]
            : [];
        return
        [
            .. old is null ? WorkloadRules.NameWarnings(obj) : [], .. PodWarnings.OfTemplate(obj, old), .. claims, .. history,
        ];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Text(
            "Ready", "Pods that are ready, of those wanted",
            o => $"{o.Integer("status.readyReplicas") ?? 0}/{o.Integer("spec.replicas") ?? 0}"),
        Columns.Age,
        .. Columns.Template(),
    ];
}
