using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.ApiServer.Auth.Nodes;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>
/// Holds a kubelet's writes to its own Node, its lease, and the pods bound to it; the Node authorizer does so for reads.
/// https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
/// </summary>
internal sealed class NodeRestriction() : AdmissionPlugin("NodeRestriction")
{
    private const string LeaseNamespace = "kube-node-lease";

    private static readonly (NodeObject Type, string Text)[] MirrorReferences =
    [
        (NodeObject.Secret, "secrets"), (NodeObject.ConfigMap, "configmaps"),
        (NodeObject.Claim, "persistentvolumeclaims"), (NodeObject.ResourceClaim, "resourceclaims"),
    ];

    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) => NodeIdentity.Of(request.User) is not null;

    /// <inheritdoc/>
    protected override void Admit(AdmissionRequest request)
    {
        var node = NodeIdentity.Of(request.User)!;
        if (node.Length == 0)
        {
            throw Forbidden(
                request, $"could not determine node from user \"{request.User.Name}\"");
        }

        switch (request.Resource.Resource.Group, request.Resource.Resource.Resource, request.Subresource)
        {
            case ("", "pods", ""):
                AdmitPod(request, node);
                break;
            case ("", "pods", "status"):
                AdmitPodStatus(request, node);
                break;
            case ("", "pods", "eviction"):
                RequireOwnPod(request, node, "evict pods");
                break;
            case ("", "pods", _):
                throw Forbidden(request, $"unexpected pod subresource \"{request.Subresource}\", only 'status' and 'eviction' are allowed");
            case ("", "nodes", _):
                NodeObjectRestriction.Admit(request, node);
                break;
            case ("", "persistentvolumeclaims", _) when request.Subresource != "status":
                throw Forbidden(request, "may only update PVC status");
            case ("", "serviceaccounts", "token"):
                AdmitToken(request, node);
                break;
            case ("coordination.k8s.io", "leases", _):
                AdmitLease(request, node);
                break;
            case ("storage.k8s.io", "csinodes", _) when request.Operation == AdmissionOperation.Create
                    || request.Name.Length > 0:
                if (NameOf(request) != node)
                {
                    throw Forbidden(request, "can only access CSINode with the same name as the requesting node");
                }

                break;
            default:
                break;
        }
    }

    private static void AdmitPod(AdmissionRequest request, string node)
    {
        switch (request.Operation)
        {
            case AdmissionOperation.Create:
                AdmitMirrorPod(request, node);
                break;
            case AdmissionOperation.Delete:
                RequireOwnPod(request, node, "delete pods");
                break;
            default:
                throw Forbidden(
                    request,
                    $"unexpected operation \"{request.Operation.ToString().ToUpperInvariant()}\", node \"{node}\" can only "
                    + "create and delete mirror pods");
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

        if (pod.Metadata.OwnerReferences is not [var owner])
        {
            throw Forbidden(request, $"node \"{node}\" can only create pods with a single owner reference set to itself");
        }

        if (owner.ApiVersion != "v1" || owner.Kind != "Node" || owner.Name != node
            || owner.Uid != request.Objects.Get<V1Node>(null, node)?.Metadata.Uid)
        {
            throw Forbidden(request, $"node {node} can only create pods with an owner reference set to itself");
        }

        if (!string.IsNullOrEmpty(pod.Spec.ServiceAccountName))
        {
            throw Forbidden(request, $"node \"{node}\" can not create pods that reference a service account");
        }

        // A mirror pod shows what runs already; with references it would widen what its node may read.
        pod.Metadata.Annotations!.Remove("kubernetes.io/config.mirror");
        var named = PodReferences.Of(pod).Select(r => r.Type).ToHashSet();
        foreach (var (type, text) in MirrorReferences)
        {
            if (named.Contains(type))
            {
                throw Forbidden(request, $"node \"{node}\" can not create pods that reference {text}");
            }
        }
    }

    private static void AdmitPodStatus(AdmissionRequest request, string node)
    {
        if (request.Operation != AdmissionOperation.Update)
        {
            throw Forbidden(
                request, $"unexpected operation \"{request.Operation.ToString().ToUpperInvariant()}\"");
        }

        if ((string?)request.OldObject!["spec"]?["nodeName"] != node)
        {
            throw Forbidden(request, $"node \"{node}\" can only update pod status for pods with spec.nodeName set to itself");
        }

        if (!JsonNode.DeepEquals(
            Labels(request.Object!), Labels(request.OldObject)))
        {
            throw Forbidden(request, $"node \"{node}\" cannot update labels through pod status");
        }
    }

    private static JsonNode? Labels(JsonObject obj) =>
        obj["metadata"]?["labels"] is JsonObject { Count: > 0 } labels ? labels : null;

    private static void RequireOwnPod(AdmissionRequest request, string node, string what)
    {
        var pod = request.Objects.Get<V1Pod>(request.Namespace, request.Name)
            ?? throw ApiErrors.NotFound(new GroupResource("", "pods"), request.Name);
        if (pod.Spec?.NodeName != node)
        {
            throw Forbidden(request, $"node \"{node}\" can only {what} with spec.nodeName set to itself");
        }
    }

    private static void AdmitToken(AdmissionRequest request, string node)
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
        if (pod.Metadata.Uid != uid)
        {
            throw Forbidden(
                request,
                $"the UID in the bound object reference ({uid}) does not match the UID in record. The object might have been "
                + "deleted and then recreated");
        }

        if (pod.Spec?.NodeName != node)
        {
            throw Forbidden(request, "node requested token bound to a pod scheduled on a different node");
        }
    }

    private static void AdmitLease(AdmissionRequest request, string node)
    {
        if (request.Namespace != LeaseNamespace)
        {
            throw Forbidden(request, $"can only access leases in the \"{LeaseNamespace}\" system namespace");
        }

        if (NameOf(request) != node)
        {
            throw Forbidden(request, "can only access node lease with the same name as the requesting node");
        }
    }
}
