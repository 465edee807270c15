using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>PersistentVolumes: https://kubernetes.io/docs/concepts/storage/persistent-volumes/</summary>
internal sealed class PersistentVolumeResource : ResourceStrategy
{
    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Default("persistentVolumeReclaimPolicy", "Retain");
        spec.Default("volumeMode", "Filesystem");
        VolumeSourceDefaults.Apply(spec);
        obj.Ensure("status").Default("phase", "Pending");
    }

    /// <inheritdoc/>
    public override void PrepareForCreate(StrategyContext context, JsonObject obj) =>
        obj["status"] = new JsonObject { ["phase"] = "Pending" };

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        PersistentVolumeRules.Validate(obj, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        Validate(context, obj, errors);
        PersistentVolumeRules.ValidateUpdate(obj, old, errors);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old) =>
        PersistentVolumeRules.Warnings(obj);

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Field("Capacity", "Size of the volume", "spec.capacity.storage"),
        Columns.Text("Access Modes", "How it can be mounted", o => VolumeColumns.AccessModes(o.Texts("spec.accessModes"))),
        Columns.Field("Reclaim Policy", "What becomes of it after its claim", "spec.persistentVolumeReclaimPolicy"),
        Columns.Text("Status", "Whether it is bound", VolumeColumns.Phase),
        Columns.Text("Claim", "The claim that it is bound to", o => o.Child("spec").Child("claimRef") is { } claim
            ? $"{claim.Text("namespace")}/{claim.Text("name")}"
            : ""),
        VolumeColumns.StorageClassColumn,
        VolumeColumns.AttributesClassColumn,
        Columns.Field("Reason", "Why it has failed", "status.reason"),
        Columns.Age,
        VolumeColumns.ModeColumn,
    ];
}
