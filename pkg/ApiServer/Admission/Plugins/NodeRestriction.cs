using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Auth.Nodes;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>
/// Holds a kubelet's writes to its own Node, its lease, and the pods bound to it; the Node authorizer does so for reads.
/// https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
/// </summary>
internal sealed class NodeRestriction(IAuthorizer authorizer, Func<IObjectRegistry> objects)
    : AdmissionPlugin("NodeRestriction")
{
    private const string LeaseNamespace = "kube-node-lease";

    /// <summary>What of a claim's status a kubelet reports: how far the volume has grown.</summary>
    private static readonly string[] ReportedOfClaims =
        ["capacity", "conditions", "allocatedResources", "allocatedResourceStatuses"];

    private static readonly string[] KubeletSigners =
        ["kubernetes.io/kubelet-serving", "kubernetes.io/kube-apiserver-client-kubelet"];

    private readonly NodeTokenRestriction _tokens = new(authorizer, objects);

    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) =>
        request.Operation is AdmissionOperation.Create or AdmissionOperation.Update or AdmissionOperation.Delete
        && NodeIdentity.Of(request.User) is not null;

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
            case ("", "pods", _):
                NodePodRestriction.Admit(request, node);
                break;
            case ("", "nodes", _):
                NodeObjectRestriction.Admit(request, node);
                break;
            case ("", "persistentvolumeclaims", "status"):
                AdmitClaimStatus(request, node);
                break;
            case ("", "persistentvolumeclaims", _):
                throw Forbidden(request, "may only update PVC status");
            case ("", "serviceaccounts", "token") when request.Operation == AdmissionOperation.Create:
                _tokens.Admit(request, node);
                break;
            case ("coordination.k8s.io", "leases", _):
                AdmitLease(request, node);
                break;
            case ("storage.k8s.io", "csinodes", _):
                RequireOwnName(request, node, "can only access CSINode with the same name as the requesting node");
                break;
            case ("resource.k8s.io", "resourceslices", _):
                AdmitSlice(request, node);
                break;
            case ("certificates.k8s.io", "certificatesigningrequests", _) when request.Operation == AdmissionOperation.Create:
                AdmitSigningRequest(request, node);
                break;
            default:
                break;
        }
    }

    private static void AdmitClaimStatus(AdmissionRequest request, string node)
    {
        if (request.Operation != AdmissionOperation.Update)
        {
            throw Forbidden(request, $"unexpected operation \"{AdmissionMetrics.NameOf(request.Operation)}\"");
        }

        if (!SemanticEquality.Same(Rest(request.Object!), Rest(request.OldObject!)))
        {
            throw Forbidden(
                request, $"node \"{node}\" is not allowed to update fields other than status.quantity and status.conditions");
        }

        static JsonObject Rest(JsonObject claim)
        {
            var rest = claim.DeepClone().AsObject();
            if (rest["metadata"] is JsonObject metadata)
            {
                metadata.Remove("resourceVersion");
                metadata.Remove("managedFields");
            }

            foreach (var field in ReportedOfClaims)
            {
                (rest["status"] as JsonObject)?.Remove(field);
            }

            return rest;
        }
    }

    private static void AdmitLease(AdmissionRequest request, string node)
    {
        if (request.Namespace != LeaseNamespace)
        {
            throw Forbidden(request, $"can only access leases in the \"{LeaseNamespace}\" system namespace");
        }

        RequireOwnName(request, node, "can only access node lease with the same name as the requesting node");
    }

    private static void RequireOwnName(AdmissionRequest request, string node, string refusal)
    {
        if (NameOf(request) != node)
        {
            throw Forbidden(request, refusal);
        }
    }

    // The authorizer does not know what is in a slice that is made, nor which slices a whole collection has.
    private static void AdmitSlice(AdmissionRequest request, string node)
    {
        var (slice, what) = request.Operation switch
        {
            AdmissionOperation.Create => (request.Object, "create"),
            AdmissionOperation.Delete => (request.OldObject, "delete"),
            _ => default,
        };
        if (what is not null && (string?)slice?["spec"]?["nodeName"] != node)
        {
            throw Forbidden(request, $"can only {what} ResourceSlice with the same NodeName as the requesting node");
        }
    }

    // Who signs looks at the rest of the request.
    private static void AdmitSigningRequest(AdmissionRequest request, string node)
    {
        if (!KubeletSigners.Contains((string?)request.Object!["spec"]?["signerName"] ?? ""))
        {
            return;
        }

        if (SigningRequestSubject.Of(request.Object, out var wrong) is not { } subject)
        {
            throw Forbidden(request, $"unable to parse csr: {wrong}");
        }

        if (subject.CommonName != "system:node:" + node)
        {
            throw Forbidden(request, $"can only create a node CSR with CN=system:node:{node}");
        }
    }
}
