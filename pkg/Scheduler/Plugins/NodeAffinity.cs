using Kube1.Api.Models;
using Kube1.Scheduler.Queue;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Plugins;

/// <summary>spec.nodeSelector and spec.affinity.nodeAffinity, required and preferred.</summary>
internal sealed class NodeAffinity : SchedulingPlugin
{
    private static readonly Verdict Refusal =
        Verdict.Unresolvable("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");

    private static readonly Verdict Conflict = Verdict.Unresolvable("NodeAffinity", "pod affinity terms conflict");

    public override string Name => "NodeAffinity";

    public override PluginPhases Phases =>
        PluginPhases.PreFilter | PluginPhases.Filter | PluginPhases.PreScore | PluginPhases.Score;

    public override int Weight => 2;

    public override ClusterEventKinds Interests => ClusterEventKinds.NodeAdded | ClusterEventKinds.NodeLabels;

    public override PreFilterOutcome PreFilter(SchedulingCycle cycle)
    {
        var spec = cycle.Pod.Pod.Spec;
        var required = spec?.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution;
        if (required is null && spec?.NodeSelector is not { Count: > 0 })
        {
            return PreFilterOutcome.NothingToDo;
        }

        return required is null ? PreFilterOutcome.Continue : NamedNodes(required.NodeSelectorTerms);
    }

    public override Verdict? Filter(SchedulingCycle cycle, NodeInfo node) =>
        NodeSelectorMatcher.MatchesRequired(cycle.Pod, node) ? null : Refusal;

    public override bool PreScore(SchedulingCycle cycle, IReadOnlyList<NodeInfo> feasible) =>
        Preferred(cycle.Pod) is { Count: > 0 };

    public override long Score(SchedulingCycle cycle, NodeInfo node)
    {
        long sum = 0;
        foreach (var term in Preferred(cycle.Pod) ?? [])
        {
            if (term.Weight != 0 && NodeSelectorMatcher.Matches(term.Preference, node))
            {
                sum += term.Weight;
            }
        }

        return sum;
    }

    public override void Normalize(SchedulingCycle cycle, IReadOnlyList<NodeInfo> feasible, Span<long> scores) =>
        ScoreRange.Scale(scores, reverse: false);

    public override bool MayHelp(PodInfo pod, in ClusterEvent change) =>
        change.Node is null || NodeSelectorMatcher.MatchesRequired(pod, change.Node);

    // DaemonSet pods name their node with a field term each; the other nodes need no look then.
    private static PreFilterOutcome NamedNodes(List<V1NodeSelectorTerm> terms)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var term in terms)
        {
            HashSet<string>? named = null;
            foreach (var field in term.MatchFields ?? [])
            {
                if (field.Key == "metadata.name" && field.Operator == "In")
                {
                    named = named is null ? [.. field.Values ?? []] : [.. named.Intersect(field.Values ?? [])];
                }
            }

            if (named is null)
            {
                return PreFilterOutcome.Continue;
            }

            names.UnionWith(named);
        }

        return terms.Count > 0 && names.Count == 0
            ? PreFilterOutcome.Refuse(Conflict)
            : new PreFilterOutcome(false, null, terms.Count > 0 ? names : null);
    }

    private static List<V1PreferredSchedulingTerm>? Preferred(PodInfo pod) =>
        pod.Pod.Spec?.Affinity?.NodeAffinity?.PreferredDuringSchedulingIgnoredDuringExecution;
}
