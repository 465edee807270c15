using Kube1.Api.Models;
using Kube1.ApiServer.Registry;

namespace Kube1.Tests.Auth;

/// <summary>An object reader over a list.</summary>
internal sealed class FakeObjects(params IKubernetesObject[] objects) : IObjectReader
{
    public List<IKubernetesObject> All { get; } = [.. objects];

    public T? Get<T>(string? ns, string name) where T : class, IKubernetesKind => All.OfType<T>()
        .FirstOrDefault(o => o.Metadata.Name == name && (o.Metadata.Namespace ?? "") == (ns ?? ""));

    public IEnumerable<T> List<T>(string? ns) where T : class, IKubernetesKind =>
        All.OfType<T>().Where(o => ns is null || o.Metadata.Namespace == ns);

    public static T Named<T>(T obj, string ns, string name, string uid = "u1") where T : class, IKubernetesObject
    {
        obj.Metadata = new V1ObjectMeta { Name = name, Namespace = ns.Length == 0 ? null : ns, Uid = uid };
        return obj;
    }
}
