using System.Text.Json.Nodes;
using Kube1.Api.Models;

namespace Kube1.Api.Quotas;

/// <summary>PersistentVolumeClaims: their number and the storage that they ask for, in all and of each class.</summary>
public sealed class VolumeClaimEvaluator() : QuotaEvaluator(new GroupResource("", "persistentvolumeclaims"))
{
    private const string Claims = "persistentvolumeclaims";
    private const string Storage = "requests.storage";
    private const string ClassSuffix = ".storageclass.storage.k8s.io/";
    private const string ClassAnnotation = "volume.beta.kubernetes.io/storage-class";

    /// <inheritdoc/>
    public override bool Tracks(string name) => name is "count/persistentvolumeclaims" or Claims or Storage
        || name.EndsWith(ClassSuffix + Claims, StringComparison.Ordinal)
        || name.EndsWith(ClassSuffix + Storage, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override object Decode(JsonObject obj) => KubeJson.Deserialize<V1PersistentVolumeClaim>(obj);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, ResourceQuantity> Usage(object obj, DateTimeOffset now)
    {
        var claim = (V1PersistentVolumeClaim)obj;
        var storageClass = claim.Metadata.Annotations?.GetValueOrDefault(ClassAnnotation) ?? claim.Spec?.StorageClassName ?? "";
        var usage = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal) { [CountName] = One, [Claims] = One };
        if (storageClass.Length > 0)
        {
            usage[storageClass + ClassSuffix + Claims] = One;
        }

        if (StorageOf(claim) is { } storage)
        {
            usage[Storage] = storage;
            if (storageClass.Length > 0)
            {
                usage[storageClass + ClassSuffix + Storage] = storage;
            }
        }

        return usage;
    }

    /// <inheritdoc/>
    public override bool IsIn(V1ScopedResourceSelectorRequirement scope, object obj)
    {
        if (scope.ScopeName != "VolumeAttributesClass")
        {
            return false;
        }

        var claim = (V1PersistentVolumeClaim)obj;
        string?[] names =
        [
            claim.Spec?.VolumeAttributesClassName, claim.Status?.CurrentVolumeAttributesClassName,
            claim.Status?.ModifyVolumeStatus?.TargetVolumeAttributesClassName,
        ];
        return Fulfils(scope, [.. names.OfType<string>().Where(n => n.Length > 0).Distinct(StringComparer.Ordinal)]);
    }

    // A claim that could not be enlarged keeps what is allocated until it is; parts of bytes count as whole ones.
    private static ResourceQuantity? StorageOf(V1PersistentVolumeClaim claim)
    {
        if (claim.Spec?.Resources?.Requests?.TryGetValue("storage", out var requested) != true)
        {
            return null;
        }

        var amount = claim.Status?.AllocatedResources?.TryGetValue("storage", out var allocated) == true && allocated > requested
            ? allocated
            : requested;
        return new ResourceQuantity(decimal.Ceiling(amount.Value), amount.Format);
    }
}
