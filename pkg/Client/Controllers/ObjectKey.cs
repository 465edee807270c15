using Kube1.Api.Models;

namespace Kube1.Client.Controllers;

/// <summary>Names an object of a known kind. The namespace of a cluster-scoped object is the empty string.</summary>
public readonly record struct ObjectKey(string Namespace, string Name)
{
    /// <summary>The key of this object.</summary>
    public static ObjectKey Of(IKubernetesObject obj) => new(obj.Metadata.Namespace ?? "", obj.Metadata.Name ?? "");

    /// <summary>"namespace/name", or "name".</summary>
    public override string ToString() => Namespace.Length == 0 ? Name : Namespace + "/" + Name;
}
