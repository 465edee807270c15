using Kube1.Kubelet.Hosts;

namespace Kube1.Kubelet.Evictions;

/// <summary>One measured resource against its threshold.</summary>
/// <param name="Name">Upstream's name of the signal: "memory.available".</param>
/// <param name="Resource">What is scarce, as messages name it: "memory", "ephemeral-storage", "inodes".</param>
/// <param name="Condition">The node condition: "MemoryPressure" or "DiskPressure".</param>
/// <param name="Available">What is left.</param>
/// <param name="Threshold">Below this, the node is under pressure.</param>
internal sealed record PressureSignal(
    string Name, string Resource, string Condition, ulong Available, ulong Threshold)
{
    public const string MemoryPressure = "MemoryPressure";
    public const string DiskPressure = "DiskPressure";
    public const string Memory = "memory";
    public const string EphemeralStorage = "ephemeral-storage";
    public const string Inodes = "inodes";

    public bool IsMet => Available < Threshold;

    /// <summary>All signals of a node, the most pressing kind first: memory runs out in seconds, disks in minutes.</summary>
    public static IReadOnlyList<PressureSignal> Measure(
        EvictionThresholds thresholds, ulong availableMemory, FileSystemUsage node, FileSystemUsage images) =>
    [
        new("memory.available", Memory, MemoryPressure, availableMemory, (ulong)thresholds.MemoryAvailableBytes),
        new("nodefs.available", EphemeralStorage, DiskPressure, node.AvailableBytes,
            Share(node.CapacityBytes, thresholds.NodeFsAvailablePercent)),
        new("nodefs.inodesFree", Inodes, DiskPressure, node.InodesFree,
            Share(node.Inodes, thresholds.NodeFsInodesFreePercent)),
        new("imagefs.available", EphemeralStorage, DiskPressure, images.AvailableBytes,
            Share(images.CapacityBytes, thresholds.ImageFsAvailablePercent)),
        new("imagefs.inodesFree", Inodes, DiskPressure, images.InodesFree,
            Share(images.Inodes, thresholds.ImageFsInodesFreePercent)),
    ];

    /// <summary>File systems without inodes have 0 of them, and no threshold.</summary>
    private static ulong Share(ulong all, double percent) => (ulong)(all * (percent / 100));
}

/// <summary>
/// Node conditions from signals. A condition begins at once and ends five minutes after its signals were last met, so
/// that a node at the edge of a threshold does not flap.
/// </summary>
internal sealed class NodePressure
{
    /// <summary>Upstream's evictionPressureTransitionPeriod.</summary>
    private static readonly TimeSpan Transition = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, DateTimeOffset> _lastMet = new(StringComparer.Ordinal);
    private IReadOnlyList<string> _conditions = [];

    /// <summary>Names of the conditions that hold.</summary>
    public IReadOnlyList<string> Conditions => Volatile.Read(ref _conditions);

    public void Observe(IReadOnlyList<PressureSignal> signals, DateTimeOffset now)
    {
        foreach (var signal in signals.Where(s => s.IsMet))
        {
            _lastMet[signal.Condition] = now;
        }

        Volatile.Write(
            ref _conditions,
            [.. _lastMet.Where(p => now - p.Value < Transition).Select(p => p.Key).Order(StringComparer.Ordinal)]);
    }
}
