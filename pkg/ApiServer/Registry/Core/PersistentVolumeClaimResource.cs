using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>PersistentVolumeClaims: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#persistentvolumeclaims</summary>
internal sealed class PersistentVolumeClaimResource : ResourceStrategy
{
    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        obj.Ensure("spec").Default("volumeMode", "Filesystem");
        obj.Ensure("status").Default("phase", "Pending");
    }

    /// <inheritdoc/>
    public override void PrepareForCreate(StrategyContext context, JsonObject obj)
    {
        obj["status"] = new JsonObject { ["phase"] = "Pending" };
        NormalizeSources(obj.Ensure("spec"), []);
    }

    /// <inheritdoc/>
    public override void PrepareForUpdate(StrategyContext context, JsonObject obj, JsonObject old)
    {
        base.PrepareForUpdate(context, obj, old);
        NormalizeSources(obj.Ensure("spec"), old.Child("spec") ?? []);
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        ClaimRules.Validate(
            KubeJson.Deserialize<V1PersistentVolumeClaimSpec>(obj.Child("spec") ?? []), FieldPath.Of("spec"), errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        Validate(context, obj, errors);
        ClaimRules.ValidateUpdate(obj, old, errors);
    }

    /// <inheritdoc/>
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        ClaimRules.ValidateStatus(obj, errors);

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old)
    {
        var warnings = new List<string>();
        if (obj.Child("metadata").Child("annotations")?[ClaimRules.BetaClass] is not null)
        {
            warnings.Add($"{FieldPath.Of("metadata", "annotations").Key(ClaimRules.BetaClass)}: deprecated since v1.8; use "
                + "\"storageClassName\" attribute instead");
        }

        ClaimRules.AddWarnings(obj.Child("spec"), FieldPath.Of("spec"), warnings);
        return warnings;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Text("Status", "Whether it is bound", VolumeColumns.Phase),
        Columns.Field("Volume", "The volume that it is bound to", "spec.volumeName"),
        Columns.Text("Capacity", "Size of the bound volume", o => IsBound(o) ? o.Text("status.capacity.storage") : ""),
        Columns.Text(
            "Access Modes", "How the bound volume can be mounted",
            o => IsBound(o) ? VolumeColumns.AccessModes(o.Texts("status.accessModes")) : ""),
        VolumeColumns.StorageClassColumn,
        VolumeColumns.AttributesClassColumn,
        Columns.Age,
        VolumeColumns.ModeColumn,
    ];

    private static bool IsBound(JsonObject claim) => claim.Text("spec.volumeName").Length > 0;

    /// <summary>
    /// dataSource and dataSourceRef say the same (KEP-1495). A dataSource that is neither a claim nor a snapshot was always
    /// ignored; a source in another namespace is not supported.
    /// </summary>
    private static void NormalizeSources(JsonObject spec, JsonObject before)
    {
        if (spec.Text("dataSourceRef.namespace").Length > 0 && before["dataSourceRef"] is null)
        {
            spec.Remove("dataSourceRef");
        }

        if (before["dataSource"] is null && before["dataSourceRef"] is null && spec["dataSourceRef"] is null
            && spec.Child("dataSource") is { } source && (source.Text("apiGroup"), source.Text("kind"))
                is not (("", "PersistentVolumeClaim") or ("snapshot.storage.k8s.io", "VolumeSnapshot")))
        {
            spec.Remove("dataSource");
        }

        if (spec["dataSource"] is { } given && spec["dataSourceRef"] is null)
        {
            spec["dataSourceRef"] = given.DeepClone();
        }
        else if (spec.Child("dataSourceRef") is { } reference && spec["dataSource"] is null
            && reference.Text("namespace").Length == 0)
        {
            spec["dataSource"] = reference.DeepClone();
            spec.Child("dataSource")!.Remove("namespace");
        }
    }
}
