using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Kube1.ApiServer.Auth;
using Kube1.Client.Controllers;
using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Extensions.Aggregation;

/// <summary>
/// Knows the resources of the group versions that other servers serve, as aggregated discovery tells of them
/// (k8s.io/kube-aggregator/pkg/apiserver/handler_discovery.go). It asks a server when an APIService of its changes, and
/// every minute. While a server cannot be asked its versions are there, stale and without resources.
/// </summary>
internal sealed partial class RemoteDiscovery(
    ApiServiceDirectory directory, RemoteFetch fetch, TimeProvider time, ILogger logger)
{
    /// <summary>Thousands of resources; no server has as many, and what is more is not read.</summary>
    private const int MaxDocumentBytes = 4 * 1024 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(500);

    private static readonly UserInfo Aggregator = new("system:kube-aggregator") { Groups = [UserInfo.MastersGroup] };

    // The legacy form is asked for without privileges, as upstream.
    private static readonly UserInfo PlainAggregator = new("system:kube-aggregator");

    private readonly FailureBackoff _backoff = new(FirstRetry, Period);
    private readonly ConcurrentDictionary<RemoteServer, Document> _documents = new();
    private readonly ConcurrentDictionary<string, long> _marked = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly ILogger _logger = logger;
    private volatile ImmutableDictionary<string, JsonObject> _current = ImmutableDictionary<string, JsonObject>.Empty;

    /// <summary>The versions, in the form of aggregated discovery, by the names of the APIServices. Not to be changed.</summary>
    public ImmutableDictionary<string, JsonObject> Current => _current;

    /// <summary>An APIService has changed: what was read before does not count for it.</summary>
    public void Mark(string name) => _marked[name] = time.GetTimestamp();

    /// <summary>Forgets the documents of all other servers.</summary>
    public void KeepOnly(IEnumerable<RemoteServer> servers)
    {
        foreach (var server in _documents.Keys.Except(servers))
        {
            _documents.TryRemove(server, out _);
        }
    }

    /// <summary>Reads anew what one serves.</summary>
    public async Task<SyncResult> SyncAsync(string name, CancellationToken cancellationToken)
    {
        if (directory.Current.ByName.GetValueOrDefault(name) is not { Server: { } server } service)
        {
            Set(name, null);
            _backoff.Forget(name);
            _marked.TryRemove(name, out _);
            return SyncResult.Done;
        }

        try
        {
            var resources = await ReadAsync(service, server, cancellationToken).ConfigureAwait(false);
            Set(name, Entry(service.Version, resources, "Current"));
        }
        catch (RemoteException e)
        {
            Set(name, Entry(service.Version, null, "Stale"));
            LogStale(name, e.Message);
            return SyncResult.RequeueAfter(_backoff.Failed(name));
        }

        _backoff.Forget(name);
        Mark(name);
        return SyncResult.RequeueAfter(Period);
    }

    /// <summary>A version of which nothing is known.</summary>
    public static JsonObject Unknown(string version) => Entry(version, null, "Stale");

    private async Task<JsonArray?> ReadAsync(ApiService service, RemoteServer server, CancellationToken cancellationToken)
    {
        var key = (service.Group, service.Version);
        if (_documents.TryGetValue(server, out var known) && known.ReadAt > _marked.GetValueOrDefault(service.Name))
        {
            return known.Versions.GetValueOrDefault(key);
        }

        var readAt = time.GetTimestamp();
        var answer = await fetch.GetAsync(
            server,
            new RemoteQuestion(
                "/apis", Aggregator, DiscoveredVersions.Accept, known?.EntityTag ?? "", MaxDocumentBytes, Timeout),
            cancellationToken).ConfigureAwait(false);
        if (answer.Code == 304 && known is not null)
        {
            _documents[server] = known with { ReadAt = readAt };
            return known.Versions.GetValueOrDefault(key);
        }

        if (answer.Code == 200 && DiscoveredVersions.IsAggregated(answer.ContentType))
        {
            var document = new Document(DiscoveredVersions.OfAggregated(answer.Body), answer.EntityTag, readAt);
            _documents[server] = document;
            return document.Versions.GetValueOrDefault(key);
        }

        if (answer.Code == 503)
        {
            throw new RemoteException($"{server.Address} returned non-success response code: 503");
        }

        return await ReadLegacyAsync(service, server, cancellationToken).ConfigureAwait(false);
    }

    private async Task<JsonArray> ReadLegacyAsync(
        ApiService service, RemoteServer server, CancellationToken cancellationToken)
    {
        var path = service.Group.Length == 0 ? "/api/" + service.Version : service.Path;
        var answer = await fetch.GetAsync(
            server, new RemoteQuestion(path, PlainAggregator, "application/json", "", MaxDocumentBytes, Timeout),
            cancellationToken).ConfigureAwait(false);
        return answer.Code == 200
            ? DiscoveredVersions.OfLegacy(answer.Body)
            : throw new RemoteException($"failed to download legacy discovery for {path}: {answer.Code}");
    }

    private void Set(string name, JsonObject? version)
    {
        lock (_lock)
        {
            if (version is null)
            {
                _current = _current.Remove(name);
            }
            else if (!JsonNode.DeepEquals(_current.GetValueOrDefault(name), version))
            {
                _current = _current.SetItem(name, version);
            }
        }
    }

    private static JsonObject Entry(string version, JsonArray? resources, string freshness)
    {
        var entry = new JsonObject { ["version"] = version };
        if (resources is { Count: > 0 })
        {
            entry["resources"] = resources.DeepClone();
        }

        entry["freshness"] = freshness;
        return entry;
    }

    /// <summary>What a server told of all that it serves.</summary>
    private sealed record Document(
        Dictionary<(string Group, string Version), JsonArray> Versions, string EntityTag, long ReadAt);
}
