using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Queue;

/// <summary>The changes that may make a refused pod schedulable.</summary>
[Flags]
internal enum ClusterEventKinds
{
    None = 0,
    NodeAdded = 1,
    NodeAllocatable = 2,
    NodeLabels = 4,
    NodeTaints = 8,
    PodAdded = 16,
    PodLabels = 32,
    PodScaledDown = 64,
    PodDeleted = 128,
    PodGatesRemoved = 256,
    PodTolerations = 512,
    NamespaceChanged = 1024,
    NodeDeleted = 2048,
}

/// <summary>
/// One change. Exactly one of the pairs is set; a pod that is not placed is meant when <see cref="NewPod"/> is the
/// waiting pod itself.
/// </summary>
internal readonly record struct ClusterEvent(ClusterEventKinds Kinds, string Label)
{
    public NodeInfo? Node { get; init; }

    public ResourceAmounts? OldAllocatable { get; init; }

    public PodInfo? OldPod { get; init; }

    public PodInfo? NewPod { get; init; }
}
