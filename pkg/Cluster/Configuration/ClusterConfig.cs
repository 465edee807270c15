using System.Net;
using Microsoft.Extensions.Logging;

namespace Kube1.Cluster.Configuration;

/// <summary>
/// Every setting of `kube1 server` and `kube1 agent`, checked. Filled by <see cref="ConfigLoader"/> from the rows of
/// <see cref="SettingCatalog"/>; the names are those of k3s where it has the same setting.
/// </summary>
public sealed class ClusterConfig
{
    /// <summary>Where everything lives: database, certificates, containerd, logs.</summary>
    public string DataDirectory { get; set; } = DefaultDataDirectory;

    /// <summary>Least severe level that is logged.</summary>
    public LogLevel LogLevel { get; set; } = LogLevel.Information;

    /// <summary>The address that the API server listens on.</summary>
    public IPAddress BindAddress { get; set; } = IPAddress.Any;

    /// <summary>The port that the API server listens on.</summary>
    public int Port { get; set; } = 6443;

    /// <summary>The address at which others reach this API server; null: the node's.</summary>
    public IPAddress? AdvertiseAddress { get; set; }

    /// <summary>More names and addresses for the API server's certificate.</summary>
    public List<string> TlsSans { get; } = [];

    /// <summary>The range that pods get their addresses from.</summary>
    public IPNetwork ClusterCidr { get; set; } = IPNetwork.Parse("10.42.0.0/16");

    /// <summary>The range that Services get their addresses from.</summary>
    public IPNetwork ServiceCidr { get; set; } = IPNetwork.Parse("10.43.0.0/16");

    /// <summary>The address of the cluster DNS; null: the tenth of the service range.</summary>
    public IPAddress? ClusterDns { get; set; }

    /// <summary>The domain of the cluster DNS.</summary>
    public string ClusterDomain { get; set; } = "cluster.local";

    /// <summary>First and last node port, both included.</summary>
    public (int First, int Last) NodePortRange { get; set; } = (30000, 32767);

    /// <summary>Where the administrator's kubeconfig is written; null: /etc/kube1/kubeconfig.yaml.</summary>
    public string? WriteKubeconfig { get; set; }

    /// <summary>Admission plug-ins that run besides the default ones.</summary>
    public SortedSet<string> EnabledAdmissionPlugins { get; } = new(StringComparer.Ordinal);

    /// <summary>Admission plug-ins that do not run.</summary>
    public SortedSet<string> DisabledAdmissionPlugins { get; } = new(StringComparer.Ordinal);

    /// <summary>An AdmissionConfiguration; null for none.</summary>
    public string? AdmissionControlConfigFile { get; set; }

    /// <summary>A server that runs no pods.</summary>
    public bool DisableAgent { get; set; }

    /// <summary>The server that an agent joins.</summary>
    public Uri? Join { get; set; }

    /// <summary>The token that an agent joins with.</summary>
    public string? Token { get; set; }

    /// <summary>The node's name; null: the host's name.</summary>
    public string? NodeName { get; set; }

    /// <summary>The node's address; null: the one of the default route.</summary>
    public IPAddress? NodeIP { get; set; }

    /// <summary>Labels that the node registers with.</summary>
    public Dictionary<string, string> NodeLabels { get; } = new(StringComparer.Ordinal);

    /// <summary>Taints that the node registers with: key, value, effect.</summary>
    public List<(string Key, string Value, string Effect)> NodeTaints { get; } = [];

    /// <summary>The port of the kubelet's API.</summary>
    public int KubeletPort { get; set; } = 10250;

    /// <summary>The most pods that the node takes.</summary>
    public int MaxPods { get; set; } = 110;

    /// <summary>The socket of a container runtime that somebody else runs; null: kube1 runs its own containerd.</summary>
    public string? ContainerRuntimeEndpoint { get; set; }

    /// <summary>Whom the API server lets in besides the cluster's own.</summary>
    public AuthenticationConfig Authentication { get; } = new();

    /// <summary>What is logged of requests to the API server.</summary>
    public AuditConfig Audit { get; } = new();

    /// <summary>Where everything lives unless told otherwise.</summary>
    public const string DefaultDataDirectory = "/var/lib/kube1";

    /// <summary>The cluster DNS address in force.</summary>
    public IPAddress EffectiveClusterDns => ClusterDns ?? AddressAt(ServiceCidr, 10);

    /// <summary>The address of the `kubernetes` Service: the first of the service range.</summary>
    public IPAddress KubernetesServiceIP => AddressAt(ServiceCidr, 1);

    /// <summary>
    /// What this cluster's bridge, nftables table and cgroups are called on this machine, so that two clusters with
    /// different data directories do not meet: "kube1" for the default directory, "kube1-xxxxxx" for another.
    /// At most 12 characters: a network interface's name has at most 15.
    /// </summary>
    public string InstanceName => InstanceNameOf(DataDirectory);

    /// <summary>See <see cref="InstanceName"/>.</summary>
    public static string InstanceNameOf(string dataDirectory)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataDirectory));
        if (path == DefaultDataDirectory)
        {
            return "kube1";
        }

        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(path));
        return "kube1-" + Convert.ToHexStringLower(hash.AsSpan(0, 3));
    }

    private static IPAddress AddressAt(IPNetwork network, byte offset)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        bytes[^1] += offset;
        return new IPAddress(bytes);
    }
}
