using Kube1.ApiServer.Auth.Rbac;

namespace Kube1.ApiServer.Auth.Nodes;

/// <summary>
/// Holds each kubelet to its own node, the pods bound to it and what they name; everything else of a kubelet's work is
/// the fixed rules of the cluster role system:node. https://kubernetes.io/docs/reference/access-authn-authz/node/
/// </summary>
internal sealed class NodeAuthorizer(NodeGraph graph, CompiledRole nodeRole) : IAuthorizer
{
    private const string LeaseNamespace = "kube-node-lease";
    private static readonly AuthorizationDecision Allowed = new(true, "");
    private static readonly AuthorizationDecision NoOpinion = new(false, "");

    /// <inheritdoc/>
    public AuthorizationDecision Authorize(AuthorizationAttributes attributes)
    {
        if (NodeIdentity.Of(attributes.User) is not { } node)
        {
            return NoOpinion;
        }

        if (node.Length == 0)
        {
            return Refuse($"unknown node for user \"{attributes.User.Name}\"");
        }

        return attributes.IsResourceRequest ? AuthorizeResource(node, attributes) : ByRules(attributes);
    }

    private AuthorizationDecision AuthorizeResource(string node, AuthorizationAttributes a) => (a.ApiGroup, a.Resource) switch
    {
        ("", "secrets") => ReadNamespaced(node, NodeObject.Secret, a),
        ("", "configmaps") => ReadNamespaced(node, NodeObject.ConfigMap, a),
        ("", "persistentvolumeclaims") when a.Subresource == "status" => ClaimStatus(node, a),
        ("", "persistentvolumeclaims") => Get(node, NodeObject.Claim, a),
        ("", "persistentvolumes") => Get(node, NodeObject.Volume, a),
        ("resource.k8s.io", "resourceclaims") => Get(node, NodeObject.ResourceClaim, a),
        ("storage.k8s.io", "volumeattachments") => Get(node, NodeObject.Attachment, a),
        ("", "serviceaccounts") => ServiceAccount(node, a),
        ("coordination.k8s.io", "leases") => Lease(node, a),
        ("storage.k8s.io", "csinodes") => CsiNode(node, a),
        ("resource.k8s.io", "resourceslices") => Slice(node, a),
        ("certificates.k8s.io", "podcertificaterequests") => CertificateRequest(node, a),
        ("", "nodes") => Node(node, a),
        ("", "pods") => Pod(node, a),
        _ => ByRules(a),
    };

    private static AuthorizationDecision Refuse(string reason) => new(false, reason);

    private AuthorizationDecision ByRules(AuthorizationAttributes a) => nodeRole.Allows(a) ? Allowed : NoOpinion;

    private AuthorizationDecision Related(string node, NodeObject type, AuthorizationAttributes a)
    {
        if (a.Name.Length == 0)
        {
            return Refuse("No Object name found");
        }

        return graph.IsRelated(node, type, a.Namespace, a.Name)
            ? Allowed
            : Refuse($"no relationship found between node '{node}' and this object");
    }

    private AuthorizationDecision ReadNamespaced(string node, NodeObject type, AuthorizationAttributes a)
    {
        if (a.Verb is not ("get" or "list" or "watch"))
        {
            return Refuse("can only read resources of this type");
        }

        if (a.Subresource.Length > 0)
        {
            return Refuse("cannot read subresource");
        }

        return a.Namespace.Length == 0 ? Refuse("can only read namespaced object of this type") : Related(node, type, a);
    }

    private AuthorizationDecision Get(string node, NodeObject type, AuthorizationAttributes a)
    {
        if (a.Verb != "get")
        {
            return Refuse("can only get individual resources of this type");
        }

        return a.Subresource.Length > 0 ? Refuse("cannot get subresource") : Related(node, type, a);
    }

    private AuthorizationDecision ClaimStatus(string node, AuthorizationAttributes a) => a.Verb is "update" or "patch"
        ? Related(node, NodeObject.Claim, a)
        : Refuse("can only get/update/patch this type");

    /// <summary>The accounts of its pods: to read, for image credential providers, and to make tokens of.</summary>
    private AuthorizationDecision ServiceAccount(string node, AuthorizationAttributes a)
    {
        if (a.Verb == "get" && a.Subresource.Length == 0)
        {
            return Related(node, NodeObject.ServiceAccount, a);
        }

        if (a.Verb != "create" || a.Name.Length == 0)
        {
            return Refuse("can only create tokens for individual service accounts");
        }

        return a.Subresource == "token"
            ? Related(node, NodeObject.ServiceAccount, a)
            : Refuse("can only create token subresource of serviceaccount");
    }

