using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Plugins;

/// <summary>What a plugin worked out for one pod; copied for what-if questions.</summary>
internal interface ICycleData
{
    /// <summary>A copy whose changes do not show in the original; itself when it never changes.</summary>
    ICycleData Clone();
}

/// <summary>One attempt to place one pod: the pod, the cluster, and each plugin's data.</summary>
internal sealed class SchedulingCycle
{
    private readonly ICycleData?[] _data;
    private readonly bool[] _skipFilter;

    public SchedulingCycle(PodInfo pod, ClusterState cluster, int plugins)
        : this(pod, cluster, new ICycleData?[plugins], new bool[plugins])
    {
    }

    private SchedulingCycle(PodInfo pod, ClusterState cluster, ICycleData?[] data, bool[] skipFilter)
    {
        Pod = pod;
        Cluster = cluster;
        _data = data;
        _skipFilter = skipFilter;
    }

    public PodInfo Pod { get; }

    public ClusterState Cluster { get; }

    public T? Data<T>(SchedulingPlugin plugin)
        where T : class, ICycleData => (T?)_data[plugin.Slot];

    public void SetData(SchedulingPlugin plugin, ICycleData data) => _data[plugin.Slot] = data;

    public bool SkipsFilter(SchedulingPlugin plugin) => _skipFilter[plugin.Slot];

    public void SkipFilter(SchedulingPlugin plugin) => _skipFilter[plugin.Slot] = true;

    /// <summary>A copy for what-if questions. Filters do not run again before PreFilter, so what is skipped stays so.</summary>
    public SchedulingCycle Clone() => new(
        Pod, Cluster, Array.ConvertAll(_data, d => d?.Clone()), _skipFilter);
}
