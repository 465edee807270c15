using System.Net;

namespace Kube1.Controllers;

/// <summary>What an administrator may set of the controllers; the defaults are upstream's.</summary>
public sealed record ControllerSettings
{
    /// <summary>Objects of one kind that are synced at a time (--concurrent-*-syncs).</summary>
    public int ConcurrentSyncs { get; init; } = 5;

    /// <summary>The cluster's CA, published into every namespace (--root-ca-file).</summary>
    public string RootCertificatePem { get; init; } = "";

    /// <summary>The pod network, one range for each address family (--cluster-cidr). None: nodes get no part of it.</summary>
    public IReadOnlyList<IPNetwork> ClusterCidrs { get; init; } = [];

    /// <summary>The prefix length of a node's part (--node-cidr-mask-size-ipv4).</summary>
    public int NodeCidrMaskSizeIPv4 { get; init; } = 24;

    /// <summary>The same for IPv6 (--node-cidr-mask-size-ipv6).</summary>
    public int NodeCidrMaskSizeIPv6 { get; init; } = 64;
}
