using Kube1.Scheduler.Queue;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Plugins;

/// <summary>Holds pods back while spec.schedulingGates names any (KEP-3521).</summary>
internal sealed class SchedulingGates : SchedulingPlugin
{
    public const string PluginName = "SchedulingGates";

    /// <summary>The message of the PodScheduled condition with reason SchedulingGated.</summary>
    public const string ConditionMessage = "Scheduling is blocked due to non-empty scheduling gates";

    public override string Name => PluginName;

    public override PluginPhases Phases => PluginPhases.PreEnqueue;

    public override ClusterEventKinds Interests => ClusterEventKinds.PodGatesRemoved;

    public override Verdict? PreEnqueue(PodInfo pod) => pod.Pod.Spec?.SchedulingGates is not { Count: > 0 } gates
        ? null
        : Verdict.Unresolvable(
            PluginName, $"waiting for scheduling gates: [{string.Join(" ", gates.Select(g => g.Name))}]");
}
