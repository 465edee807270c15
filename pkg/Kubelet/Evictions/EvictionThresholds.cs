namespace Kube1.Kubelet.Evictions;

/// <summary>
/// Below what is free, the node is under pressure and evicts pods (upstream's hard thresholds). The shares of disks are
/// smaller than upstream's 10 and 15 percent: at the edge and in labs, a disk serves other purposes too.
/// Source: https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#hard-eviction-thresholds
/// </summary>
public sealed record EvictionThresholds
{
    /// <summary>memory.available, in bytes.</summary>
    public long MemoryAvailableBytes { get; init; } = 100L << 20;

    /// <summary>nodefs.available, in percent.</summary>
    public double NodeFsAvailablePercent { get; init; } = 5;

    /// <summary>nodefs.inodesFree, in percent.</summary>
    public double NodeFsInodesFreePercent { get; init; } = 5;

    /// <summary>imagefs.available, in percent.</summary>
    public double ImageFsAvailablePercent { get; init; } = 5;

    /// <summary>imagefs.inodesFree, in percent.</summary>
    public double ImageFsInodesFreePercent { get; init; } = 5;
}
