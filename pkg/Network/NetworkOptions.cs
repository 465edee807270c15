using System.Net;

namespace Kube1.Network;

/// <summary>What the node's network needs to know of the cluster and the machine.</summary>
public sealed record NetworkOptions
{
    /// <summary>What our nftables table is called; two clusters on one machine have different names.</summary>
    public required string Instance { get; init; }

    /// <summary>This node.</summary>
    public required string NodeName { get; init; }

    /// <summary>The pods' range, all nodes together.</summary>
    public required IPNetwork ClusterCidr { get; init; }

    /// <summary>The Services' range.</summary>
    public required IPNetwork ServiceCidr { get; init; }

    /// <summary>Where the cluster DNS answers on every node.</summary>
    public required IPAddress ClusterDns { get; init; }

    /// <summary>The DNS domain, "cluster.local".</summary>
    public required string ClusterDomain { get; init; }

    /// <summary>The folder that the runtime reads CNI configurations from.</summary>
    public required string CniConfigDirectory { get; init; }

    /// <summary>Where the address allocator of the CNI plugins keeps what it has given out.</summary>
    public required string CniDataDirectory { get; init; }

    /// <summary>The file that names the resolvers for everything outside the cluster.</summary>
    public string ResolverFile { get; init; } = "/etc/resolv.conf";
}
