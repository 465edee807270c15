using Kube1.Api.Models;

namespace Kube1.Scheduler.Snapshot;

/// <summary>
/// A node and the sums over its pods, kept up to date pod by pod. The scheduling loop alone touches it. A node that has
/// pods but is not (or no longer) known has no <see cref="Node"/> and is never scheduled to.
/// </summary>
internal sealed class NodeInfo
{
    private static readonly Dictionary<string, string> NoLabels = [];

    private NodeInfo(NodeInfo other)
    {
        Name = other.Name;
        Slot = other.Slot;
        Node = other.Node;
        Labels = other.Labels;
        Taints = other.Taints;
        Images = other.Images;
        Zone = other.Zone;
        Allocatable = other.Allocatable;
        Requested = other.Requested.Clone();
        NonZeroMilliCpu = other.NonZeroMilliCpu;
        NonZeroMemoryBytes = other.NonZeroMemoryBytes;
        Pods = [.. other.Pods];
        PodsWithAffinity = [.. other.PodsWithAffinity];
        PodsWithRequiredAntiAffinity = [.. other.PodsWithRequiredAntiAffinity];
        UsedPorts = [.. other.UsedPorts];
    }

    public NodeInfo(string name, int slot)
    {
        Name = name;
        Slot = slot;
    }

    public string Name { get; }

    /// <summary>A small number that stays with the node, for tables beside it.</summary>
    public int Slot { get; }

    public V1Node? Node { get; private set; }

    public IReadOnlyDictionary<string, string> Labels { get; private set; } = NoLabels;

    public IReadOnlyList<V1Taint> Taints { get; private set; } = [];

    /// <summary>Size in bytes by image name.</summary>
    public IReadOnlyDictionary<string, long> Images { get; private set; } = new Dictionary<string, long>();

    /// <summary>"region:zone"; nodes of different zones are visited in turn.</summary>
    public string Zone { get; private set; } = "";

    public ResourceAmounts Allocatable { get; private set; } = new();

    public ResourceAmounts Requested { get; } = new();

    public long NonZeroMilliCpu { get; private set; }

    public long NonZeroMemoryBytes { get; private set; }

    public List<PodInfo> Pods { get; } = [];

    public List<PodInfo> PodsWithAffinity { get; } = [];

    public List<PodInfo> PodsWithRequiredAntiAffinity { get; } = [];

    public List<HostPort> UsedPorts { get; } = [];

    public void SetNode(V1Node? node)
    {
        Node = node;
        Labels = node?.Metadata.Labels ?? NoLabels;
        Taints = node?.Spec?.Taints ?? (IReadOnlyList<V1Taint>)[];
        Allocatable = ResourceAmounts.From(node?.Status?.Allocatable);
        Zone = $"{Labels.GetValueOrDefault(WellKnownLabels.Region)}:{Labels.GetValueOrDefault(WellKnownLabels.Zone)}";
        var images = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var image in node?.Status?.Images ?? [])
        {
            foreach (var name in image.Names ?? [])
            {
                images[name] = image.SizeBytes ?? 0;
            }
        }

        Images = images;
    }

    public void AddPod(PodInfo pod)
    {
        Pods.Add(pod);
        if (pod.HasAffinity)
        {
            PodsWithAffinity.Add(pod);
        }

        if (pod.RequiredAntiAffinity.Length > 0)
        {
            PodsWithRequiredAntiAffinity.Add(pod);
        }

        Requested.Add(pod.Requests);
        NonZeroMilliCpu += pod.NonZeroMilliCpu;
        NonZeroMemoryBytes += pod.NonZeroMemoryBytes;
        UsedPorts.AddRange(pod.HostPorts);
    }

    public void RemovePod(PodInfo pod)
    {
        if (!RemoveSwap(Pods, pod))
        {
            return;
        }

        RemoveSwap(PodsWithAffinity, pod);
        RemoveSwap(PodsWithRequiredAntiAffinity, pod);
        Requested.Add(pod.Requests, -1);
        NonZeroMilliCpu -= pod.NonZeroMilliCpu;
        NonZeroMemoryBytes -= pod.NonZeroMemoryBytes;
        foreach (var port in pod.HostPorts)
        {
            UsedPorts.Remove(port);
        }
    }

    /// <summary>A copy for what-if questions.</summary>
    public NodeInfo Clone() => new(this);

    private static bool RemoveSwap(List<PodInfo> pods, PodInfo pod)
    {
        var index = pods.IndexOf(pod);
        if (index < 0)
        {
            return false;
        }

        pods[index] = pods[^1];
        pods.RemoveAt(pods.Count - 1);
        return true;
    }
}
