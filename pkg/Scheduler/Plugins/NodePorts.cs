using Kube1.Scheduler.Queue;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Plugins;

/// <summary>Refuses nodes on which a host port that the pod wants is taken.</summary>
internal sealed class NodePorts : SchedulingPlugin
{
    private static readonly Verdict Refusal =
        Verdict.Unschedulable("NodePorts", "node(s) didn't have free ports for the requested pod ports");

    public override string Name => "NodePorts";

    public override PluginPhases Phases => PluginPhases.PreFilter | PluginPhases.Filter;

    public override ClusterEventKinds Interests => ClusterEventKinds.NodeAdded | ClusterEventKinds.PodDeleted;

    public override PreFilterOutcome PreFilter(SchedulingCycle cycle) =>
        cycle.Pod.HostPorts.Length == 0 ? PreFilterOutcome.NothingToDo : PreFilterOutcome.Continue;

    public override Verdict? Filter(SchedulingCycle cycle, NodeInfo node)
    {
        foreach (var wanted in cycle.Pod.HostPorts)
        {
            foreach (var used in node.UsedPorts)
            {
                if (wanted.CollidesWith(used))
                {
                    return Refusal;
                }
            }
        }

        return null;
    }

    public override bool MayHelp(PodInfo pod, in ClusterEvent change) =>
        change.OldPod is not { } gone || gone.HostPorts.Any(g => pod.HostPorts.Any(g.CollidesWith));
}
