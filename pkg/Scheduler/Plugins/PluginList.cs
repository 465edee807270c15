namespace Kube1.Scheduler.Plugins;

/// <summary>
/// The default profile, in upstream's order. A phase runs the plugins in this order; the first refusal of a node ends
/// its filtering, so the cheap ones come first.
/// </summary>
internal sealed class PluginList
{
    private PluginList(SchedulingPlugin[] all)
    {
        All = all;
        for (var i = 0; i < all.Length; i++)
        {
            all[i].Slot = i;
        }

        PreEnqueue = [.. all.Where(p => p.Phases.HasFlag(PluginPhases.PreEnqueue))];
        PreFilter = [.. all.Where(p => p.Phases.HasFlag(PluginPhases.PreFilter))];
        Filter = [.. all.Where(p => p.Phases.HasFlag(PluginPhases.Filter))];
        Score = [.. all.Where(p => p.Phases.HasFlag(PluginPhases.Score))];
    }

    public SchedulingPlugin[] All { get; }

    public SchedulingPlugin[] PreEnqueue { get; }

    public SchedulingPlugin[] PreFilter { get; }

    public SchedulingPlugin[] Filter { get; }

    public SchedulingPlugin[] Score { get; }

    public static PluginList Default(IWorkloadSelectors workloads) => new(
    [
        new SchedulingGates(),
        new NodeUnschedulable(),
        new NodeName(),
        new TaintToleration(),
        new NodeAffinity(),
        new NodePorts(),
        new NodeResourcesFit(),
        new PodTopologySpread(workloads),
        new InterPodAffinity(),
        new DynamicResources(),
        new NodeResourcesBalancedAllocation(),
        new ImageLocality(),
    ]);

    public SchedulingPlugin? Find(string name) => Array.Find(All, p => p.Name == name);
}
