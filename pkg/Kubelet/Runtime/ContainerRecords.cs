namespace Kube1.Kubelet.Runtime;

/// <summary>States of a container.</summary>
public enum ContainerState
{
    /// <summary>Made, not started.</summary>
    Created = 0,

    /// <summary>Running.</summary>
    Running = 1,

    /// <summary>Ended.</summary>
    Exited = 2,

    /// <summary>The runtime lost track of it.</summary>
    Unknown = 3,
}

/// <summary>How mounts travel between host and container.</summary>
public enum MountPropagation
{
    /// <summary>Not at all.</summary>
    Private = 0,

    /// <summary>From the host into the container.</summary>
    HostToContainer = 1,

    /// <summary>Both ways.</summary>
    Bidirectional = 2,
}

/// <summary>Which container of the pod; <paramref name="Attempt"/> counts its instances from 0.</summary>
public sealed record ContainerMetadata(string Name, uint Attempt);

/// <summary>One environment variable; the value need not be UTF-8 on the wire, but is here.</summary>
public readonly record struct EnvironmentEntry(string Name, string Value);

/// <summary>A mount of a host path into a container.</summary>
public sealed record MountConfig
{
    /// <summary>Path in the container.</summary>
    public required string ContainerPath { get; init; }

    /// <summary>Path on the host.</summary>
    public required string HostPath { get; init; }

    /// <summary>Whether the container may not write.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Whether mounts below are read-only too.</summary>
    public bool RecursiveReadOnly { get; init; }

    /// <summary>Whether the runtime relabels for SELinux.</summary>
    public bool SELinuxRelabel { get; init; }

    /// <summary>How mounts travel.</summary>
    public MountPropagation Propagation { get; init; }
}

/// <summary>A device of the host in the container; permissions are of "rwm".</summary>
public sealed record DeviceConfig(string ContainerPath, string HostPath, string Permissions);

/// <summary>Limits of a container in the kernel's terms; 0 leaves a limit unset.</summary>
public sealed record LinuxResources
{
    /// <summary>CFS period in microseconds.</summary>
    public long CpuPeriod { get; init; }

    /// <summary>CFS quota in microseconds a period.</summary>
    public long CpuQuota { get; init; }

    /// <summary>Relative CPU weight, 1024 a core.</summary>
    public long CpuShares { get; init; }

    /// <summary>Memory limit in bytes.</summary>
    public long MemoryLimitInBytes { get; init; }

    /// <summary>Memory and swap limit in bytes.</summary>
    public long MemorySwapLimitInBytes { get; init; }

    /// <summary>Preference of the OOM killer, -1000 … 1000.</summary>
    public long OomScoreAdj { get; init; }

    /// <summary>CPUs that may be used, "0-3".</summary>
    public string CpusetCpus { get; init; } = "";

    /// <summary>Memory nodes that may be used.</summary>
    public string CpusetMems { get; init; } = "";

    /// <summary>Limits of huge pages by page size ("2MB").</summary>
    public IReadOnlyDictionary<string, ulong> HugepageLimits { get; init; } = new Dictionary<string, ulong>();

    /// <summary>Cgroup v2 files and their values.</summary>
    public IReadOnlyDictionary<string, string> Unified { get; init; } = new Dictionary<string, string>();
}

/// <summary>Privileges of a container.</summary>
public sealed record ContainerSecurity
{
    /// <summary>All privileges of the host.</summary>
    public bool Privileged { get; init; }

    /// <summary>Capabilities added, without CAP_.</summary>
    public IReadOnlyList<string> AddCapabilities { get; init; } = [];

    /// <summary>Capabilities dropped, without CAP_.</summary>
    public IReadOnlyList<string> DropCapabilities { get; init; } = [];

    /// <summary>Kernel namespaces.</summary>
    public NamespaceOptions Namespaces { get; init; } = new();

    /// <summary>User id; null takes the image's.</summary>
    public long? RunAsUser { get; init; }

    /// <summary>Group id; only with a user.</summary>
    public long? RunAsGroup { get; init; }

    /// <summary>User name, when the image names its user.</summary>
    public string RunAsUserName { get; init; } = "";

    /// <summary>Whether the root file system is read-only.</summary>
    public bool ReadOnlyRootFilesystem { get; init; }

    /// <summary>Additional groups.</summary>
    public IReadOnlyList<long> SupplementalGroups { get; init; } = [];

    /// <summary>Whether the image's /etc/group is ignored.</summary>
    public bool StrictSupplementalGroups { get; init; }