    private static AuthorizationDecision Lease(string node, AuthorizationAttributes a)
    {
        if (a.Verb is not ("get" or "create" or "update" or "patch" or "delete"))
        {
            return Refuse("can only get, create, update, patch, or delete a node lease");
        }

        if (a.Namespace != LeaseNamespace)
        {
            return Refuse($"can only access leases in the \"{LeaseNamespace}\" system namespace");
        }

        // What a create names is for NodeRestriction: only the body says it.
        return a.Verb != "create" && a.Name != node
            ? Refuse("can only access node lease with the same name as the requesting node")
            : Allowed;
    }

    private static AuthorizationDecision CsiNode(string node, AuthorizationAttributes a)
    {
        if (a.Verb is not ("get" or "create" or "update" or "patch" or "delete"))
        {
            return Refuse("can only get, create, update, patch, or delete a CSINode");
        }

        if (a.Subresource.Length > 0)
        {
            return Refuse("cannot authorize CSINode subresources");
        }

        return a.Verb != "create" && a.Name != node
            ? Refuse("can only access CSINode with the same name as the requesting node")
            : Allowed;
    }

    private AuthorizationDecision Slice(string node, AuthorizationAttributes a)
    {
        if (a.Subresource.Length > 0)
        {
            return Refuse("cannot authorize ResourceSlice subresources");
        }

        return a.Verb switch
        {
            "create" => Allowed,
            "get" or "update" or "patch" or "delete" => Related(node, NodeObject.ResourceSlice, a),
            "watch" or "list" or "deletecollection" when SelectsNode(a, node) => Allowed,
            "watch" or "list" or "deletecollection" =>
                Refuse("can only list/watch/deletecollection resourceslices with nodeName field selector"),
            _ => Refuse(
                "only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, "
                + "delete, deletecollection"),
        };
    }

    private AuthorizationDecision CertificateRequest(string node, AuthorizationAttributes a)
    {
        if (a.Subresource.Length > 0)
        {
            return Refuse("nodes may not access the status subresource of PodCertificateRequests");
        }

        return a.Verb switch
        {
            "create" => Allowed,
            "get" => Related(node, NodeObject.PodCertificateRequest, a),
            "list" or "watch" when SelectsNode(a, node) => Allowed,
            "list" or "watch" =>
                Refuse("can only list/watch podcertificaterequests with spec.nodeName field selector"),
            _ => NoOpinion,
        };
    }

    /// <summary>KEP-4601: a kubelet reads its own Node only. Its writes are held by NodeRestriction.</summary>
    private static AuthorizationDecision Node(string node, AuthorizationAttributes a) => (a.Subresource, a.Verb) switch
    {
        ("", "create" or "update" or "patch") => Allowed,
        ("", "get" or "list" or "watch") when a.Name == node => Allowed,
        ("", "get" or "list" or "watch") when a.Name.Length == 0 =>
            Refuse($"node '{node}' cannot read all nodes, only its own Node object"),
        ("", "get" or "list" or "watch") => Refuse($"node '{node}' cannot read '{a.Name}', only its own Node object"),
        ("status", "update" or "patch") => Allowed,
        _ => NoOpinion,
    };

    private AuthorizationDecision Pod(string node, AuthorizationAttributes a) => (a.Subresource, a.Verb) switch
    {
        ("", "get") => Related(node, NodeObject.Pod, a),
        ("", "list" or "watch") when SelectsNode(a, node) => Allowed,
        ("", "list" or "watch") when a.Name.Length > 0 => Related(node, NodeObject.Pod, a),
        ("", "list" or "watch") => Refuse("can only list/watch pods with spec.nodeName field selector"),

        // Mirror pods, statuses and evictions are held to the node's own pods by NodeRestriction.
        ("", "create" or "delete") or ("status", "update" or "patch") or ("eviction", "create") => Allowed,
        _ => NoOpinion,
    };

    private static bool SelectsNode(AuthorizationAttributes a, string node)
    {
        foreach (var requirement in a.ReadFieldSelector())
        {
            if (requirement.Field == "spec.nodeName" && !requirement.Negated && requirement.Value == node)
            {
                return true;
            }
        }

        return false;
    }
}
