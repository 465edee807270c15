using Kube1.Api.Models;
using Kube1.Scheduler.Queue;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Plugins;

/// <summary>Refuses cordoned nodes, except for pods that tolerate the taint of cordoning.</summary>
internal sealed class NodeUnschedulable : SchedulingPlugin
{
    private static readonly V1Taint Cordon = new() { Key = "node.kubernetes.io/unschedulable", Effect = "NoSchedule" };

    private static readonly Verdict Refusal = Verdict.Unresolvable("NodeUnschedulable", "node(s) were unschedulable");

    public override string Name => "NodeUnschedulable";

    public override PluginPhases Phases => PluginPhases.Filter;

    public override ClusterEventKinds Interests =>
        ClusterEventKinds.NodeAdded | ClusterEventKinds.NodeTaints | ClusterEventKinds.PodTolerations;

    public override Verdict? Filter(SchedulingCycle cycle, NodeInfo node) =>
        node.Node!.Spec?.Unschedulable == true && !Tolerations.Tolerates(cycle.Pod.Tolerations, Cordon) ? Refusal : null;

    public override bool MayHelp(PodInfo pod, in ClusterEvent change) =>
        change.Node is null || change.Node.Node?.Spec?.Unschedulable != true
        || Tolerations.Tolerates(pod.Tolerations, Cordon);
}
