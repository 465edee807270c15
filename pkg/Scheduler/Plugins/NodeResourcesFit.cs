using Kube1.Scheduler.Queue;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Plugins;

/// <summary>Refuses nodes without room for the pod's requests; scores by LeastAllocated over cpu and memory.</summary>
internal sealed class NodeResourcesFit : SchedulingPlugin
{
    // Nearly all refusals are one of these; making them once keeps a full cluster cheap.
    private static readonly Verdict TooManyPods = Verdict.Unschedulable("NodeResourcesFit", "Too many pods");
    private static readonly Verdict NoCpu = Verdict.Unschedulable("NodeResourcesFit", "Insufficient cpu");
    private static readonly Verdict NoMemory = Verdict.Unschedulable("NodeResourcesFit", "Insufficient memory");

    public override string Name => "NodeResourcesFit";

    public override PluginPhases Phases => PluginPhases.Filter | PluginPhases.PreScore | PluginPhases.Score;

    public override ClusterEventKinds Interests => ClusterEventKinds.NodeAdded | ClusterEventKinds.NodeAllocatable
        | ClusterEventKinds.PodDeleted | ClusterEventKinds.PodScaledDown;

    public override Verdict? Filter(SchedulingCycle cycle, NodeInfo node)
    {
        var pods = node.Pods.Count + 1 > node.Allocatable.AllowedPods;
        var wanted = cycle.Pod.Requests;
        var cpu = Lacks(wanted.MilliCpu, node.Requested.MilliCpu, node.Allocatable.MilliCpu);
        var memory = Lacks(wanted.MemoryBytes, node.Requested.MemoryBytes, node.Allocatable.MemoryBytes);
        var storage = Lacks(
            wanted.EphemeralStorageBytes, node.Requested.EphemeralStorageBytes, node.Allocatable.EphemeralStorageBytes);
        return !pods && !cpu && !memory && !storage && wanted.Scalars is null
            ? null
            : Refuse(wanted, node, pods, cpu, memory, storage);
    }

    public override long Score(SchedulingCycle cycle, NodeInfo node)
    {
        long sum = 0;
        var weights = 0;
        if (node.Allocatable.MilliCpu > 0)
        {
            sum += Free(node.NonZeroMilliCpu + cycle.Pod.NonZeroMilliCpu, node.Allocatable.MilliCpu);
            weights++;
        }

        if (node.Allocatable.MemoryBytes > 0)
        {
            sum += Free(node.NonZeroMemoryBytes + cycle.Pod.NonZeroMemoryBytes, node.Allocatable.MemoryBytes);
            weights++;
        }

        return weights == 0 ? 0 : sum / weights;
    }

    public override bool MayHelp(PodInfo pod, in ClusterEvent change)
    {
        if (change.Node is { } node)
        {
            return Fits(pod.Requests, node.Allocatable)
                && (change.OldAllocatable is null || Grew(pod.Requests, change.OldAllocatable, node.Allocatable));
        }

        if (change.OldPod is not { } before)
        {
            return true;
        }

        // A pod that goes also gives back its place among the allowed pods.
        return change.NewPod is null || change.NewPod.Uid == pod.Uid
            || Grew(pod.Requests, Negated(before.Requests), Negated(change.NewPod.Requests));
    }

    private static Verdict? Refuse(
        ResourceAmounts wanted, NodeInfo node, bool pods, bool cpu, bool memory, bool storage)
    {
        var reasons = new List<string>();
        var resolvable = true;
        void Insufficient(string resource, long amount)
        {
            reasons.Add("Insufficient " + resource);
            resolvable &= amount <= node.Allocatable[resource];
        }

        if (pods)
        {
            reasons.Add("Too many pods");
        }

        if (cpu)
        {
            Insufficient("cpu", wanted.MilliCpu);
        }

        if (memory)
        {
            Insufficient("memory", wanted.MemoryBytes);
        }

        if (storage)
        {
            Insufficient("ephemeral-storage", wanted.EphemeralStorageBytes);
        }

        foreach (var (name, amount) in wanted.Scalars ?? [])
        {
            if (Lacks(amount, node.Requested[name], node.Allocatable[name]))
            {
                Insufficient(name, amount);
            }
        }

        return reasons switch
        {
            [] => null,
            ["Too many pods"] => TooManyPods,
            ["Insufficient cpu"] when resolvable => NoCpu,
            ["Insufficient memory"] when resolvable => NoMemory,
            _ when resolvable => Verdict.Unschedulable("NodeResourcesFit", [.. reasons]),
            _ => Verdict.Unresolvable("NodeResourcesFit", [.. reasons]),
        };
    }

    private static bool Lacks(long wanted, long used, long allocatable) => wanted > 0 && wanted > allocatable - used;

    private static long Free(long requested, long allocatable) =>
        requested > allocatable ? 0 : (allocatable - requested) * ScoreRange.Max / allocatable;

    private static bool Fits(ResourceAmounts wanted, ResourceAmounts allocatable) =>
        allocatable.AllowedPods > 0 && wanted.MilliCpu <= allocatable.MilliCpu
        && wanted.MemoryBytes <= allocatable.MemoryBytes
        && wanted.EphemeralStorageBytes <= allocatable.EphemeralStorageBytes
        && (wanted.Scalars is null || wanted.Scalars.All(s => s.Value <= allocatable[s.Key]));

    private static bool Grew(ResourceAmounts wanted, ResourceAmounts before, ResourceAmounts now) =>
        now.AllowedPods > before.AllowedPods
        || (wanted.MilliCpu > 0 && now.MilliCpu > before.MilliCpu)
        || (wanted.MemoryBytes > 0 && now.MemoryBytes > before.MemoryBytes)
        || (wanted.EphemeralStorageBytes > 0 && now.EphemeralStorageBytes > before.EphemeralStorageBytes)
        || (wanted.Scalars is not null && wanted.Scalars.Any(s => s.Value > 0 && now[s.Key] > before[s.Key]));

    private static ResourceAmounts Negated(ResourceAmounts amounts)
    {
        var negated = new ResourceAmounts();
        negated.Add(amounts, -1);
        return negated;
    }
}
