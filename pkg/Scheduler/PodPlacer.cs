using Kube1.Scheduler.Plugins;
using Kube1.Scheduler.Preemption;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler;

/// <summary>The node found for a pod, or why there is none; and the cycle, for preemption to go on with.</summary>
internal readonly record struct Placement(NodeInfo? Node, Diagnosis Diagnosis, SchedulingCycle Cycle);

/// <summary>Finds the node for one pod: PreFilter, Filter over a sample of the nodes, PreScore, Score, the best of these.</summary>
internal sealed class PodPlacer(PluginList plugins, NominatedPods nominated, Random random)
{
    /// <summary>Up to here all nodes are looked at (upstream's minFeasibleNodesToFind).</summary>
    private const int MinFeasibleNodes = 100;

    /// <summary>The smallest share of the nodes of a large cluster (upstream's minFeasibleNodesPercentageToFind).</summary>
    private const int MinFeasiblePercent = 5;

    private readonly List<NodeInfo> _feasible = [];
    private long[] _scores = [];
    private long[] _totals = [];
    private int _nextStart;

    public Placement Place(PodInfo pod, ClusterState cluster)
    {
        var nodes = cluster.Nodes;
        var cycle = new SchedulingCycle(pod, cluster, plugins.All.Length);
        var diagnosis = new Diagnosis(nodes.Length);
        if (nodes.Length == 0 || !PreFilter(cycle, diagnosis, out var only))
        {
            return new Placement(null, diagnosis, cycle);
        }

        FindFeasible(cycle, nodes, only, diagnosis);
        if (_feasible.Count == 0)
        {
            return new Placement(null, diagnosis, cycle);
        }

        return new Placement(_feasible.Count == 1 ? _feasible[0] : Best(cycle), diagnosis, cycle);
    }

    /// <summary>
    /// Whether the node can take the pod, also if all pods come that have been promised a place there. What is promised
    /// may not come, and affinity may need it: so it must hold both with and without.
    /// </summary>
    public Verdict? Filter(SchedulingCycle cycle, NodeInfo node)
    {
        if (nominated.On(node.Name) is { } promised)
        {
            SchedulingCycle? withPromised = null;
            NodeInfo? full = null;
            foreach (var other in promised)
            {
                if (other.Priority >= cycle.Pod.Priority && other.Uid != cycle.Pod.Uid)
                {
                    full ??= node.Clone();
                    withPromised ??= cycle.Clone();
                    full.AddPod(other);
                    Added(withPromised, other, full);
                }
            }

            if (full is not null && RunFilters(withPromised!, full) is { } refusal)
            {
                return refusal;
            }
        }

        return RunFilters(cycle, node);
    }

    public void Added(SchedulingCycle cycle, PodInfo pod, NodeInfo node)
    {
        foreach (var plugin in plugins.PreFilter)
        {
            if (!cycle.SkipsFilter(plugin))
            {
                plugin.PodAdded(cycle, pod, node);
            }
        }
    }

    public void Removed(SchedulingCycle cycle, PodInfo pod, NodeInfo node)
    {
        foreach (var plugin in plugins.PreFilter)
        {
            if (!cycle.SkipsFilter(plugin))
            {
                plugin.PodRemoved(cycle, pod, node);
            }
        }
    }

    /// <summary>How many feasible nodes are enough: all of a small cluster, 50 % falling to 5 % of a large one.</summary>
    internal static int EnoughFeasible(int nodes)
    {
        if (nodes < MinFeasibleNodes)
        {
            return nodes;
        }

        var percent = Math.Max(MinFeasiblePercent, 50 - (nodes / 125));
        return Math.Max(MinFeasibleNodes, (int)((long)nodes * percent / 100));
    }

