using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Audit;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Extensions.Aggregation;
using Kube1.ApiServer.Extensions.CustomResources;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Registry;
using Kube1.Storage;
using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer;

/// <summary>What every request works with; put together once, in <see cref="ApiServerHost.StartAsync"/>.</summary>
internal sealed class ApiServerCore
{
    public required ApiServerOptions Options { get; init; }

    public required Store Store { get; init; }

    public required CustomResourceCatalog Catalog { get; init; }

    /// <summary>All resources that are served now; whoever needs more than one of them takes the table once.</summary>
    public ResourceTable Resources => Catalog.Current;

    public required ObjectRegistry Objects { get; init; }

    /// <summary>The group versions that other servers serve.</summary>
    public required Aggregator Aggregator { get; init; }

    public required ApiServerSecurity Security { get; init; }

    public required AdmissionChain Admission { get; init; }

    public required SubresourceCatalog Handlers { get; init; }

    /// <summary>The audit log; null for none.</summary>
    public required Auditor? Audit { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILoggerFactory Loggers { get; init; }

    /// <summary>Cancelled when the server stops: watches and other long-running requests end.</summary>
    public required CancellationToken Stopping { get; init; }
}
