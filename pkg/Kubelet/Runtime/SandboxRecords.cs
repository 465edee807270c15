namespace Kube1.Kubelet.Runtime;

/// <summary>How a container or sandbox shares a kernel namespace.</summary>
public enum NamespaceMode
{
    /// <summary>Shared by all containers of the pod.</summary>
    Pod = 0,

    /// <summary>The container's own.</summary>
    Container = 1,

    /// <summary>The node's.</summary>
    Node = 2,

    /// <summary>That of another container (<see cref="NamespaceOptions.TargetId"/>).</summary>
    Target = 3,
}

/// <summary>Whether a sandbox's infrastructure is up.</summary>
public enum SandboxState
{
    /// <summary>Running.</summary>
    Ready = 0,

    /// <summary>Stopped or broken.</summary>
    NotReady = 1,
}

/// <summary>Network, process and IPC namespaces of a sandbox or container.</summary>
public sealed record NamespaceOptions(
    NamespaceMode Network = NamespaceMode.Pod,
    NamespaceMode Pid = NamespaceMode.Container,
    NamespaceMode Ipc = NamespaceMode.Pod,
    string TargetId = "");

/// <summary>Which pod a sandbox belongs to; <paramref name="Attempt"/> counts its sandboxes from 0.</summary>
public sealed record SandboxMetadata(string Name, string Uid, string Namespace, uint Attempt);

/// <summary>Contents of the pod's resolv.conf.</summary>
public sealed record DnsConfig(
    IReadOnlyList<string> Servers, IReadOnlyList<string> Searches, IReadOnlyList<string> Options);

/// <summary>A host port; the protocol is "TCP", "UDP" or "SCTP".</summary>
public sealed record PortMapping(string Protocol, int ContainerPort, int HostPort, string HostIP);

/// <summary>A seccomp or AppArmor profile.</summary>
public sealed record SecurityProfile(SecurityProfileType Type, string LocalhostRef = "");

/// <summary>Where a security profile comes from.</summary>
public enum SecurityProfileType
{
    /// <summary>The runtime's default profile.</summary>
    RuntimeDefault = 0,

    /// <summary>None.</summary>
    Unconfined = 1,

    /// <summary>A file of the node.</summary>
    Localhost = 2,
}

/// <summary>SELinux labels.</summary>
public sealed record SELinuxOptions(string User, string Role, string Type, string Level);

/// <summary>What a pod asks of its sandbox.</summary>
public sealed record SandboxConfig
{
    /// <summary>The pod.</summary>
    public required SandboxMetadata Metadata { get; init; }

    /// <summary>The pod's hostname; empty on the host network.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>The folder of the pod's container logs.</summary>
    public string LogDirectory { get; init; } = "";

    /// <summary>Contents of resolv.conf; null leaves the runtime's default, the host's file.</summary>
    public DnsConfig? Dns { get; init; }

    /// <summary>Host ports.</summary>
    public IReadOnlyList<PortMapping> PortMappings { get; init; } = [];

    /// <summary>Labels by which the kubelet finds the pod again.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The pod's annotations and what the kubelet adds.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>The pod's cgroup, in the form that the runtime's cgroup driver wants.</summary>
    public string CgroupParent { get; init; } = "";

    /// <summary>Kernel namespaces.</summary>
    public NamespaceOptions Namespaces { get; init; } = new();

    /// <summary>User of the sandbox's own process.</summary>
    public long? RunAsUser { get; init; }

    /// <summary>Group of the sandbox's own process.</summary>
    public long? RunAsGroup { get; init; }

    /// <summary>Additional groups.</summary>
    public IReadOnlyList<long> SupplementalGroups { get; init; } = [];

    /// <summary>Whether only the groups named here count ("Strict") and not those of the image's /etc/group.</summary>
    public bool StrictSupplementalGroups { get; init; }

    /// <summary>Whether a container of the pod is privileged.</summary>
    public bool Privileged { get; init; }

    /// <summary>Seccomp profile; null is unconfined.</summary>
    public SecurityProfile? Seccomp { get; init; }

    /// <summary>AppArmor profile.</summary>
    public SecurityProfile? AppArmor { get; init; }

    /// <summary>SELinux labels.</summary>
    public SELinuxOptions? SELinux { get; init; }

    /// <summary>Namespaced kernel settings.</summary>
    public IReadOnlyDictionary<string, string> Sysctls { get; init; } = new Dictionary<string, string>();

    /// <summary>What the runtime class adds on top of the containers.</summary>
    public LinuxResources? Overhead { get; init; }

    /// <summary>Sum of the containers' resources.</summary>
    public LinuxResources? Resources { get; init; }
}

/// <summary>A sandbox as a list shows it.</summary>
public sealed record SandboxSummary(
    string Id,
    SandboxMetadata Metadata,
    SandboxState State,
    DateTimeOffset CreatedAt,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Annotations,
    string RuntimeHandler);

/// <summary>A sandbox with its addresses; <see cref="IPs"/> is empty on the host network or while it has none.</summary>
public sealed record SandboxStatus(
    string Id,
    SandboxMetadata Metadata,
    SandboxState State,
    DateTimeOffset CreatedAt,
    IReadOnlyList<string> IPs,
    NamespaceOptions Namespaces,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Annotations,
    string RuntimeHandler)
{
    /// <summary>The process whose namespaces the pod shares, when the runtime tells; else null.</summary>
    public int? Pid { get; init; }
}
