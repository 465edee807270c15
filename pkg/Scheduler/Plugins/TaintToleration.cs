using Kube1.Api.Models;
using Kube1.Scheduler.Queue;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Plugins;

/// <summary>
/// Refuses nodes with a NoSchedule or NoExecute taint that the pod does not tolerate; fewer PreferNoSchedule taints score
/// higher.
/// </summary>
internal sealed class TaintToleration : SchedulingPlugin
{
    // One text for all taints, as of v1.35: naming each made messages that changed with every node.
    private static readonly Verdict Refusal =
        Verdict.Unresolvable("TaintToleration", "node(s) had untolerated taint(s)");

    public override string Name => "TaintToleration";

    public override PluginPhases Phases => PluginPhases.Filter | PluginPhases.PreScore | PluginPhases.Score;

    public override int Weight => 3;

    public override ClusterEventKinds Interests =>
        ClusterEventKinds.NodeAdded | ClusterEventKinds.NodeTaints | ClusterEventKinds.PodTolerations;

    public override Verdict? Filter(SchedulingCycle cycle, NodeInfo node) =>
        HasUntolerated(cycle.Pod, node) ? Refusal : null;

    public override long Score(SchedulingCycle cycle, NodeInfo node)
    {
        long count = 0;
        for (var i = 0; i < node.Taints.Count; i++)
        {
            var taint = node.Taints[i];
            if (taint.Effect == "PreferNoSchedule" && !ToleratesPreference(cycle.Pod.Tolerations, taint))
            {
                count++;
            }
        }

        return count;
    }

    public override void Normalize(SchedulingCycle cycle, IReadOnlyList<NodeInfo> feasible, Span<long> scores) =>
        ScoreRange.Scale(scores, reverse: true);

    public override bool MayHelp(PodInfo pod, in ClusterEvent change) =>
        change.Node is null || !HasUntolerated(pod, change.Node);

    internal static bool HasUntolerated(PodInfo pod, NodeInfo node)
    {
        for (var i = 0; i < node.Taints.Count; i++)
        {
            var taint = node.Taints[i];
            if (taint.Effect is "NoSchedule" or "NoExecute" && !Tolerations.Tolerates(pod.Tolerations, taint))
            {
                return true;
            }
        }

        return false;
    }

    private static bool ToleratesPreference(IReadOnlyList<V1Toleration> tolerations, V1Taint taint) =>
        tolerations.Any(t => (string.IsNullOrEmpty(t.Effect) || t.Effect == "PreferNoSchedule")
            && Tolerations.Tolerates(t, taint));
}
