using System.Net;

namespace Kube1.Network.Proxy;

/// <summary>One place behind a Service port: a pod's address and port, and whether the pod runs on this node.</summary>
public readonly record struct ServiceEndpoint(IPAddress Address, int Port, bool IsLocal)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Address} . {Port}";
}

/// <summary>
/// One port of one Service as the packet filter needs it: the addresses it answers on, and the endpoints for traffic
/// from inside and from outside the cluster, traffic policies applied.
/// </summary>
public sealed record ServicePortTarget
{
    /// <summary>"namespace/name:port"</summary>
    public required string Name { get; init; }

    /// <summary>"tcp", "udp" or "sctp"</summary>
    public required string Protocol { get; init; }

    /// <summary>The port on the Service's addresses.</summary>
    public required int Port { get; init; }

    /// <summary>The cluster addresses; empty for none.</summary>
    public IReadOnlyList<IPAddress> ClusterAddresses { get; init; } = [];

    /// <summary>External addresses and those of a load balancer.</summary>
    public IReadOnlyList<IPAddress> ExternalAddresses { get; init; } = [];

    /// <summary>The node port; 0 for none.</summary>
    public int NodePort { get; init; }

    /// <summary>Endpoints for traffic to the cluster addresses.</summary>
    public IReadOnlyList<ServiceEndpoint> InternalEndpoints { get; init; } = [];

    /// <summary>Endpoints for traffic to node port and external addresses.</summary>
    public IReadOnlyList<ServiceEndpoint> ExternalEndpoints { get; init; } = [];

    /// <summary>Endpoints on any node, whatever the traffic policies say.</summary>
    public IReadOnlyList<ServiceEndpoint> ClusterEndpoints { get; init; } = [];

    /// <summary>externalTrafficPolicy Local: the client's address is kept, and a client outside is only served on this node.</summary>
    public bool ExternalLocal { get; init; }

    /// <summary>How long a client stays with an endpoint; zero for no affinity.</summary>
    public TimeSpan Affinity { get; init; }
}

/// <summary>A container port that is published on the node.</summary>
public sealed record HostPortTarget(string Protocol, int HostPort, IPAddress? HostAddress, IPAddress PodAddress, int Port);
