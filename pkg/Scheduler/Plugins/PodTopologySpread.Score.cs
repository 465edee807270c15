using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Plugins;

/// <content>Scoring by the constraints that are only preferred.</content>
internal sealed partial class PodTopologySpread
{
    /// <summary>For each constraint its weight and the siblings by domain; by node itself for the hostname.</summary>
    private sealed record Preferred(
        SpreadConstraint[] Constraints, Dictionary<string, int>[] Domains, double[] Weights, bool RequireAllKeys)
        : ICycleData
    {
        ICycleData ICycleData.Clone() => this;
    }

    public override bool PreScore(SchedulingCycle cycle, IReadOnlyList<NodeInfo> feasible)
    {
        // Defaults are for pods that state nothing; then a node without a zone label still takes part.
        var stated = cycle.Pod.Pod.Spec?.TopologySpreadConstraints is { Count: > 0 };
        var constraints = stated
            ? SpreadConstraint.Of(cycle.Pod, "ScheduleAnyway")
            : SpreadConstraint.SystemDefaults(workloads.SelectorOf(cycle.Pod.Pod));
        if (constraints.Length == 0 || feasible.Count == 0)
        {
            return false;
        }

        var scored = stated ? feasible.Count(n => HasAllKeys(n, constraints)) : feasible.Count;
        var domains = new Dictionary<string, int>[constraints.Length];
        var weights = new double[constraints.Length];
        for (var i = 0; i < constraints.Length; i++)
        {
            domains[i] = new Dictionary<string, int>(StringComparer.Ordinal);
            if (!constraints[i].IsHostname)
            {
                CountPreferred(cycle, feasible, constraints, i, domains[i], stated);
            }

            // Many small domains would otherwise drown few large ones.
            weights[i] = Math.Log((constraints[i].IsHostname ? scored : domains[i].Count) + 2);
        }

        cycle.SetData(this, new Preferred(constraints, domains, weights, stated));
        return true;
    }

    public override long Score(SchedulingCycle cycle, NodeInfo node)
    {
        var preferred = cycle.Data<Preferred>(this)!;
        if (preferred.RequireAllKeys && !HasAllKeys(node, preferred.Constraints))
        {
            return 0;
        }

        double score = 0;
        for (var i = 0; i < preferred.Constraints.Length; i++)
        {
            var constraint = preferred.Constraints[i];
            if (!node.Labels.TryGetValue(constraint.TopologyKey, out var value))
            {
                continue;
            }

            var count = constraint.IsHostname
                ? At(CountsOf(cycle, constraint), node)
                : preferred.Domains[i].GetValueOrDefault(value);
            score += (count * preferred.Weights[i]) + (constraint.MaxSkew - 1);
        }

        return (long)Math.Round(score, MidpointRounding.AwayFromZero);
    }

    public override void Normalize(SchedulingCycle cycle, IReadOnlyList<NodeInfo> feasible, Span<long> scores)
    {
        var preferred = cycle.Data<Preferred>(this)!;
        var (least, most) = (long.MaxValue, 0L);
        for (var i = 0; i < scores.Length; i++)
        {
            if (!preferred.RequireAllKeys || HasAllKeys(feasible[i], preferred.Constraints))
            {
                least = Math.Min(least, scores[i]);
                most = Math.Max(most, scores[i]);
            }
        }

        for (var i = 0; i < scores.Length; i++)
        {
            if (preferred.RequireAllKeys && !HasAllKeys(feasible[i], preferred.Constraints))
            {
                scores[i] = 0;
            }
            else
            {
                scores[i] = most == 0 ? ScoreRange.Max : ScoreRange.Max * (most + least - scores[i]) / most;
            }
        }
    }

    private static void CountPreferred(
        SchedulingCycle cycle, IReadOnlyList<NodeInfo> feasible, SpreadConstraint[] constraints, int index,
        Dictionary<string, int> domains, bool requireAllKeys)
    {
        var constraint = constraints[index];
        var labelled = false;
        foreach (var node in feasible)
        {
            if (!requireAllKeys || HasAllKeys(node, constraints))
            {
                labelled |= node.Labels.TryGetValue(constraint.TopologyKey, out var value);
                domains.TryAdd(value ?? "", 0);
            }
        }

        if (!labelled)
        {
            return;
        }

        var counts = CountsOf(cycle, constraint);
        foreach (var node in cycle.Cluster.Nodes)
        {
            if ((!requireAllKeys || HasAllKeys(node, constraints)) && constraint.Includes(cycle.Pod, node))
            {
                var value = node.Labels.GetValueOrDefault(constraint.TopologyKey, "");
                if (domains.TryGetValue(value, out var count))
                {
                    domains[value] = count + At(counts, node);
                }
            }
        }
    }

    private static ReadOnlySpan<int> CountsOf(SchedulingCycle cycle, SpreadConstraint constraint) =>
        cycle.Cluster.Counts.For(cycle.Pod.Namespace, constraint.Selector, constraint.SelectorText, cycle.Cluster);
}
