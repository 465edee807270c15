using Kube1.Api.Models;

namespace Kube1.Kubelet.Containers;

/// <summary>ConfigMaps and Secrets that pods of this node refer to; null when there is none of that name.</summary>
internal interface IConfigSource
{
    ValueTask<V1ConfigMap?> ConfigMapAsync(string ns, string name, CancellationToken ct);

    ValueTask<V1Secret?> SecretAsync(string ns, string name, CancellationToken ct);
}
