using Kube1.Api.Models;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Plugins;

/// <summary>
/// Prefers nodes that have the pod's images, by their size. An image that few nodes have counts less, so that pods do
/// not all follow the first one.
/// </summary>
internal sealed class ImageLocality : SchedulingPlugin
{
    /// <summary>Below this many bytes pulling is quick enough not to matter.</summary>
    private const long MinThresholdBytes = 23L * 1024 * 1024;

    /// <summary>Above this many bytes a container the score is full.</summary>
    private const long MaxContainerThresholdBytes = 1000L * 1024 * 1024;

    public override string Name => "ImageLocality";

    public override PluginPhases Phases => PluginPhases.PreScore | PluginPhases.Score;

    private sealed record Images(string[] Names, int Containers) : ICycleData
    {
        ICycleData ICycleData.Clone() => this;
    }

    public override bool PreScore(SchedulingCycle cycle, IReadOnlyList<NodeInfo> feasible)
    {
        var spec = cycle.Pod.Pod.Spec ?? new V1PodSpec();
        var names = new List<string>();
        foreach (var container in spec.Containers.Concat(spec.InitContainers ?? []))
        {
            var name = Normalize(container.Image ?? "");
            if (cycle.Cluster.NodesWithImage(name) > 0)
            {
                names.Add(name);
            }
        }

        cycle.SetData(this, new Images([.. names], spec.Containers.Count + (spec.InitContainers?.Count ?? 0)));
        return names.Count > 0;
    }

    public override long Score(SchedulingCycle cycle, NodeInfo node)
    {
        var images = cycle.Data<Images>(this)!;
        long sum = 0;
        foreach (var name in images.Names)
        {
            if (node.Images.TryGetValue(name, out var sizeBytes))
            {
                sum += (long)(sizeBytes
                    * ((double)cycle.Cluster.NodesWithImage(name) / cycle.Cluster.Nodes.Length));
            }
        }

        var most = MaxContainerThresholdBytes * images.Containers;
        return ScoreRange.Max * (Math.Clamp(sum, MinThresholdBytes, most) - MinThresholdBytes)
            / (most - MinThresholdBytes);
    }

    /// <summary>The name as nodes report it: with the tag "latest" when there is neither tag nor digest.</summary>
    internal static string Normalize(string image) =>
        image.LastIndexOf(':') <= image.LastIndexOf('/') ? image + ":latest" : image;
}
