using System.Net;
using System.Security.Cryptography.X509Certificates;
using Kube1.ApiServer.Audit;
using Kube1.ApiServer.Extensions.Webhooks;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Streaming;

namespace Kube1.ApiServer;

/// <summary>How an API server listens and what it tells its clients of the cluster.</summary>
public sealed record ApiServerOptions
{
    /// <summary>Where to listen for HTTPS; null for in-process clients only. Port 0 takes any free port.</summary>
    public IPEndPoint? Listen { get; init; }

    /// <summary>The serving certificate for a server name (SNI; null when the client sent none). Asked at each handshake,
    /// so that a renewed certificate needs no restart. Must be set when <see cref="Listen"/> is.</summary>
    public Func<string?, X509Certificate2>? ServingCertificate { get; init; }

    /// <summary>The cluster-wide choices that API objects depend on.</summary>
    public ClusterSettings Cluster { get; init; } = new();

    /// <summary>The way to the nodes' kubelets, for logs, exec, attach, port-forward and nodes/proxy; null serves none of
    /// them.</summary>
    public IBackendConnector? Kubelets { get; init; }

    /// <summary>The way to pods, for the proxy subresources; null serves none of them.</summary>
    public IBackendConnector? Pods { get; init; }

    /// <summary>What clients of the HTTPS port may cost.</summary>
    public ConnectionLimits Connections { get; init; } = new();

    /// <summary>The way to Services and other servers, for conversion webhooks and aggregated APIs.</summary>
    public IServiceDialer Services { get; init; } = new SocketDialer();

    /// <summary>The audit log, which the server closes when it stops; null for none.</summary>
    public Auditor? Audit { get; init; }

    /// <summary>What aggregated API servers know this server by, when it tells them who makes a request; upstream's
    /// --proxy-client-cert-file. Asked at each connection; null for none.</summary>
    public Func<X509Certificate2>? AggregatorCertificate { get; init; }

    /// <summary>
    /// Seats for requests, together with <see cref="MaxMutatingRequestsInFlight"/>; upstream's --max-requests-inflight.
    /// Priority levels share them.
    /// </summary>
    public int MaxRequestsInFlight { get; init; } = 400;

    /// <summary>More seats; upstream's --max-mutating-requests-inflight.</summary>
    public int MaxMutatingRequestsInFlight { get; init; } = 200;
}
