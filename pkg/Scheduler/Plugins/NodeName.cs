using Kube1.Scheduler.Queue;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Plugins;

/// <summary>Refuses all nodes but the one that the pod names, if it does.</summary>
internal sealed class NodeName : SchedulingPlugin
{
    private static readonly Verdict Refusal =
        Verdict.Unresolvable("NodeName", "node(s) didn't match the requested node name");

    public override string Name => "NodeName";

    public override PluginPhases Phases => PluginPhases.PreFilter | PluginPhases.Filter;

    public override ClusterEventKinds Interests => ClusterEventKinds.NodeAdded;

    public override PreFilterOutcome PreFilter(SchedulingCycle cycle) =>
        string.IsNullOrEmpty(cycle.Pod.Pod.Spec?.NodeName) ? PreFilterOutcome.NothingToDo : PreFilterOutcome.Continue;

    public override Verdict? Filter(SchedulingCycle cycle, NodeInfo node) =>
        cycle.Pod.Pod.Spec?.NodeName is { Length: > 0 } wanted && wanted != node.Name ? Refusal : null;
}
