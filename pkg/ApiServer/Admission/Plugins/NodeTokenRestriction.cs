using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>
/// Which tokens a kubelet may ask for: bound to a pod of its own, for an audience that one of the pod's volumes has, or that
/// it was given leave to ask for (KEP-4412).
/// </summary>
internal sealed class NodeTokenRestriction(IAuthorizer authorizer, Func<IObjectRegistry> objects)
{
    private const string AudienceVerb = "request-serviceaccounts-token-audience";

    private static readonly GroupVersionKind CsiDriver = new("storage.k8s.io", "v1", "CSIDriver");

    /// <summary>Throws 403 for any other.</summary>
    public void Admit(AdmissionRequest request, string node)
    {
        var pod = BoundPod(request);
        if (pod.Spec?.NodeName != node)
        {
            throw Forbidden(request, "node requested token bound to a pod scheduled on a different node");
        }

        string[] audiences = [.. (request.Object!["spec"] as JsonObject).Texts("audiences")];
        if (audiences.Length > 1)
        {
            throw Forbidden(request, "node may only request 0 or 1 audiences");
        }

        var audience = audiences is [var only] ? only : "";
        if (!Names(pod, audience, request.Objects) && !MayAsk(request, audience))
        {
            throw Forbidden(
                request,
                $"audience \"{audience}\" not found in pod spec volume, {request.User.Name} is not authorized to request tokens "
                + "for this audience");
        }
    }

    private static V1Pod BoundPod(AdmissionRequest request)
    {
        var reference = request.Object!["spec"]?["boundObjectRef"];
        var name = (string?)reference?["name"] ?? "";
        if ((string?)reference?["kind"] != "Pod" || (string?)reference["apiVersion"] != "v1" || name.Length == 0)
        {
            throw Forbidden(request, "node requested token not bound to a pod");
        }

        var uid = (string?)reference["uid"] ?? "";
        if (uid.Length == 0)
        {
            throw Forbidden(request, "node requested token with a pod binding without a uid");
        }

        var pod = request.Objects.Get<V1Pod>(request.Namespace, name)
            ?? throw ApiErrors.NotFound(new GroupResource("", "pods"), name);
        return pod.Metadata.Uid == uid ? pod : throw Forbidden(
            request,
            $"the UID in the bound object reference ({uid}) does not match the UID in record. The object might have been deleted "
            + "and then recreated");
    }

    private bool Names(V1Pod pod, string audience, IObjectReader reader) => (pod.Spec!.Volumes ?? []).Any(volume =>
        (volume.Projected?.Sources ?? []).Any(s => s.ServiceAccountToken is { } token && (token.Audience ?? "") == audience)
        || (DriverOf(pod, volume, reader) is { Length: > 0 } driver && AsksFor(driver, audience)));

    private static string? DriverOf(V1Pod pod, V1Volume volume, IObjectReader reader)
    {
        var claim = volume.Ephemeral is null ? volume.PersistentVolumeClaim?.ClaimName : $"{pod.Metadata.Name}-{volume.Name}";
        return claim is null ? volume.Csi?.Driver
            : reader.Get<V1PersistentVolumeClaim>(pod.Metadata.Namespace, claim)?.Spec?.VolumeName is { Length: > 0 } bound
                ? reader.Get<V1PersistentVolume>(null, bound)?.Spec?.Csi?.Driver
                : null;
    }

    private bool AsksFor(string driver, string audience)
    {
        var registry = objects();
        return registry.ResourceOf(CsiDriver) is { } drivers && registry.Find(drivers, null, driver) is { } found
            && found.Child("spec").Items("tokenRequests").Any(r => r.Text("audience") == audience);
    }

    private bool MayAsk(AdmissionRequest request, string audience) => authorizer.Authorize(new AuthorizationAttributes
    {
        User = request.User,
        Verb = AudienceVerb,
        Namespace = request.Namespace,
        ApiGroup = "",
        ApiVersion = "v1",
        Resource = audience,
        Name = request.Name,
        IsResourceRequest = true,
    }).Allowed;

    private static ApiException Forbidden(AdmissionRequest request, string why) =>
        ApiErrors.Forbidden(request.Resource.Resource.GroupResource, request.NameInErrors, why);
}
