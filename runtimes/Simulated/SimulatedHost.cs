using System.Collections.Concurrent;
using Kube1.Kubelet.Hosts;

namespace Kube1.Runtimes.Simulated;

/// <summary>Mounts that are plain folders, for nodes that have no root rights.</summary>
public sealed class SimulatedMounts : IMounts
{
    private const ulong DiskBytes = 100UL << 30;

    private readonly ConcurrentDictionary<string, string> _mounted = new(StringComparer.Ordinal);

    /// <summary>Free space of the pretended disk.</summary>
    public ulong AvailableBytes { get; set; } = DiskBytes / 2;

    /// <inheritdoc/>
    public void MountTmpfs(string path, long sizeBytes) => _mounted[path] = "tmpfs";

    /// <inheritdoc/>
    public void Bind(string source, string target, bool readOnly)
    {
        // Nothing in a simulated container looks.
    }

    /// <inheritdoc/>
    public void BindBeneath(string root, string relative, string target, bool readOnly)
    {
        // Nothing in a simulated container looks.
    }

    /// <inheritdoc/>
    public void MakeFoldersBeneath(string root, string relative, UnixFileMode mode) =>
        Directory.CreateDirectory(Path.Combine(root, relative));

    /// <inheritdoc/>
    public bool IsMountPoint(string path) => _mounted.ContainsKey(path);

    /// <inheritdoc/>
    public void Unmount(string path) => _mounted.TryRemove(path, out _);

    /// <inheritdoc/>
    public IReadOnlyList<MountPoint> List() => 
        [.. _mounted.Select(m => new MountPoint(1, 0, "/", m.Key, m.Value, m.Value, "rw"))];

    /// <inheritdoc/>
    public void MakeShared(string path)
    {
        // Nothing is mounted.
    }

    /// <inheritdoc/>
    public void ChangeOwner(string path, int uid, int gid)
    {
        // Needs root rights that a simulated node does not ask for.
    }

    /// <inheritdoc/>
    public void ChangeMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        // .NET refuses to move a link to a folder; a simulated node can do without the single step.
        if (new FileInfo(from).LinkTarget is { } target)
        {
            File.Delete(to);
            File.CreateSymbolicLink(to, target);
            File.Delete(from);
        }
        else
        {
            File.Move(from, to, overwrite: true);
        }
    }

    /// <inheritdoc/>
    public UnixFileMode ModeOf(string path) =>
        OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);

    /// <inheritdoc/>
    public HostPathKind KindOf(string path) => Directory.Exists(path) ? HostPathKind.Directory
        : File.Exists(path) ? HostPathKind.File
        : HostPathKind.Missing;

    /// <inheritdoc/>
    public FileSystemUsage UsageOf(string path) =>
        new(DiskBytes, AvailableBytes, DiskBytes - AvailableBytes, 1 << 20, 1 << 19, 1 << 19);

    /// <inheritdoc/>
    public TreeUsage TreeUsageOf(string path)
    {
        var files = new DirectoryInfo(path).GetFiles("*", SearchOption.AllDirectories);
        return new TreeUsage((ulong)files.Sum(f => f.Length), (ulong)files.Length);
    }
}

/// <summary>A machine of any size.</summary>
public sealed class SimulatedNodeFacts(int cpus = 8, long memoryBytes = 32L << 30) : INodeFacts
{
    /// <summary>Memory that is free.</summary>
    public ulong AvailableBytes { get; set; } = (ulong)memoryBytes / 2;

    /// <inheritdoc/>
    public MachineFacts Machine { get; } = new()
    {
        Architecture = "amd64",
        OperatingSystem = "linux",
        OsImage = "Simulated",
        KernelVersion = "6.0.0",
        MachineId = "simulated",
        SystemUuid = "simulated",
        BootId = "simulated",
        CpuCount = cpus,
        MemoryBytes = memoryBytes,
    };

    /// <inheritdoc/>
    public ulong AvailableMemoryBytes() => AvailableBytes;

    /// <inheritdoc/>
    public ulong CpuUsageCoreNanoSeconds() => 0;

    /// <inheritdoc/>
    public (long Current, long Max) Pids() => (100, 32768);
}
