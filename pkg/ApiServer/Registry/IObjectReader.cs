using Kube1.Api.Models;

namespace Kube1.ApiServer.Registry;

/// <summary>
/// The cluster's objects as typed views, read-only and always current: straight from the store, no authorization.
/// Views are parsed once a revision and shared: never change them.
/// </summary>
public interface IObjectReader
{
    /// <summary>One object; null when there is none. The namespace is null for cluster-scoped kinds.</summary>
    T? Get<T>(string? ns, string name) where T : class, IKubernetesKind;

    /// <summary>All objects of a kind, of one namespace or (null) of all, in key order.</summary>
    IEnumerable<T> List<T>(string? ns) where T : class, IKubernetesKind;
}
