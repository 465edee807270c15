using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Plugins;

/// <summary>
/// Keeps pods that need dynamically allocated resources (KEP-4381) from nodes: there are no drivers to allocate them, so
/// such a pod waits visibly and does not start without its device.
/// </summary>
internal sealed class DynamicResources : SchedulingPlugin
{
    /// <summary>What this plugin has to say after filtering failed, ahead of preemption.</summary>
    public const string PostFilterMessage = "no new claims to deallocate";

    private static readonly Verdict Refusal = Verdict.Unresolvable(
        "DynamicResources", "cannot allocate all claims");

    public override string Name => "DynamicResources";

    public override PluginPhases Phases => PluginPhases.PreFilter | PluginPhases.Filter;

    public override PreFilterOutcome PreFilter(SchedulingCycle cycle) =>
        cycle.Pod.Pod.Spec?.ResourceClaims is { Count: > 0 } ? PreFilterOutcome.Continue : PreFilterOutcome.NothingToDo;

    public override Verdict? Filter(SchedulingCycle cycle, NodeInfo node) => Refusal;
}
