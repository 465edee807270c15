using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Hosts;
using Kube1.Kubelet.PodWorkers;
using Kube1.Kubelet.Resources;
using Kube1.Kubelet.Runtime;
using Kube1.Kubelet.Volumes;

namespace Kube1.Kubelet.Evictions;

/// <summary>
/// Measures pods. Walking a volume costs disk reads, so that in quiet times only what has a limit is walked, and when
/// the disk is short all of it.
/// </summary>
internal sealed class PodUsageReader(KubeletOptions options, IPodRuntime runtime, IMounts mounts, PodFolders folders)
{
    public async Task<List<PodUsage>> ReadAsync(IEnumerable<PodWorker> workers, bool all, CancellationToken ct)
    {
        var pods = workers.Select(w => w.Pod).OfType<V1Pod>().Where(p => all || HasLimits(p)).ToList();
        if (pods.Count == 0)
        {
            return [];
        }

        var stats = (await runtime.ListContainerStatsAsync(ct))
            .ToLookup(s => s.Labels.GetValueOrDefault(PodKeys.PodUid) ?? "", StringComparer.Ordinal);
        return [.. pods.Select(pod => Read(pod, [.. stats[pod.Metadata.Uid!]]))];
    }

    private PodUsage Read(V1Pod pod, IReadOnlyList<ContainerStats> stats)
    {
        var meta = pod.Metadata;
        var logs = PodKeys.LogDirectory(options.PodLogsDirectory, meta.Namespace!, meta.Name!, meta.Uid!);
        var containers = (pod.Spec!.InitContainers ?? []).Concat(pod.Spec.Containers).Select(container =>
        {
            var own = stats.Where(s => s.Metadata.Name == container.Name).ToList();
            var memory = own.Sum(s => (decimal)(s.MemoryWorkingSetBytes ?? 0));
            var layer = own.Sum(s => (decimal)(s.WritableLayerBytes ?? 0));
            return new ContainerUsage(container, memory, layer + Size(Path.Combine(logs, container.Name)));
        });
        var volumes = (pod.Spec.Volumes ?? [])
            .Where(v => v.EmptyDir is { Medium: null or "" })
            .ToDictionary(v => v.Name, v => Size(folders.Volume(meta.Uid!, "empty-dir", v.Name)), StringComparer.Ordinal);
        return new PodUsage(pod, [.. containers], volumes);
    }

    private decimal Size(string folder) => Directory.Exists(folder) ? mounts.TreeUsageOf(folder).UsedBytes : 0m;

    private static bool HasLimits(V1Pod pod) =>
        (pod.Spec!.Volumes ?? []).Exists(v => v.EmptyDir is { Medium: null or "", SizeLimit: not null })
        || PodResources.Limits(pod).ContainsKey(PressureSignal.EphemeralStorage);
}
