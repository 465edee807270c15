using Kube1.Scheduler.Queue;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Plugins;

/// <summary>
/// Pod affinity and anti-affinity, in both directions: what the pod wants of those that are there, and what those want
/// of it. Source: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity
/// </summary>
internal sealed partial class InterPodAffinity : SchedulingPlugin
{
    private static readonly Verdict NoAffinity =
        Verdict.Unresolvable("InterPodAffinity", "node(s) didn't match pod affinity rules");

    private static readonly Verdict OwnAntiAffinity =
        Verdict.Unschedulable("InterPodAffinity", "node(s) didn't match pod anti-affinity rules");

    private static readonly Verdict TheirAntiAffinity =
        Verdict.Unschedulable("InterPodAffinity", "node(s) didn't satisfy existing pods anti-affinity rules");

    public override string Name => "InterPodAffinity";

    public override PluginPhases Phases =>
        PluginPhases.PreFilter | PluginPhases.Filter | PluginPhases.PreScore | PluginPhases.Score;

    public override int Weight => 2;

    public override ClusterEventKinds Interests => ClusterEventKinds.NodeAdded | ClusterEventKinds.NodeLabels
        | ClusterEventKinds.PodAdded | ClusterEventKinds.PodLabels | ClusterEventKinds.PodDeleted
        | ClusterEventKinds.NamespaceChanged;

    /// <summary>Matching pods by domain: for the incoming pod's terms, and for the terms of the pods that are there.</summary>
    private sealed record Required(TopologyCounts Affinity, TopologyCounts AntiAffinity, TopologyCounts Theirs) : ICycleData
    {
        ICycleData ICycleData.Clone() => new Required(Affinity.Clone(), AntiAffinity.Clone(), Theirs.Clone());
    }

    public override PreFilterOutcome PreFilter(SchedulingCycle cycle)
    {
        var pod = cycle.Pod;
        var own = pod.RequiredAffinity.Length + pod.RequiredAntiAffinity.Length > 0;
        if (!own && cycle.Cluster.PodsWithAffinity == 0)
        {
            return PreFilterOutcome.NothingToDo;
        }

        var required = new Required(new TopologyCounts(), new TopologyCounts(), new TopologyCounts());
        foreach (var node in cycle.Cluster.Nodes)
        {
            foreach (var other in own ? node.Pods : node.PodsWithRequiredAntiAffinity)
            {
                Count(required, cycle, other, node, 1);
            }
        }

        cycle.SetData(this, required);
        return own || !required.Theirs.IsEmpty ? PreFilterOutcome.Continue : PreFilterOutcome.NothingToDo;
    }

    public override Verdict? Filter(SchedulingCycle cycle, NodeInfo node)
    {
        var required = cycle.Data<Required>(this)!;
        if (!SatisfiesAffinity(cycle, required, node))
        {
            return NoAffinity;
        }

        foreach (var term in cycle.Pod.RequiredAntiAffinity)
        {
            if (node.Labels.TryGetValue(term.TopologyKey, out var value)
                && required.AntiAffinity[term.TopologyKey, value] > 0)
            {
                return OwnAntiAffinity;
            }
        }

        return required.Theirs.HasAny(node) ? TheirAntiAffinity : null;
    }

    public override void PodAdded(SchedulingCycle cycle, PodInfo pod, NodeInfo node) => Change(cycle, pod, node, 1);

    public override void PodRemoved(SchedulingCycle cycle, PodInfo pod, NodeInfo node) => Change(cycle, pod, node, -1);

    public override bool MayHelp(PodInfo pod, in ClusterEvent change)
    {
        if (change.Node is { } node)
        {
            return pod.RequiredAffinity.All(t => node.Labels.ContainsKey(t.TopologyKey));
        }

        // Namespace labels are not at hand here: a namespace selector then counts as a possible match.
        if (change.NewPod is { } added && (change.Kinds & (ClusterEventKinds.PodAdded | ClusterEventKinds.PodLabels)) != 0
            && (added.Uid == pod.Uid || pod.RequiredAffinity.Any(t => t.Matches(added, added.Labels))))
        {
            return true;
        }

        if (change.OldPod is { } gone)
        {
            return pod.RequiredAntiAffinity.Any(t => t.Matches(gone, null))
                || gone.RequiredAntiAffinity.Any(t => t.Matches(pod, null))
                || pod.RequiredAntiAffinity.Length + gone.RequiredAntiAffinity.Length > 0;
        }

        return pod.RequiredAffinity.Length > 0 || change.Kinds == ClusterEventKinds.NamespaceChanged;
    }

    private void Change(SchedulingCycle cycle, PodInfo pod, NodeInfo node, int by)
    {
        if (cycle.Data<Required>(this) is { } required)
        {
            Count(required, cycle, pod, node, by);
        }
    }

    private static void Count(Required required, SchedulingCycle cycle, PodInfo other, NodeInfo node, int by)
    {
        var incoming = cycle.Pod;
        if (other.RequiredAntiAffinity.Length > 0)
        {
            var labels = cycle.Cluster.NamespaceLabels(incoming.Namespace);
            foreach (var term in other.RequiredAntiAffinity)
            {
                if (term.Matches(incoming, labels))
                {
                    required.Theirs.Add(node, term.TopologyKey, by);
                }
            }
        }

        if (incoming.RequiredAffinity.Length + incoming.RequiredAntiAffinity.Length == 0)
        {
            return;
        }

        var otherLabels = cycle.Cluster.NamespaceLabels(other.Namespace);
        if (incoming.RequiredAffinity.Length > 0 && MatchesAll(incoming.RequiredAffinity, other, otherLabels))
        {
            foreach (var term in incoming.RequiredAffinity)
            {
                required.Affinity.Add(node, term.TopologyKey, by);
            }
        }

        foreach (var term in incoming.RequiredAntiAffinity)
        {
            if (term.Matches(other, otherLabels))
            {
                required.AntiAffinity.Add(node, term.TopologyKey, by);
            }
        }
    }

    private static bool SatisfiesAffinity(SchedulingCycle cycle, Required required, NodeInfo node)
    {
        var found = true;
        foreach (var term in cycle.Pod.RequiredAffinity)
        {
            if (!node.Labels.TryGetValue(term.TopologyKey, out var value))
            {
                return false;
            }

            found &= required.Affinity[term.TopologyKey, value] > 0;
        }

        // The first of a group that wants to be together matches itself; or none could ever start.
        return found || (required.Affinity.IsEmpty
            && MatchesAll(cycle.Pod.RequiredAffinity, cycle.Pod, cycle.Cluster.NamespaceLabels(cycle.Pod.Namespace)));
    }

    private static bool MatchesAll(AffinityTerm[] terms, PodInfo pod, IReadOnlyDictionary<string, string>? labels)
    {
        foreach (var term in terms)
        {
            if (!term.Matches(pod, labels))
            {
                return false;
            }
        }

        return true;
    }
}
