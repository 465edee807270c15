using System.Net;
using Kube1.Api.Schema;
using Kube1.ApiServer.Auth;

namespace Kube1.ApiServer.Registry;

/// <summary>What a strategy may look at besides the object.</summary>
public sealed record StrategyContext(
    UserInfo User, ResourceDescriptor Resource, IObjectReader Objects, TimeProvider Time, ClusterSettings Settings)
{
    /// <summary>Nothing will be stored: reservations must not last.</summary>
    public bool DryRun { get; init; }

    /// <summary>The update leaves all but metadata as it is stored, byte for byte.</summary>
    public bool KeepsRest { get; init; }

    /// <summary>Takes warnings for the client that come up while an object is checked; null when nobody listens.</summary>
    public Action<string>? Warn { get; init; }
}

/// <summary>The cluster-wide choices that API objects depend on.</summary>
public sealed record ClusterSettings
{
    /// <summary>The ranges that Services get their cluster IPs from, the primary family first.</summary>
    public IReadOnlyList<IPNetwork> ServiceCidrs { get; init; } = [IPNetwork.Parse("10.43.0.0/16")];

    /// <summary>The ranges that pods get their addresses from.</summary>
    public IReadOnlyList<IPNetwork> ClusterCidrs { get; init; } = [IPNetwork.Parse("10.42.0.0/16")];

    /// <summary>The lowest node port.</summary>
    public int NodePortFirst { get; init; } = 30000;

    /// <summary>The highest node port.</summary>
    public int NodePortLast { get; init; } = 32767;

    /// <summary>The cluster's DNS domain.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>The address under which pods and nodes reach this server.</summary>
    public IPAddress AdvertiseAddress { get; init; } = IPAddress.Loopback;

    /// <summary>The port under which they reach it.</summary>
    public int AdvertisePort { get; init; } = 6443;

    /// <summary>The issuer of ServiceAccount tokens.</summary>
    public string ServiceAccountIssuer { get; init; } = "https://kubernetes.default.svc.cluster.local";
}
