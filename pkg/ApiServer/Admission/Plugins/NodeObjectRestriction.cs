using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>What of its Node a kubelet may write: not its taints, not its owners, not labels that others rely on.</summary>
internal static class NodeObjectRestriction
{
    /// <summary>Labels of kubernetes.io and k8s.io that a kubelet may set (pkg/apis/core well-known kubelet labels).</summary>
    private static readonly string[] KubeletLabels =
    [
        "kubernetes.io/hostname", "topology.kubernetes.io/zone", "topology.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region",
        "node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type", "kubernetes.io/os", "kubernetes.io/arch",
        "beta.kubernetes.io/os", "beta.kubernetes.io/arch", "node.kubernetes.io/windows-build",
    ];

    private static readonly string[] KubeletDomains = ["kubelet.kubernetes.io", "node.kubernetes.io"];

    /// <summary>Throws 403 when the write goes beyond that.</summary>
    public static void Admit(AdmissionRequest request, string node)
    {
        var name = request.Name.Length > 0 ? request.Name : (string?)request.Object?["metadata"]?["name"] ?? "";
        if (name != node)
        {
            throw Forbidden(request, name, $"node \"{node}\" is not allowed to modify node \"{name}\"");
        }

        if (request.Operation == AdmissionOperation.Create)
        {
            AdmitCreate(request, node);
        }
        else if (request.Operation == AdmissionOperation.Update)
        {
            AdmitUpdate(request, node);
        }
    }

    private static void AdmitCreate(AdmissionRequest request, string node)
    {
        if (request.Object!["spec"]?["configSource"] is not null)
        {
            throw Forbidden(request, node, $"node \"{node}\" is not allowed to create pods with a non-nil configSource");
        }

        var forbidden = Refused(Labels(request.Object).Select(l => l.Key));
        if (forbidden.Length > 0)
        {
            throw Forbidden(request, node, $"node \"{node}\" is not allowed to set the following labels: {forbidden}");
        }

        if (request.Object["metadata"]?["ownerReferences"] is JsonArray { Count: > 0 })
        {
            throw Forbidden(request, node, $"node \"{node}\" is not allowed to set ownerReferences");
        }
    }

    private static void AdmitUpdate(AdmissionRequest request, string node)
    {
        var (now, old) = (request.Object!, request.OldObject!);
        if (now["spec"]?["configSource"] is { } source && !SemanticEquality.Same(source, old["spec"]?["configSource"]))
        {
            throw Forbidden(
                request, node, $"node \"{node}\" is not allowed to update configSource to a new non-nil configSource");
        }

        if (!Same(now["spec"]?["taints"], old["spec"]?["taints"]))
        {
            throw Forbidden(request, node, $"node \"{node}\" is not allowed to modify taints");
        }

        if (!Same(now["metadata"]?["ownerReferences"], old["metadata"]?["ownerReferences"]))
        {
            throw Forbidden(request, node, $"node \"{node}\" is not allowed to modify ownerReferences");
        }

        var (labels, oldLabels) = (Labels(now), Labels(old));
        var changed = labels.Where(l => oldLabels.GetValueOrDefault(l.Key) != l.Value).Select(l => l.Key)
            .Concat(oldLabels.Keys.Where(k => !labels.ContainsKey(k)));
        var forbidden = Refused(changed);
        if (forbidden.Length > 0)
        {
            throw Forbidden(request, node, $"is not allowed to modify labels: {forbidden}");
        }
    }

    private static string Refused(IEnumerable<string> labels) =>
        string.Join(", ", labels.Where(IsRefused).Distinct().Order(StringComparer.Ordinal));

    private static bool IsRefused(string label)
    {
        var slash = label.IndexOf('/', StringComparison.Ordinal);
        var domain = slash < 0 ? "" : label[..slash];
        if (IsIn(domain, "node-restriction.kubernetes.io"))
        {
            return true;
        }

        return (IsIn(domain, "kubernetes.io") || IsIn(domain, "k8s.io"))
            && !KubeletLabels.Contains(label) && !KubeletDomains.Any(d => IsIn(domain, d));
    }

    private static bool IsIn(string domain, string parent) =>
        domain == parent || domain.EndsWith("." + parent, StringComparison.Ordinal);

    private static bool Same(JsonNode? a, JsonNode? b) => a is JsonArray { Count: > 0 } || b is JsonArray { Count: > 0 }
        ? JsonNode.DeepEquals(a, b)
        : true;

    private static Dictionary<string, string> Labels(JsonObject obj) =>
        (obj["metadata"]?["labels"] as JsonObject ?? []).ToDictionary(l => l.Key, l => (string?)l.Value ?? "");

    private static ApiException Forbidden(AdmissionRequest request, string name, string why) =>
        ApiErrors.Forbidden(request.Resource.Resource.GroupResource, name, why);
}
