using System.Collections.Concurrent;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Kubelet.Containers;
using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.Volumes;

/// <summary>
/// Watches exactly the ConfigMaps and Secrets that pods of this node refer to, each one once. A node may see no others,
/// and a change reaches the pods that use the object at once.
/// </summary>
internal sealed class ObjectWatches(KubeClient client, TimeProvider time, ILoggerFactory loggers) : IConfigSource
{
    private readonly ObjectWatchSet<V1ConfigMap> _configMaps =
        new(client, time, m => m.Immutable == true, loggers.CreateLogger("Kube1.Kubelet.Volumes.ConfigMaps"));

    private readonly ObjectWatchSet<V1Secret> _secrets =
        new(client, time, s => s.Immutable == true, loggers.CreateLogger("Kube1.Kubelet.Volumes.Secrets"));

    public ValueTask<V1ConfigMap?> ConfigMapAsync(string ns, string name, CancellationToken ct) =>
        _configMaps.GetAsync(ns, name, ct);

    public ValueTask<V1Secret?> SecretAsync(string ns, string name, CancellationToken ct) => _secrets.GetAsync(ns, name, ct);

    /// <summary>Starts to watch what the pod refers to; <paramref name="changed"/> is called on each change.</summary>
    public void Register(V1Pod pod, Action changed)
    {
        var (maps, secrets) = PodReferences.Of(pod);
        _configMaps.Register(pod.Metadata.Uid!, pod.Metadata.Namespace!, maps, changed);
        _secrets.Register(pod.Metadata.Uid!, pod.Metadata.Namespace!, secrets, changed);
    }

    public void Unregister(string uid)
    {
        _configMaps.Unregister(uid);
        _secrets.Unregister(uid);
    }

    public Task RunAsync(CancellationToken ct) => Task.WhenAll(_configMaps.RunAsync(ct), _secrets.RunAsync(ct));
}
