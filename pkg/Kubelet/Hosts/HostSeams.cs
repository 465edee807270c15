using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.Hosts;

/// <summary>
/// Control groups of pods with the cgroupfs driver, on cgroup v1 (hybrid) or v2. A path is relative to the
/// hierarchy's root and starts with "/": "/kubepods/burstable/pod1234".
/// </summary>
public interface ICgroups
{
    /// <summary>2 on the unified hierarchy, else 1.</summary>
    int Version { get; }

    /// <summary>Makes the cgroup, its parents included, and sets what <paramref name="resources"/> gives.</summary>
    void Ensure(string path, LinuxResources resources);

    /// <summary>Kills what still runs in the cgroup and removes it with its children. Idempotent.</summary>
    Task RemoveAsync(string path, CancellationToken ct);

    /// <summary>Names of the direct children; empty when the cgroup does not exist.</summary>
    IReadOnlyList<string> Children(string path);

    /// <summary>CPU and memory use of the cgroup; null when it does not exist.</summary>
    CgroupUsage? Usage(string path);
}

/// <summary>What a cgroup uses now.</summary>
public sealed record CgroupUsage(ulong CpuUsageCoreNanoSeconds, ulong MemoryUsageBytes, ulong MemoryWorkingSetBytes);

/// <summary>Mounts and ownership on the node. Failures are <see cref="IOException"/> with the system's words.</summary>
public interface IMounts
{
    /// <summary>Mounts a tmpfs; 0 bytes is no size limit.</summary>
    void MountTmpfs(string path, long sizeBytes);

    /// <summary>Binds <paramref name="source"/> (file or folder) at <paramref name="target"/>, which exists.</summary>
    void Bind(string source, string target, bool readOnly);

    /// <summary>
    /// Binds what <paramref name="relative"/> names below <paramref name="root"/>; a symbolic link that leads out of
    /// the root is refused, also when it changes meanwhile.
    /// </summary>
    void BindBeneath(string root, string relative, string target, bool readOnly);

    /// <summary>
    /// Makes the folders that <paramref name="relative"/> names below <paramref name="root"/>, where they are missing;
    /// as with <see cref="BindBeneath"/>, nothing outside the root is touched.
    /// </summary>
    void MakeFoldersBeneath(string root, string relative, UnixFileMode mode);

    /// <summary>Whether something is mounted at exactly this path.</summary>
    bool IsMountPoint(string path);

    /// <summary>Unmounts lazily; nothing happens when the path is no mount point.</summary>
    void Unmount(string path);

    /// <summary>All mount points of this process's namespace, as /proc/self/mountinfo tells them.</summary>
    IReadOnlyList<MountPoint> List();

    /// <summary>Makes a mount shared, so that mounts below travel to containers that ask for it.</summary>
    void MakeShared(string path);

    /// <summary>Changes the owner without following a symbolic link; -1 leaves one as it is.</summary>
    void ChangeOwner(string path, int uid, int gid);

    /// <summary>Changes mode bits, set-gid and sticky included; follows symbolic links.</summary>
    void ChangeMode(string path, UnixFileMode mode);

    /// <summary>Renames without following symbolic links; what has the new name is replaced in one step.</summary>
    void Rename(string from, string to);

    /// <summary>Mode bits of what a path leads to; follows symbolic links.</summary>
    UnixFileMode ModeOf(string path);

    /// <summary>The kind of a path, not following a symbolic link at its end.</summary>
    HostPathKind KindOf(string path);

    /// <summary>Size, free and used bytes and inodes of the file system that holds the path.</summary>
    FileSystemUsage UsageOf(string path);

    /// <summary>Bytes on disk and inodes of a folder's tree, as du counts them; other file systems are left out.</summary>
    TreeUsage TreeUsageOf(string path);
}

/// <summary>One line of mountinfo.</summary>
public sealed record MountPoint(
    int Id, int ParentId, string Root, string Path, string Type, string Source, string Options);

/// <summary>What a host path is.</summary>
public enum HostPathKind
{
    /// <summary>Nothing is there.</summary>
    Missing,

    /// <summary>A folder.</summary>
    Directory,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A Unix socket.</summary>
    Socket,

    /// <summary>A character device.</summary>
    CharDevice,

    /// <summary>A block device.</summary>
    BlockDevice,

    /// <summary>A symbolic link.</summary>
    SymbolicLink,

    /// <summary>A named pipe or something else.</summary>
    Other,
}

/// <summary>Fill level of a file system.</summary>
public sealed record FileSystemUsage(
    ulong CapacityBytes, ulong AvailableBytes, ulong UsedBytes, ulong Inodes, ulong InodesFree, ulong InodesUsed);

/// <summary>What a folder's tree takes.</summary>
public sealed record TreeUsage(ulong UsedBytes, ulong Inodes);

/// <summary>Facts about the machine.</summary>
public interface INodeFacts
{
    /// <summary>Names, versions and sizes that do not change while the program runs.</summary>
    MachineFacts Machine { get; }

    /// <summary>Memory that is free or can be reclaimed, in bytes.</summary>
    ulong AvailableMemoryBytes();

    /// <summary>Total CPU time used since boot, in nanoseconds.</summary>
    ulong CpuUsageCoreNanoSeconds();

    /// <summary>Processes and threads now, and the most that there can be.</summary>
    (long Current, long Max) Pids();
}

/// <summary>What a node reports of its machine (V1NodeSystemInfo and capacity).</summary>
public sealed record MachineFacts
{
    /// <summary>"amd64", "arm64".</summary>
    public required string Architecture { get; init; }

    /// <summary>"linux" or "windows".</summary>
    public required string OperatingSystem { get; init; }

    /// <summary>PRETTY_NAME of the distribution.</summary>
    public required string OsImage { get; init; }

    /// <summary>Kernel release.</summary>
    public required string KernelVersion { get; init; }

    /// <summary>Id of the installation.</summary>
    public required string MachineId { get; init; }

    /// <summary>Id of the board (DMI product uuid).</summary>
    public required string SystemUuid { get; init; }

    /// <summary>Id of this boot.</summary>
    public required string BootId { get; init; }

    /// <summary>Processors.</summary>
    public required int CpuCount { get; init; }

    /// <summary>Memory in bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Swap in bytes.</summary>
    public long SwapBytes { get; init; }

    /// <summary>Pre-allocated huge pages: page size in bytes → bytes in all.</summary>
    public IReadOnlyDictionary<long, long> HugePages { get; init; } = new Dictionary<long, long>();
}
