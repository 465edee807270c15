using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Extensions.Aggregation;
using Kube1.Client.Controllers;
using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.OpenApi;

/// <summary>What an aggregated API server publishes.</summary>
/// <param name="Addresses">The names of its v3 documents, "apis/example.org/v1", with where it says that they are.</param>
/// <param name="Spec">Its v2 document, as far as it is about the APIService; null for none.</param>
/// <param name="Converted">The same in v3, where the server has no index of v3 documents; null else.</param>
internal sealed record RemotePublication(
    ImmutableSortedDictionary<string, string> Addresses, RemoteSpec? Spec, ConvertedSpec? Converted = null)
{
    /// <summary>Nothing.</summary>
    public static RemotePublication None { get; } =
        new(ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal), null);
}

/// <summary>
/// Reads the OpenAPI documents of the servers behind APIServices every minute, and after a failure less and less often, as
/// upstream (k8s.io/kube-aggregator/pkg/controllers/openapi and openapiv3). What was read last counts until there is better.
/// </summary>
internal sealed partial class RemoteDocuments(
    ApiServiceDirectory directory, RemoteFetch fetch, WorkQueue<string> queue, ILogger logger)
{
    /// <summary>Larger than what a whole Kubernetes publishes.</summary>
    private const int MaxSpecBytes = 8 * 1024 * 1024;

    /// <summary>Thousands of group versions.</summary>
    private const int MaxIndexBytes = 1024 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromHours(1);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private static readonly UserInfo Aggregator = new("system:aggregator");

    private readonly FailureBackoff _backoff = new(Period, LongestPeriod);
    private readonly ConcurrentDictionary<string, string> _entityTags = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly ILogger _logger = logger;
    private volatile ImmutableDictionary<string, RemotePublication> _current =
        ImmutableDictionary<string, RemotePublication>.Empty;

    /// <summary>All, by the names of their APIServices.</summary>
    public ImmutableDictionary<string, RemotePublication> Current => _current;

    /// <summary>An APIService has changed: one that is new, or could not be read before, is read in a second.</summary>
    public void Changed(string name)
    {
        var isRemote = directory.Current.ByName.GetValueOrDefault(name)?.Server is not null;
        if (!isRemote && _current.ContainsKey(name))
        {
            queue.Add(name);
        }
        else if (isRemote && (_backoff.Forget(name) || !_current.ContainsKey(name)))
        {
            queue.AddAfter(name, Settling);
        }
    }

    /// <summary>Reads one.</summary>
    public async Task<SyncResult> SyncAsync(string name, CancellationToken cancellationToken)
    {
        if (directory.Current.ByName.GetValueOrDefault(name) is not { Server: { } server } service)
        {
            Set(name, null);
            _entityTags.TryRemove(name, out _);
            _backoff.Forget(name);
            return SyncResult.Done;
        }

        var publication = _current.GetValueOrDefault(name) ?? RemotePublication.None;
        try
        {
            if (!service.IsAvailable)
            {
                throw new RemoteException("service unavailable");
            }

            var index = await ReadIndexAsync(server, cancellationToken).ConfigureAwait(false);
            publication = publication with { Addresses = index ?? RemotePublication.None.Addresses };
            publication = publication with
            {
                Spec = await ReadSpecAsync(service, server, publication.Spec, cancellationToken).ConfigureAwait(false),
            };
            publication = publication with
            {
                Converted = index is null ? Convert(publication.Spec, publication.Converted) : null,
            };
        }
        catch (RemoteException e)
        {
            LogUnread(name, e.Message);
            Set(name, publication);
            return SyncResult.RequeueAfter(_backoff.Failed(name));
        }

        Set(name, publication);
        _backoff.Forget(name);
        return SyncResult.RequeueAfter(Period);
    }

    // Null when the server has no v3 documents.
    private async Task<ImmutableSortedDictionary<string, string>?> ReadIndexAsync(
        RemoteServer server, CancellationToken cancellationToken)
    {
        var answer = await fetch.GetAsync(
            server, new RemoteQuestion("/openapi/v3", Aggregator, "", "", MaxIndexBytes, Timeout), cancellationToken)
            .ConfigureAwait(false);
        return answer.Code switch
        {
            200 => IndexOf(answer.Body),
            404 => null,
            _ => throw new RemoteException("Error, could not get list of group versions for APIService"),
        };
    }

    /// <summary>The names and addresses in an index of v3 documents.</summary>
    /// <exception cref="RemoteException">It is none.</exception>
    internal static ImmutableSortedDictionary<string, string> IndexOf(byte[] body)
    {
        try
        {
            var addresses = RemotePublication.None.Addresses.ToBuilder();
            foreach (var (name, path) in JsonNode.Parse(body, documentOptions: RemoteSpec.ParseOptions)?["paths"]?.AsObject() ?? [])
            {
                addresses[name] = path?["serverRelativeURL"]?.GetValue<string>() ?? "";
            }

            return addresses.ToImmutable();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new RemoteException("the index of documents is none: " + e.Message, e);
        }
    }

    private async Task<RemoteSpec?> ReadSpecAsync(
        ApiService service, RemoteServer server, RemoteSpec? known, CancellationToken cancellationToken)
    {
        var tag = known is null ? "" : _entityTags.GetValueOrDefault(service.Name, "");
        var answer = await fetch.GetAsync(
            server, new RemoteQuestion("/openapi/v2", Aggregator, "application/json", tag, MaxSpecBytes, Timeout),
            cancellationToken).ConfigureAwait(false);
        switch (answer.Code)
        {
            case 304 when tag.Length > 0:
                return known;
            case 404:
                return null;
            case 200:
                break;
            default:
                throw new RemoteException($"failed to retrieve openAPI spec, http error: {answer.Code}");
        }

        try
        {
            var spec = RemoteSpec.Of(answer.Body, service.Path + "/");
            _entityTags[service.Name] = answer.EntityTag;
            return spec.Hash == known?.Hash ? known : spec;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new RemoteException("the OpenAPI document is none: " + e.Message, e);
        }
    }

    private static ConvertedSpec? Convert(RemoteSpec? spec, ConvertedSpec? known)
    {
        try
        {
            return spec is null ? null : ReferenceEquals(known?.Source, spec) ? known : ConvertedSpec.Of(spec);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new RemoteException("the OpenAPI document cannot be converted: " + e.Message, e);
        }
    }

    private void Set(string name, RemotePublication? publication)
    {
        lock (_lock)
        {
            if (publication is null)
            {
                _current = _current.Remove(name);
            }
            else if (_current.GetValueOrDefault(name) is not { } before || !ReferenceEquals(before.Spec, publication.Spec)
                || !ReferenceEquals(before.Converted, publication.Converted)
                || !before.Addresses.SequenceEqual(publication.Addresses))
            {
                _current = _current.SetItem(name, publication);
            }
        }
    }
}
