namespace Kube1.Api.Models;

/// <summary>What every API object has: its kind and its metadata.</summary>
public interface IKubernetesObject
{
    /// <summary>Group and version, "apps/v1"; the core group is written "v1".</summary>
    string? ApiVersion { get; set; }

    /// <summary>The kind, "Deployment".</summary>
    string? Kind { get; set; }

    /// <summary>Name, namespace, uid, resourceVersion, labels and the rest of ObjectMeta.</summary>
    V1ObjectMeta Metadata { get; set; }
}

/// <summary>A typed view that knows its kind, so that generic code can find the resource that serves it.</summary>
public interface IKubernetesKind : IKubernetesObject
{
    /// <summary>The kind that this class models.</summary>
    static abstract GroupVersionKind GroupVersionKind { get; }
}
