using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Plugins;

/// <summary>Prefers nodes whose use of cpu and memory would be alike: 100 × (1 − half the difference of the two fractions).</summary>
internal sealed class NodeResourcesBalancedAllocation : SchedulingPlugin
{
    public override string Name => "NodeResourcesBalancedAllocation";

    public override PluginPhases Phases => PluginPhases.PreScore | PluginPhases.Score;

    // Without requests every node would score as it stands, and the most balanced one would get all such pods.
    public override bool PreScore(SchedulingCycle cycle, IReadOnlyList<NodeInfo> feasible) =>
        cycle.Pod.Requests.MilliCpu > 0 || cycle.Pod.Requests.MemoryBytes > 0;

    public override long Score(SchedulingCycle cycle, NodeInfo node)
    {
        var wanted = cycle.Pod.Requests;
        if (node.Allocatable.MilliCpu == 0 || node.Allocatable.MemoryBytes == 0)
        {
            return ScoreRange.Max;
        }

        var cpu = Fraction(node.Requested.MilliCpu + wanted.MilliCpu, node.Allocatable.MilliCpu);
        var memory = Fraction(node.Requested.MemoryBytes + wanted.MemoryBytes, node.Allocatable.MemoryBytes);
        return (long)((1 - Math.Abs((cpu - memory) / 2)) * ScoreRange.Max);
    }

    private static double Fraction(long requested, long allocatable) =>
        Math.Min(1, (double)requested / allocatable);
}