    private bool PreFilter(SchedulingCycle cycle, Diagnosis diagnosis, out IReadOnlySet<string>? only)
    {
        only = null;
        List<string>? restricting = null;
        foreach (var plugin in plugins.PreFilter)
        {
            var outcome = plugin.PreFilter(cycle);
            if (outcome.Refusal is { } refusal)
            {
                diagnosis.PreFilterRefusal = refusal;
                diagnosis.OtherNodes = refusal;
                diagnosis.Rejectors.Add(plugin.Name);
                return false;
            }

            if (outcome.Skip)
            {
                cycle.SkipFilter(plugin);
            }

            if (outcome.OnlyNodes is { } names)
            {
                only = only is null ? names : only.Intersect(names).ToHashSet(StringComparer.Ordinal);
                (restricting ??= []).Add(plugin.Name);
            }
        }

        if (restricting is not null)
        {
            diagnosis.OtherNodes = Verdict.Unresolvable(
                restricting[0], $"node(s) didn't satisfy plugin(s) [{string.Join(" ", restricting)}]");
            diagnosis.Rejectors.UnionWith(restricting);
        }

        return true;
    }

    private void FindFeasible(
        SchedulingCycle cycle, NodeInfo[] nodes, IReadOnlySet<string>? only, Diagnosis diagnosis)
    {
        _feasible.Clear();
        if (nominated.NodeOf(cycle.Pod.Uid) is { } promised && cycle.Cluster.Node(promised) is { } own
            && only?.Contains(promised) != false && Filter(cycle, own) is null)
        {
            // Room was made for it there; looking elsewhere would waste the eviction.
            _feasible.Add(own);
            return;
        }

        if (only is not null)
        {
            foreach (var name in only)
            {
                if (cycle.Cluster.Node(name) is { } node)
                {
                    Consider(cycle, node, diagnosis);
                }
            }

            return;
        }

        var enough = EnoughFeasible(nodes.Length);
        var looked = 0;
        while (looked < nodes.Length && _feasible.Count < enough)
        {
            Consider(cycle, nodes[(_nextStart + looked) % nodes.Length], diagnosis);
            looked++;
        }

        // The next pod starts where this one stopped, so that all nodes get their turn.
        _nextStart = (_nextStart + looked) % nodes.Length;
    }

    private void Consider(SchedulingCycle cycle, NodeInfo node, Diagnosis diagnosis)
    {
        if (Filter(cycle, node) is { } refusal)
        {
            diagnosis.Add(node, refusal);
        }
        else
        {
            _feasible.Add(node);
        }
    }

    private Verdict? RunFilters(SchedulingCycle cycle, NodeInfo node)
    {
        foreach (var plugin in plugins.Filter)
        {
            if (!cycle.SkipsFilter(plugin) && plugin.Filter(cycle, node) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    private NodeInfo Best(SchedulingCycle cycle)
    {
        var count = _feasible.Count;
        if (_scores.Length < count)
        {
            _scores = new long[count * 2];
            _totals = new long[count * 2];
        }

        var totals = _totals.AsSpan(0, count);
        totals.Clear();
        foreach (var plugin in plugins.Score)
        {
            if (!plugin.PreScore(cycle, _feasible))
            {
                continue;
            }

            var scores = _scores.AsSpan(0, count);
            for (var i = 0; i < count; i++)
            {
                scores[i] = plugin.Score(cycle, _feasible[i]);
            }

            plugin.Normalize(cycle, _feasible, scores);
            for (var i = 0; i < count; i++)
            {
                totals[i] += scores[i] * plugin.Weight;
            }
        }

        return _feasible[IndexOfBest(totals)];
    }

    // Among equals each has the same chance, whatever their number.
    private int IndexOfBest(ReadOnlySpan<long> totals)
    {
        var (best, equals) = (0, 1);
        for (var i = 1; i < totals.Length; i++)
        {
            if (totals[i] > totals[best])
            {
                (best, equals) = (i, 1);
            }
            else if (totals[i] == totals[best] && random.Next(++equals) == 0)
            {
                best = i;
            }
        }

        return best;
    }
}
