using System.Net;

namespace Kube1.Cluster.Pki;

/// <summary>The names and addresses under which the API server of this machine must be found.</summary>
public sealed record PkiOptions
{
    /// <summary>"cluster.local"</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>The address of the Service kubernetes.default: the first of the service range.</summary>
    public required IPAddress FirstServiceAddress { get; init; }

    /// <summary>The host name and whatever else clients may call this server.</summary>
    public IReadOnlyList<string> ServerNames { get; init; } = [];

    /// <summary>The addresses of this node and of load balancers before it.</summary>
    public IReadOnlyList<IPAddress> ServerAddresses { get; init; } = [];
}

/// <summary>The certificates on disk cannot be used; the message names the file and what to do.</summary>
public sealed class PkiException(string message, Exception? inner = null) : Exception(message, inner);
