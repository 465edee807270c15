using Kube1.Api.Models;
using Kube1.Kubelet.Resources;

namespace Kube1.Kubelet.Evictions;

/// <summary>What one container uses.</summary>
internal sealed record ContainerUsage(V1Container Container, decimal MemoryBytes, decimal DiskBytes);

/// <summary>What one pod uses: its containers with their logs, and its emptyDir volumes on disk by name.</summary>
internal sealed record PodUsage(
    V1Pod Pod, IReadOnlyList<ContainerUsage> Containers, IReadOnlyDictionary<string, decimal> EmptyDirBytes)
{
    public decimal MemoryBytes => Containers.Sum(c => c.MemoryBytes);

    public decimal DiskBytes => Containers.Sum(c => c.DiskBytes) + EmptyDirBytes.Values.Sum();

    public decimal Of(string resource) => resource == PressureSignal.Memory ? MemoryBytes : DiskBytes;

    public decimal Request(string resource) => PodResources.Requests(Pod).GetValueOrDefault(resource);
}
