using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.ApiServer.Extensions.CustomResources;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.OpenApi;
using Kube1.ApiServer.Registry;
using Kube1.Client.Controllers;
using Kube1.Storage;
using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Extensions.Aggregation;

/// <summary>
/// The API aggregation layer: APIServices, and the API servers behind them.
/// https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/apiserver-aggregation/
/// While no APIService names another server it does nothing but wait for one.
/// </summary>
internal sealed class Aggregator : IDisposable
{
    private const string ServiceNameLabel = "kubernetes.io/service-name";

    private static readonly GroupVersionResource Services = new("", "v1", "services");
    private static readonly GroupVersionResource EndpointSlices = new("discovery.k8s.io", "v1", "endpointslices");

    // Upstream's numbers of workers.
    private const int AvailabilityWorkers = 5;
    private const int DiscoveryWorkers = 2;

    private readonly ResourceTable _builtIn;
    private readonly ApiServiceDirectory _directory;
    private readonly ApiServiceRegistrar _registrar;
    private readonly RemoteTransports _transports;
    private readonly AggregationProxy _proxy;
    private readonly RemoteDiscovery _discovery;
    private readonly RemoteDocuments _documents;
    private readonly WorkQueue<string> _registrations;
    private readonly WorkQueue<string> _availabilities;
    private readonly WorkQueue<string> _discoveries;
    private readonly IReadOnlyList<ControllerLoop<string>> _loops;

    public Aggregator(
        CustomResourceCatalog catalog, ResourceTable builtIn, Store store, ObjectRegistry objects,
        ApiServerOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _builtIn = builtIn;
        _directory = new ApiServiceDirectory(store);
        _transports = new RemoteTransports(new RemoteAccess(
            () => objects, options.Services, options.AggregatorCertificate, time));
        _proxy = new AggregationProxy(_transports, time);
        var fetch = new RemoteFetch(_transports, time);
        var status = new ServerStatusWriter(store, builtIn, ApiServiceRegistrar.Descriptor, time);
        _registrations = new WorkQueue<string>(time);
        _availabilities = new WorkQueue<string>(time);
        _discoveries = new WorkQueue<string>(time);
        _registrar = new ApiServiceRegistrar(catalog, objects, status, _registrations, time);
        _discovery = new RemoteDiscovery(_directory, fetch, time, loggers.CreateLogger<RemoteDiscovery>());
        var publications = new WorkQueue<string>(time);
        _documents = new RemoteDocuments(
            _directory, fetch, publications, loggers.CreateLogger<RemoteDocuments>());
        var availability = new AvailabilityController(
            _directory, new AvailabilityCheck(() => objects, fetch), status, time,
            loggers.CreateLogger<AvailabilityController>());
        var log = loggers.CreateLogger<Aggregator>();
        _loops =
        [
            new("autoregister", _registrations, async (name, ct) =>
            {
                await _registrar.SyncAsync(name, ct).ConfigureAwait(false);
                return SyncResult.Done;
            }, 1, time, log),
            new("apiservice-availability", _availabilities, availability.SyncAsync, AvailabilityWorkers, time, log),
            new("apiservice-discovery", _discoveries, _discovery.SyncAsync, DiscoveryWorkers, time, log),
            new("apiservice-openapi", publications, _documents.SyncAsync, 1, time, log),
        ];
    }

    /// <summary>All APIServices, as of now.</summary>
    public ApiServices ApiServices => _directory.Current;

    /// <summary>What is known of the versions that other servers serve; see <see cref="RemoteDiscovery.Current"/>.</summary>
    public ImmutableDictionary<string, JsonObject> Discovered => _discovery.Current;

    /// <summary>The OpenAPI documents of other servers, by the names of the APIServices.</summary>
    public ImmutableDictionary<string, RemotePublication> Published => _documents.Current;

    /// <summary>Passes a request on; see <see cref="AggregationProxy.ServeAsync"/>.</summary>
    public Task ProxyAsync(RequestScope scope, ApiService service) => _proxy.ServeAsync(scope, service);

    /// <summary>Makes sure that what this server serves has its APIServices.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => _registrar.StartAsync(cancellationToken);

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(
            [
                .. _loops.Select(l => l.RunAsync(cancellationToken)),
                FeedAsync(ApiServiceRegistrar.Descriptor.Resource, OnApiService, cancellationToken),
                FeedAsync(
                    CustomResourceCatalog.DefinitionDescriptor.Resource, _ => _registrar.FollowTable(), cancellationToken),
                FeedAsync(Services, e => OnService(e.Key), cancellationToken),
                FeedAsync(EndpointSlices, OnEndpointSlice, cancellationToken),
            ]).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops.
        }
        catch (ObjectDisposedException) when (cancellationToken.IsCancellationRequested)
        {
            // The store is closed already.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _transports.Dispose();

    private Task FeedAsync(GroupVersionResource resource, Action<StoredEntry> tell, CancellationToken cancellationToken) =>
        StoreFeed.RunAsync(_builtIn.Find(resource)!.Objects, tell, cancellationToken);

    private void OnApiService(StoredEntry entry)
    {
        var name = entry.Key;
        List<RemoteServer> servers = [.. _directory.Current.Remote.Select(s => s.Server!)];
        _transports.KeepOnly(servers);
        _discovery.KeepOnly(servers);
        _registrations.Add(name);
        _availabilities.Add(name);
        _discovery.Mark(name);
        _discoveries.Add(name);
        _documents.Changed(name);
    }

    // "namespace/name"
    private void OnService(string key)
    {
        foreach (var service in _directory.Current.Remote)
        {
            if ($"{service.Server!.Service.Namespace}/{service.Server.Service.Name}" == key)
            {
                _availabilities.Add(service.Name);
            }
        }
    }

    private void OnEndpointSlice(StoredEntry entry)
    {
        if (ServedResource.DescriptionOf(entry).Labels?.GetValueOrDefault(ServiceNameLabel) is { } service)
        {
            OnService(entry.Key[..(entry.Key.IndexOf('/', StringComparison.Ordinal) + 1)] + service);
        }
    }
}
