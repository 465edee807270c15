using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.ApiServer.Auth.Nodes;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>What a kubelet may write of pods: it shows those of its own disk, reports on those bound to it and ends them.</summary>
internal static class NodePodRestriction
{
    private static readonly (NodeObject Type, string Text)[] MirrorReferences =
        [(NodeObject.Secret, "secrets"), (NodeObject.ConfigMap, "configmaps")];

    /// <summary>Throws 403 when the write goes beyond that.</summary>
    public static void Admit(AdmissionRequest request, string node)
    {
        switch (request.Subresource, request.Operation)
        {
            case ("", AdmissionOperation.Create):
                AdmitMirrorPod(request, node);
                break;
            case ("", AdmissionOperation.Delete):
                RequireOwn(request, node, $"node \"{node}\" can only delete pods with spec.nodeName set to itself");
                break;
            case ("", _):
                throw Forbidden(
                    request,
                    $"unexpected operation \"{AdmissionMetrics.NameOf(request.Operation)}\", node \"{node}\" can only create and "
                    + "delete mirror pods");
            case ("status", AdmissionOperation.Update):
                AdmitStatus(request, node);
                break;
            case ("status", _):
                throw Forbidden(request, $"unexpected operation \"{AdmissionMetrics.NameOf(request.Operation)}\"");
            case ("eviction", AdmissionOperation.Create):
                RequireOwn(request, node, $"node {node} can only evict pods with spec.nodeName set to itself");
                break;
            case ("eviction", _):
                throw Forbidden(request, $"unexpected operation {AdmissionMetrics.NameOf(request.Operation)}");
            default:
                throw Forbidden(
                    request, $"unexpected pod subresource \"{request.Subresource}\", only 'status' and 'eviction' are allowed");
        }
    }

    private static void AdmitMirrorPod(AdmissionRequest request, string node)
    {
        var pod = KubeJson.Deserialize<V1Pod>(request.Object!);
        if (!ServiceAccount.IsMirror(request.Object!))
        {
            throw Forbidden(
                request,
                $"pod does not have \"kubernetes.io/config.mirror\" annotation, node \"{node}\" can only create mirror pods");
        }

        if (pod.Spec?.NodeName != node)
        {
            throw Forbidden(request, $"node \"{node}\" can only create pods with spec.nodeName set to itself");
        }

        RequireOwner(request, pod, node);
        if (ReferenceOf(pod) is { } referenced)
        {
            throw Forbidden(request, $"node \"{node}\" can not create pods that reference {referenced}");
        }
    }

    private static void RequireOwner(AdmissionRequest request, V1Pod pod, string node)
    {
        var owners = pod.Metadata.OwnerReferences ?? [];
        if (owners.Count > 1)
        {
            throw Forbidden(request, $"node \"{node}\" can only create pods with a single owner reference set to itself");
        }

        if (owners is not [{ ApiVersion: "v1", Kind: "Node" } owner] || owner.Name != node)
        {
            throw Forbidden(request, $"node \"{node}\" can only create pods with an owner reference set to itself");
        }

        if (owner.Controller != true)
        {
            throw Forbidden(
                request, $"node \"{node}\" can only create pods with a controller owner reference set to itself");
        }

        if (owner.BlockOwnerDeletion == true)
        {
            throw Forbidden(request, $"node \"{node}\" must not set blockOwnerDeletion on an owner reference");
        }

        var self = request.Objects.Get<V1Node>(null, node) ?? throw ApiErrors.NotFound(new GroupResource("", "nodes"), node);
        if (owner.Uid != self.Metadata.Uid)
        {
            throw Forbidden(request, $"node {node} UID mismatch: expected {owner.Uid} got {self.Metadata.Uid}");
        }
    }

    // A mirror pod shows what runs already; with references it would widen what its node may read.
    private static string? ReferenceOf(V1Pod pod)
    {
        var spec = pod.Spec!;
        if (!string.IsNullOrEmpty(spec.ServiceAccountName))
        {
            return "a service account";
        }

        pod.Metadata.Annotations!.Remove("kubernetes.io/config.mirror");
        var named = PodReferences.Of(pod).Select(r => r.Type).ToHashSet();
        var volumes = spec.Volumes ?? [];
        return MirrorReferences.FirstOrDefault(r => named.Contains(r.Type)).Text
            ?? (volumes.Any(v => v.Projected?.Sources?.Any(s => s.ClusterTrustBundle is not null) == true) ? "clustertrustbundles"
                : volumes.Any(v => v.PersistentVolumeClaim is not null) ? "persistentvolumeclaims"
                : spec.ResourceClaims is { Count: > 0 } ? "resourceclaims"
                : null);
    }

    private static void AdmitStatus(AdmissionRequest request, string node)
    {
        var (now, old) = (request.Object!, request.OldObject!);
        if ((string?)old["spec"]?["nodeName"] != node)
        {
            throw Forbidden(request, $"node \"{node}\" can only update pod status for pods with spec.nodeName set to itself");
        }

        if (Differs("metadata.labels"))
        {
            throw Forbidden(request, $"node \"{node}\" cannot update labels through pod status");
        }

        // What a status names, its node may read.
        if (Differs("status.resourceClaimStatuses"))
        {
            throw Forbidden(request, $"node \"{node}\" cannot update resource claim statues");
        }

        if (Differs("status.extendedResourceClaimStatus"))
        {
            throw Forbidden(request, $"node \"{node}\" cannot update extended resource claim status");
        }

        bool Differs(string path) => !SemanticEquality.Same(now.At(path), old.At(path));
    }

    private static void RequireOwn(AdmissionRequest request, string node, string refusal)
    {
        var pod = request.Objects.Get<V1Pod>(request.Namespace, request.Name)
            ?? throw ApiErrors.NotFound(new GroupResource("", "pods"), request.Name);
        if (pod.Spec?.NodeName != node)
        {
            throw Forbidden(request, refusal);
        }
    }

    private static ApiException Forbidden(AdmissionRequest request, string why) =>
        ApiErrors.Forbidden(request.Resource.Resource.GroupResource, request.NameInErrors, why);
}
