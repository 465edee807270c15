using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Models;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>A claim grows only when it is bound and its storage class says that its volumes can.</summary>
internal sealed class PersistentVolumeClaimResize() : AdmissionPlugin("PersistentVolumeClaimResize")
{
    private const string ClassAnnotation = "volume.beta.kubernetes.io/storage-class";

    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) =>
        request.Operation == AdmissionOperation.Update && IsFor(request, "", "persistentvolumeclaims");

    /// <inheritdoc/>
    protected override void Validate(AdmissionRequest request)
    {
        var (claim, old) = (request.Object!, request.OldObject!);
        if (Size(claim) <= Size(old))
        {
            return;
        }

        if ((string?)old["status"]?["phase"] != "Bound")
        {
            throw Forbidden(request, "Only bound persistent volume claims can be expanded");
        }

        var (name, oldName) = (Class(claim), Class(old));
        if (name.Length == 0 || name != oldName
            || request.Objects.Get<V1StorageClass>(null, name)?.AllowVolumeExpansion != true)
        {
            throw Forbidden(
                request,
                "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support "
                + "resize");
        }
    }

    private static ResourceQuantity Size(JsonObject claim) => ResourceQuantity.TryParse(
        claim["spec"]?["resources"]?["requests"]?["storage"]?.ToString(), out var size) ? size : ResourceQuantity.Zero;

    private static string Class(JsonObject claim) => (string?)claim["metadata"]?["annotations"]?[ClassAnnotation]
        ?? (string?)claim["spec"]?["storageClassName"] ?? "";
}
