using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Plugins;

/// <content>Scoring by preferred terms, those of the pods that are there included.</content>
internal sealed partial class InterPodAffinity
{
    /// <summary>What a required affinity of a pod that is there is worth to a pod that it matches (upstream's default).</summary>
    private const int HardPodAffinityWeight = 1;

    private sealed record Preferred(TopologyCounts Weights, IReadOnlyCollection<string> Keys) : ICycleData
    {
        ICycleData ICycleData.Clone() => this;
    }

    public override bool PreScore(SchedulingCycle cycle, IReadOnlyList<NodeInfo> feasible)
    {
        var pod = cycle.Pod;
        var own = pod.PreferredAffinity.Length + pod.PreferredAntiAffinity.Length > 0;
        if (!own && cycle.Cluster.PodsWithAffinity == 0)
        {
            return false;
        }

        var weights = new TopologyCounts();
        var labels = cycle.Cluster.NamespaceLabels(pod.Namespace);
        foreach (var node in cycle.Cluster.Nodes)
        {
            foreach (var other in own ? node.Pods : node.PodsWithAffinity)
            {
                Weigh(weights, cycle, other, node, labels);
            }
        }

        if (weights.IsEmpty)
        {
            return false;
        }

        cycle.SetData(this, new Preferred(weights, weights.Keys));
        return true;
    }

    public override long Score(SchedulingCycle cycle, NodeInfo node)
    {
        var preferred = cycle.Data<Preferred>(this)!;
        return preferred.Weights.SumFor(node, preferred.Keys);
    }

    public override void Normalize(SchedulingCycle cycle, IReadOnlyList<NodeInfo> feasible, Span<long> scores)
    {
        var (least, most) = (long.MaxValue, long.MinValue);
        foreach (var score in scores)
        {
            least = Math.Min(least, score);
            most = Math.Max(most, score);
        }

        foreach (ref var score in scores)
        {
            score = most == least ? 0 : (long)(ScoreRange.Max * ((double)(score - least) / (most - least)));
        }
    }

    private static void Weigh(
        TopologyCounts weights, SchedulingCycle cycle, PodInfo other, NodeInfo node,
        IReadOnlyDictionary<string, string>? incomingLabels)
    {
        var incoming = cycle.Pod;
        var otherLabels = cycle.Cluster.NamespaceLabels(other.Namespace);
        Add(incoming.PreferredAffinity, other, otherLabels, 1);
        Add(incoming.PreferredAntiAffinity, other, otherLabels, -1);
        Add(other.RequiredAffinity, incoming, incomingLabels, HardPodAffinityWeight);
        Add(other.PreferredAffinity, incoming, incomingLabels, 1);
        Add(other.PreferredAntiAffinity, incoming, incomingLabels, -1);

        void Add(AffinityTerm[] terms, PodInfo target, IReadOnlyDictionary<string, string>? labels, int factor)
        {
            foreach (var term in terms)
            {
                if (term.Matches(target, labels))
                {
                    weights.Add(node, term.TopologyKey, (long)term.Weight * factor);
                }
            }
        }
    }
}
