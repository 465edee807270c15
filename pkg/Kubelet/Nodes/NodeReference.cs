using Kube1.Api.Models;

namespace Kube1.Kubelet.Nodes;

/// <summary>How events name a node.</summary>
internal static class NodeReference
{
    /// <summary>Before the object's uid is known, and as upstream's kubelet always does, the name stands in for it.</summary>
    public static V1ObjectReference For(string name, string? uid = null) => new()
    {
        Kind = "Node",
        ApiVersion = "v1",
        Name = name,
        Uid = uid ?? name,
    };
}
