using System.Collections.Concurrent;
using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.PodWorkers;
using Kube1.Kubelet.Resources;

namespace Kube1.Kubelet.Probes;

/// <summary>All probes of one pod. A change of any verdict calls <paramref name="changed"/>.</summary>
internal sealed class PodProbes(IProber prober, ContainerEvents events, TimeProvider time, Action changed)
{
    private readonly ConcurrentDictionary<string, ContainerProbes> _containers = new(StringComparer.Ordinal);
    private readonly List<Task> _ended = [];

    public ContainerVerdict VerdictOf(string containerId) =>
        _containers.TryGetValue(containerId, out var probes) ? new(probes.Live, probes.Started) : default;

    public bool? ReadyOf(string containerId) =>
        _containers.TryGetValue(containerId, out var probes) ? probes.Ready : null;

    public bool? StartedOf(string containerId) =>
        _containers.TryGetValue(containerId, out var probes) ? probes.Started : null;

    /// <summary>Starts probes of containers that run and ends those of containers that do not.</summary>
    public void Sync(V1Pod pod, PodRuntimeState state, IReadOnlyList<string> podIPs, V1PodStatus? known, CancellationToken ct)
    {
        var running = state.Running.ToDictionary(c => c.Id, StringComparer.Ordinal);
        foreach (var id in _containers.Keys.Where(id => !running.ContainsKey(id)))
        {
            Remove(id);
        }

        _ended.RemoveAll(t => t.IsCompletedSuccessfully);
        if (podIPs.Count == 0)
        {
            return;
        }

        foreach (var container in Probed(pod.Spec!))
        {
            if (state.Latest(container.Name) is not { IsRunning: true } current || _containers.ContainsKey(current.Id))
            {
                continue;
            }

            var old = (known?.ContainerStatuses ?? []).Concat(known?.InitContainerStatuses ?? [])
                .FirstOrDefault(s => s.ContainerID?.EndsWith(current.Id, StringComparison.Ordinal) == true);
            var probes = new ContainerProbes(
                prober, events, time, changed, pod, container, current.Id, current.Status.StartedAt ?? time.GetUtcNow(),
                podIPs[0], old);
            _containers[current.Id] = probes;
            probes.Start(ct);
        }
    }

    /// <summary>A pod that ends is no longer restarted by its probes, but it still tells whether it is ready.</summary>
    public void EndRestarts()
    {
        foreach (var probes in _containers.Values)
        {
            probes.EndRestarts();
        }
    }

    public async Task StopAsync()
    {
        foreach (var id in _containers.Keys)
        {
            Remove(id);
        }

        await Task.WhenAll(_ended);
        _ended.Clear();
    }

    private void Remove(string id)
    {
        if (_containers.TryRemove(id, out var probes))
        {
            _ended.Add(probes.DisposeAsync().AsTask());
        }
    }

    private static IEnumerable<V1Container> Probed(V1PodSpec spec) => (spec.InitContainers ?? [])
        .Where(PodResources.IsSidecar)
        .Concat(spec.Containers)
        .Where(c => c.LivenessProbe is not null || c.ReadinessProbe is not null || c.StartupProbe is not null);
}
