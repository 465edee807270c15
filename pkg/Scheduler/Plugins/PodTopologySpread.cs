using Kube1.Scheduler.Queue;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Plugins;

/// <summary>
/// Keeps a pod's siblings evenly over the domains of a node label: refuses nodes that would exceed maxSkew
/// (DoNotSchedule), scores for the rest. Source:
/// https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
/// </summary>
internal sealed partial class PodTopologySpread(IWorkloadSelectors workloads) : SchedulingPlugin
{
    private static readonly Verdict TooSkewed =
        Verdict.Unschedulable("PodTopologySpread", "node(s) didn't match pod topology spread constraints");

    private static readonly Verdict NoSuchLabel = Verdict.Unresolvable(
        "PodTopologySpread", "node(s) didn't match pod topology spread constraints (missing required label)");

    public override string Name => "PodTopologySpread";

    public override PluginPhases Phases =>
        PluginPhases.PreFilter | PluginPhases.Filter | PluginPhases.PreScore | PluginPhases.Score;

    public override int Weight => 2;

    public override ClusterEventKinds Interests => ClusterEventKinds.NodeAdded | ClusterEventKinds.NodeLabels
        | ClusterEventKinds.NodeTaints | ClusterEventKinds.NodeDeleted
        | ClusterEventKinds.PodAdded | ClusterEventKinds.PodLabels
        | ClusterEventKinds.PodDeleted;

    /// <summary>The required constraints, with the number of siblings in each domain.</summary>
    private sealed class Required(SpreadConstraint[] constraints, Dictionary<string, int>[] domains) : ICycleData
    {
        private readonly int[] _minimum = new int[constraints.Length];
        private bool _stale = true;

        public SpreadConstraint[] Constraints => constraints;

        public Dictionary<string, int>[] Domains => domains;

        public int Minimum(int constraint)
        {
            if (_stale)
            {
                for (var i = 0; i < constraints.Length; i++)
                {
                    // Domains that are still missing count as empty ones (KEP-3022).
                    _minimum[i] = domains[i].Count < constraints[i].MinDomains || domains[i].Count == 0
                        ? 0
                        : domains[i].Values.Min();
                }

                _stale = false;
            }

            return _minimum[constraint];
        }

        public void Change(PodInfo incoming, PodInfo pod, NodeInfo node, int by)
        {
            if (!HasAllKeys(node, constraints))
            {
                return;
            }

            for (var i = 0; i < constraints.Length; i++)
            {
                var value = node.Labels[constraints[i].TopologyKey];
                if (constraints[i].Counts(pod, incoming.Namespace) && constraints[i].Includes(incoming, node)
                    && domains[i].TryGetValue(value, out var count))
                {
                    domains[i][value] = count + by;
                    _stale = true;
                }
            }
        }

        ICycleData ICycleData.Clone() => new Required(
            constraints, Array.ConvertAll(domains, d => new Dictionary<string, int>(d, StringComparer.Ordinal)));
    }

    public override PreFilterOutcome PreFilter(SchedulingCycle cycle)
    {
        var constraints = SpreadConstraint.Of(cycle.Pod, "DoNotSchedule");
        if (constraints.Length == 0)
        {
            return PreFilterOutcome.NothingToDo;
        }

        var domains = new Dictionary<string, int>[constraints.Length];
        for (var i = 0; i < constraints.Length; i++)
        {
            domains[i] = CountDomains(cycle, constraints, i);
        }

        cycle.SetData(this, new Required(constraints, domains));
        return PreFilterOutcome.Continue;
    }

    public override Verdict? Filter(SchedulingCycle cycle, NodeInfo node)
    {
        var required = cycle.Data<Required>(this)!;
        for (var i = 0; i < required.Constraints.Length; i++)
        {
            var constraint = required.Constraints[i];
            if (!node.Labels.TryGetValue(constraint.TopologyKey, out var value))
            {
                return NoSuchLabel;
            }

            var own = constraint.Selector.Matches(cycle.Pod.Labels) ? 1 : 0;
            var skew = required.Domains[i].GetValueOrDefault(value) + own - required.Minimum(i);
            if (skew > constraint.MaxSkew)
            {
                return TooSkewed;
            }
        }

        return null;
    }

    public override void PodAdded(SchedulingCycle cycle, PodInfo pod, NodeInfo node) =>
        cycle.Data<Required>(this)?.Change(cycle.Pod, pod, node, 1);

    public override void PodRemoved(SchedulingCycle cycle, PodInfo pod, NodeInfo node) =>
        cycle.Data<Required>(this)?.Change(cycle.Pod, pod, node, -1);

    public override bool MayHelp(PodInfo pod, in ClusterEvent change)
    {
        var constraints = SpreadConstraint.Of(pod, "DoNotSchedule");
        if (change.Node is { } node)
        {
            return change.Kinds == ClusterEventKinds.NodeDeleted || HasAllKeys(node, constraints);
        }

        var (before, after) = (change.OldPod, change.NewPod);
        if (after?.Uid == pod.Uid)
        {
            return true;
        }

        return constraints.Any(c => (before is not null && before.Namespace == pod.Namespace
                && c.Selector.Matches(before.Labels))
            != (after is not null && c.Counts(after, pod.Namespace)));
    }

    private static Dictionary<string, int> CountDomains(
        SchedulingCycle cycle, SpreadConstraint[] constraints, int index)
    {
        var constraint = constraints[index];
        var counts = cycle.Cluster.Counts.For(
            cycle.Pod.Namespace, constraint.Selector, constraint.SelectorText, cycle.Cluster);
        var domains = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var node in cycle.Cluster.Nodes)
        {
            // A node that lacks any of the labels is in no domain of any constraint.
            if (HasAllKeys(node, constraints) && constraint.Includes(cycle.Pod, node))
            {
                var value = node.Labels[constraint.TopologyKey];
                domains[value] = domains.GetValueOrDefault(value) + At(counts, node);
            }
        }

        return domains;
    }

    private static int At(ReadOnlySpan<int> counts, NodeInfo node) =>
        node.Slot < counts.Length ? counts[node.Slot] : 0;

    private static bool HasAllKeys(NodeInfo node, SpreadConstraint[] constraints)
    {
        foreach (var constraint in constraints)
        {
            if (!node.Labels.ContainsKey(constraint.TopologyKey))
            {
                return false;
            }
        }

        return true;
    }
}
