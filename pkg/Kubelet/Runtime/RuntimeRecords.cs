namespace Kube1.Kubelet.Runtime;

/// <summary>Name and versions of a runtime: "containerd", "1.7.24", "v1".</summary>
public sealed record RuntimeVersion(string RuntimeName, string Version, string ApiVersion);

/// <summary>Whether the runtime and its network are ready, each with the runtime's reason and message.</summary>
public sealed record RuntimeConditions(RuntimeCondition Runtime, RuntimeCondition Network)
{
    /// <summary>Runtime handlers by name, when the runtime tells ("" is the default one).</summary>
    public IReadOnlyList<string> RuntimeHandlers { get; init; } = [];
}

/// <summary>One condition of the runtime.</summary>
public sealed record RuntimeCondition(bool Ready, string Reason = "", string Message = "");

/// <summary>What a command run to its end left.</summary>
public sealed record ExecResult(ReadOnlyMemory<byte> StandardOutput, ReadOnlyMemory<byte> StandardError, int ExitCode);

/// <summary>A command whose streams a client will join.</summary>
public sealed record ExecRequest(
    string ContainerId, IReadOnlyList<string> Command, bool Stdin, bool Stdout, bool Stderr, bool Tty);

/// <summary>The running process whose streams a client will join.</summary>
public sealed record AttachRequest(string ContainerId, bool Stdin, bool Stdout, bool Stderr, bool Tty);

/// <summary>Ports of a sandbox that a client will reach.</summary>
public sealed record PortForwardRequest(string SandboxId, IReadOnlyList<int> Ports);

/// <summary>What happened to a container or sandbox.</summary>
public enum RuntimeEventType
{
    /// <summary>Made.</summary>
    Created = 0,

    /// <summary>Started.</summary>
    Started = 1,

    /// <summary>Ended.</summary>
    Stopped = 2,

    /// <summary>Removed.</summary>
    Deleted = 3,
}

/// <summary>
/// One event. <see cref="PodUid"/> is null when the source does not tell the pod; the receiver looks the container up.
/// </summary>
public sealed record RuntimeEvent(RuntimeEventType Type, string ContainerId, string? PodUid, DateTimeOffset Time);

/// <summary>Usage of one container; figures that the runtime does not give are null.</summary>
public sealed record ContainerStats(
    string Id,
    ContainerMetadata Metadata,
    IReadOnlyDictionary<string, string> Labels,
    DateTimeOffset Time)
{
    /// <summary>Total CPU time used, in nanoseconds.</summary>
    public ulong? CpuUsageCoreNanoSeconds { get; init; }

    /// <summary>Current CPU use in nanoseconds a second.</summary>
    public ulong? CpuUsageNanoCores { get; init; }

    /// <summary>Memory that cannot be reclaimed at once.</summary>
    public ulong? MemoryWorkingSetBytes { get; init; }

    /// <summary>Memory used in all.</summary>
    public ulong? MemoryUsageBytes { get; init; }

    /// <summary>Resident memory.</summary>
    public ulong? MemoryRssBytes { get; init; }

    /// <summary>Memory left before the limit.</summary>
    public ulong? MemoryAvailableBytes { get; init; }

    /// <summary>Page faults.</summary>
    public ulong? PageFaults { get; init; }

    /// <summary>Major page faults.</summary>
    public ulong? MajorPageFaults { get; init; }

    /// <summary>Bytes of the writable layer.</summary>
    public ulong? WritableLayerBytes { get; init; }

    /// <summary>Inodes of the writable layer.</summary>
    public ulong? WritableLayerInodes { get; init; }
}

/// <summary>Usage of one sandbox.</summary>
public sealed record SandboxStats(
    string Id,
    SandboxMetadata Metadata,
    DateTimeOffset Time)
{
    /// <summary>Total CPU time used, in nanoseconds.</summary>
    public ulong? CpuUsageCoreNanoSeconds { get; init; }

    /// <summary>Current CPU use in nanoseconds a second.</summary>
    public ulong? CpuUsageNanoCores { get; init; }

    /// <summary>Memory that cannot be reclaimed at once.</summary>
    public ulong? MemoryWorkingSetBytes { get; init; }

    /// <summary>Name of the default interface.</summary>
    public string InterfaceName { get; init; } = "";

    /// <summary>Bytes received.</summary>
    public ulong? ReceivedBytes { get; init; }

    /// <summary>Bytes sent.</summary>
    public ulong? SentBytes { get; init; }

    /// <summary>Processes.</summary>
    public ulong? ProcessCount { get; init; }
}

/// <summary>An image of the runtime.</summary>
public sealed record RuntimeImage
{
    /// <summary>The runtime's id, "sha256:…".</summary>
    public required string Id { get; init; }

    /// <summary>Names with tags.</summary>
    public IReadOnlyList<string> RepoTags { get; init; } = [];

    /// <summary>Names with digests.</summary>
    public IReadOnlyList<string> RepoDigests { get; init; } = [];

    /// <summary>Bytes on disk.</summary>
    public long SizeBytes { get; init; }

    /// <summary>User id of the image, when numeric.</summary>
    public long? Uid { get; init; }

    /// <summary>User name of the image; empty when numeric or none.</summary>
    public string UserName { get; init; } = "";

    /// <summary>Whether it must never be collected: imported images and the pause image.</summary>
    public bool Pinned { get; init; }
}

/// <summary>Credentials for one registry.</summary>
public sealed record ImageAuth(
    string Username = "", string Password = "", string Auth = "", string ServerAddress = "",
    string IdentityToken = "", string RegistryToken = "");

/// <summary>Usage of a file system by images.</summary>
public sealed record FsUsage(string MountPoint, ulong UsedBytes, ulong InodesUsed, DateTimeOffset Time);
