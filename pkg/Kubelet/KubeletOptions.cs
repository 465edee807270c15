using System.Security.Cryptography.X509Certificates;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Kubelet.Evictions;

namespace Kube1.Kubelet;

/// <summary>What a kubelet is told when it starts. Paths are absolute.</summary>
public sealed record KubeletOptions
{
    /// <summary>Name of the node object.</summary>
    public required string NodeName { get; init; }

    /// <summary>Addresses of the node, the first one preferred.</summary>
    public required IReadOnlyList<string> NodeIPs { get; init; }

    /// <summary>Folder of pods' volumes, /var/lib/kubelet by tradition.</summary>
    public required string RootDirectory { get; init; }

    /// <summary>Folder of container logs.</summary>
    public string PodLogsDirectory { get; init; } = "/var/log/pods";

    /// <summary>Folder of the node's own logs, which the kubelet's API shows.</summary>
    public string NodeLogsDirectory { get; init; } = "/var/log";

    /// <summary>Address of cluster DNS; null leaves pods with the node's resolvers.</summary>
    public string? ClusterDnsAddress { get; init; }

    /// <summary>The cluster's domain.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>The node's resolver file, as pods with dnsPolicy Default see it.</summary>
    public string ResolvConfPath { get; init; } = "/etc/resolv.conf";

    /// <summary>The node's hosts file, as pods on its network see it.</summary>
    public string HostsPath { get; init; } = "/etc/hosts";

    /// <summary>Labels that the node registers with, besides the well-known ones.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Taints that a new node registers with.</summary>
    public IReadOnlyList<V1Taint> Taints { get; init; } = [];

    /// <summary>The most pods that the node takes.</summary>
    public int MaxPods { get; init; } = 110;

    /// <summary>Addresses of the node's pods; null when the cluster assigns none.</summary>
    public string? PodCidr { get; init; }

    /// <summary>Resources kept from pods: "cpu", "memory", "ephemeral-storage".</summary>
    public IReadOnlyDictionary<string, ResourceQuantity> Reserved { get; init; } =
        new Dictionary<string, ResourceQuantity> { ["memory"] = ResourceQuantity.Parse("100Mi") };

    /// <summary>Cgroup under which "kubepods" is made; "/" by tradition.</summary>
    public string CgroupRoot { get; init; } = "/";

    /// <summary>Whether requests and limits are written to cgroups at all.</summary>
    public bool ManageCgroups { get; init; } = true;

    /// <summary>
    /// Images are looked for when this is complete: those that are being imported would be missing. Whatever needs none goes on
    /// meanwhile: containers that run, their probes, logs and ends.
    /// </summary>
    public Task ImagesImported { get; init; } = Task.CompletedTask;

    /// <summary>Where the kubelet's API listens; null for none.</summary>
    public System.Net.IPEndPoint? Listen { get; init; }

    /// <summary>The node's serving certificate, asked for on each handshake so that it can be renewed.</summary>
    public Func<X509Certificate2>? ServingCertificate { get; init; }

    /// <summary>CAs whose client certificates are trusted by the kubelet's API.</summary>
    public X509Certificate2Collection ClientCas { get; init; } = [];

    /// <summary>Version that the node reports.</summary>
    public string KubeletVersion { get; init; } = KubernetesRelease.GitVersion;

    /// <summary>Interval of lease renewals.</summary>
    public TimeSpan LeaseRenewal { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Life of the lease.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>First and longest delay before a container that died runs again.</summary>
    public TimeSpan RestartBackOff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest delay before a container runs again.</summary>
    public TimeSpan MaxRestartBackOff { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Size at which a container's log is rotated.</summary>
    public long ContainerLogMaxBytes { get; init; } = 10 << 20;

    /// <summary>Log files kept for a container, the current one included.</summary>
    public int ContainerLogMaxFiles { get; init; } = 5;

    /// <summary>When the node is under pressure.</summary>
    public EvictionThresholds Eviction { get; init; } = new();

    /// <summary>Fill level of the image file system, in percent, at which unused images are removed.</summary>
    public int ImageGcHighPercent { get; init; } = 85;

    /// <summary>Fill level down to which images are removed.</summary>
    public int ImageGcLowPercent { get; init; } = 80;
}
