using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>
/// Gives volumes and claims the finalizer that keeps them while they are in use; the controllers pv-protection and
/// pvc-protection take it away.
/// Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection
/// </summary>
internal sealed class StorageObjectInUseProtection() : AdmissionPlugin("StorageObjectInUseProtection")
{
    private const string OfVolumes = "kubernetes.io/pv-protection";
    private const string OfClaims = "kubernetes.io/pvc-protection";

    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) => request.Operation == AdmissionOperation.Create
        && (IsFor(request, "", "persistentvolumes") || IsFor(request, "", "persistentvolumeclaims"));

    /// <inheritdoc/>
    protected override void Admit(AdmissionRequest request)
    {
        var finalizer = IsFor(request, "", "persistentvolumes") ? OfVolumes : OfClaims;
        var finalizers = List(Child(request.Object!, "metadata"), "finalizers");
        if (finalizers.All(f => (string?)f != finalizer))
        {
            finalizers.Add((JsonNode)finalizer);
        }
    }
}