    /// <summary>Whether set-uid programs gain nothing.</summary>
    public bool NoNewPrivileges { get; init; }

    /// <summary>Paths hidden from the container.</summary>
    public IReadOnlyList<string> MaskedPaths { get; init; } = [];

    /// <summary>Paths made read-only.</summary>
    public IReadOnlyList<string> ReadOnlyPaths { get; init; } = [];

    /// <summary>Seccomp profile; null is unconfined.</summary>
    public SecurityProfile? Seccomp { get; init; }

    /// <summary>AppArmor profile.</summary>
    public SecurityProfile? AppArmor { get; init; }

    /// <summary>SELinux labels.</summary>
    public SELinuxOptions? SELinux { get; init; }
}

/// <summary>What a pod asks of a container.</summary>
public sealed record ContainerConfig
{
    /// <summary>The container's name and attempt.</summary>
    public required ContainerMetadata Metadata { get; init; }

    /// <summary>The runtime's id or reference of the image, already present.</summary>
    public required string Image { get; init; }

    /// <summary>The image as the pod names it.</summary>
    public string UserSpecifiedImage { get; init; } = "";

    /// <summary>Replaces the image's entry point.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Replaces the image's arguments.</summary>
    public IReadOnlyList<string> Args { get; init; } = [];

    /// <summary>Working directory; empty takes the image's.</summary>
    public string WorkingDir { get; init; } = "";

    /// <summary>Environment, in order.</summary>
    public IReadOnlyList<EnvironmentEntry> Environment { get; init; } = [];

    /// <summary>Mounts, in order.</summary>
    public IReadOnlyList<MountConfig> Mounts { get; init; } = [];

    /// <summary>Devices.</summary>
    public IReadOnlyList<DeviceConfig> Devices { get; init; } = [];

    /// <summary>Labels by which the kubelet finds the container again.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Hash, restart count and others that survive a restart of the kubelet.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Log file, relative to the sandbox's log directory.</summary>
    public string LogPath { get; init; } = "";

    /// <summary>Whether standard input stays open.</summary>
    public bool Stdin { get; init; }

    /// <summary>Whether standard input closes after the first attach ends.</summary>
    public bool StdinOnce { get; init; }

    /// <summary>Whether there is a terminal.</summary>
    public bool Tty { get; init; }

    /// <summary>Limits; null when the node has none to give.</summary>
    public LinuxResources? Resources { get; init; }

    /// <summary>Privileges.</summary>
    public ContainerSecurity Security { get; init; } = new();

    /// <summary>Stop signal ("SIGTERM"); empty takes the image's.</summary>
    public string StopSignal { get; init; } = "";
}

/// <summary>A container as a list shows it.</summary>
public sealed record ContainerSummary(
    string Id,
    string SandboxId,
    ContainerMetadata Metadata,
    string Image,
    string ImageRef,
    ContainerState State,
    DateTimeOffset CreatedAt,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Annotations);

/// <summary>User and groups that a container's first process runs with.</summary>
public sealed record ContainerUser(long Uid, long Gid, IReadOnlyList<long> SupplementalGroups);

/// <summary>A container's state. Times that did not come yet are null.</summary>
public sealed record ContainerStatus
{
    /// <summary>The runtime's id.</summary>
    public required string Id { get; init; }

    /// <summary>Name and attempt.</summary>
    public required ContainerMetadata Metadata { get; init; }

    /// <summary>State.</summary>
    public ContainerState State { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Exit code; meaningful when exited.</summary>
    public int ExitCode { get; init; }

    /// <summary>The image as the runtime calls it.</summary>
    public string Image { get; init; } = "";

    /// <summary>The image by digest, as pod status shows it.</summary>
    public string ImageRef { get; init; } = "";

    /// <summary>The image's id (config digest); empty when the runtime does not tell.</summary>
    public string ImageId { get; init; } = "";

    /// <summary>Short cause: "Completed", "Error", "OOMKilled".</summary>
    public string Reason { get; init; } = "";

    /// <summary>Long cause.</summary>
    public string Message { get; init; } = "";

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Annotations.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Mounts as made.</summary>
    public IReadOnlyList<MountConfig> Mounts { get; init; } = [];

    /// <summary>Full path of the log file.</summary>
    public string LogPath { get; init; } = "";

    /// <summary>Limits in force, when the runtime tells.</summary>
    public LinuxResources? Resources { get; init; }

    /// <summary>User in force, when the runtime tells.</summary>
    public ContainerUser? User { get; init; }

    /// <summary>The signal that stops it, when the runtime tells.</summary>
    public string StopSignal { get; init; } = "";
}
