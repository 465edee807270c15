using Kube1.Scheduler.Queue;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Plugins;

/// <summary>
/// The phases that a plugin takes part in:
/// https://kubernetes.io/docs/concepts/scheduling-eviction/scheduling-framework/
/// </summary>
[Flags]
internal enum PluginPhases
{
    None = 0,
    PreEnqueue = 1,
    PreFilter = 2,
    Filter = 4,
    PreScore = 8,
    Score = 16,
}

/// <summary>What PreFilter found: nothing to do here, a refusal, or the only nodes worth a look.</summary>
internal readonly record struct PreFilterOutcome(bool Skip, Verdict? Refusal, IReadOnlySet<string>? OnlyNodes)
{
    public static PreFilterOutcome Continue { get; }

    public static PreFilterOutcome NothingToDo { get; } = new(true, null, null);

    public static PreFilterOutcome Refuse(Verdict refusal) => new(false, refusal, null);
}

/// <summary>
/// One plugin. It takes part in the phases it names; what it works out in PreFilter or PreScore it keeps in the cycle.
/// Plugins hold no state of their own between cycles.
/// </summary>
internal abstract class SchedulingPlugin
{
    /// <summary>Upstream's name, which users see in metrics and messages.</summary>
    public abstract string Name { get; }

    public abstract PluginPhases Phases { get; }

    /// <summary>Upstream's default weight of the score.</summary>
    public virtual int Weight => 1;

    /// <summary>The changes of the cluster that can turn this plugin's refusal into a yes.</summary>
    public virtual ClusterEventKinds Interests => ClusterEventKinds.None;

    /// <summary>Where this plugin keeps its data in a cycle; set when the plugin list is made.</summary>
    public int Slot { get; set; }

    /// <summary>A refusal keeps the pod out of the active queue altogether.</summary>
    public virtual Verdict? PreEnqueue(PodInfo pod) => null;

    public virtual PreFilterOutcome PreFilter(SchedulingCycle cycle) => PreFilterOutcome.Continue;

    public virtual Verdict? Filter(SchedulingCycle cycle, NodeInfo node) => null;

    /// <summary>For what-if questions: the cycle's data as if the pod also were on the node.</summary>
    public virtual void PodAdded(SchedulingCycle cycle, PodInfo pod, NodeInfo node)
    {
    }

    /// <summary>For what-if questions: the cycle's data as if the pod were gone from the node.</summary>
    public virtual void PodRemoved(SchedulingCycle cycle, PodInfo pod, NodeInfo node)
    {
    }

    /// <summary>False: there is nothing to score for this pod.</summary>
    public virtual bool PreScore(SchedulingCycle cycle, IReadOnlyList<NodeInfo> feasible) => true;

    public virtual long Score(SchedulingCycle cycle, NodeInfo node) => 0;

    /// <summary>Brings raw scores to 0..100, in place.</summary>
    public virtual void Normalize(SchedulingCycle cycle, IReadOnlyList<NodeInfo> feasible, Span<long> scores)
    {
    }

    /// <summary>Upstream's queueing hint: whether this very change may make the pod that this plugin refused schedulable.</summary>
    public virtual bool MayHelp(PodInfo pod, in ClusterEvent change) => true;
}
