using System.Net;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client.Controllers;
using Microsoft.Extensions.Logging;

namespace Kube1.Client.Informers;

/// <summary>
/// Fills a cache and keeps it current: by one streaming watch (KEP-3157) where the server offers it, else by list and
/// watch. A broken watch goes on after the last revision seen; a revision that is too old (410) means a new filling,
/// whose
/// difference to the cache becomes changes, deletions included.
/// </summary>
internal sealed partial class Reflector<T>(
    ResourceClient<T> client,
    string? ns,
    ListOptions selection,
    InformerCache<T> cache,
    InformerDispatcher<T> dispatcher,
    TimeProvider time,
    ILogger logger)
    where T : class, IKubernetesKind
{
    /// <summary>
    /// As upstream: watches end after 5 to 10 minutes, so that they spread over servers and none leaks.
    /// </summary>
    private const int MinWatchSeconds = 300;

    /// <summary>
    /// A watch that ends at once and empty is a failure, or a broken server would be asked without pause.
    /// </summary>
    private static readonly TimeSpan ShortestWatch = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = logger;
    private readonly ReconnectBackoff _backoff = new(time);
    private string? _resourceVersion;
    private bool _streamingRefused;

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                if (!await RunOnceAsync(ct).ConfigureAwait(false))
                {
                    await PauseAsync(ct).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>One watch, with a filling before it when needed. False asks for a pause.</summary>
    private async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        try
        {
            if (_resourceVersion is null && _streamingRefused)
            {
                await ListAsync(ct).ConfigureAwait(false);
            }

            return await WatchAsync(ct).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Code == (int)HttpStatusCode.Gone)
        {
            LogRelist(typeof(T).Name, e.Message);
            var wasCurrent = _resourceVersion is not null;
            _resourceVersion = null;
            return wasCurrent;
        }
        catch (ApiException e) when (_resourceVersion is null && !_streamingRefused && RefusesStreaming(e))
        {
            LogStreamingRefused(typeof(T).Name, e.Message);
            _streamingRefused = true;
            return true;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // This is the informer's loop: whatever broke, it logs, waits and connects again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogBroken(typeof(T).Name, e.Message);
            return false;
        }
    }

    private static bool RefusesStreaming(ApiException e) =>
        e.Code is (int)HttpStatusCode.UnprocessableEntity or (int)HttpStatusCode.BadRequest;

    private async Task PauseAsync(CancellationToken ct) =>
        await Task.Delay(_backoff.Next(), time, ct).ConfigureAwait(false);

    private async Task ListAsync(CancellationToken ct)
    {
        var list = await client.ListAsync(ns, selection, ct).ConfigureAwait(false);
        await ReplaceAsync(list.Items, ct).ConfigureAwait(false);
        _resourceVersion = list.Metadata.ResourceVersion;
    }

    private async Task<bool> WatchAsync(CancellationToken ct)
    {
        // Objects of a filling that streams in; they replace the cache in one go, as a list would.
        var filling = _resourceVersion is null ? new Dictionary<ObjectKey, T>() : null;
        var started = time.GetTimestamp();
        var any = false;
        await foreach (var change in client.WatchAsync(ns, WatchOptions(filling is not null), ct).ConfigureAwait(false))
        {
            any = true;
            if (filling is null)
            {
                await ApplyAsync(change, ct).ConfigureAwait(false);
            }
            else if (await FillAsync(filling, change, ct).ConfigureAwait(false))
            {
                filling = null;
            }
        }

        LogEnded(typeof(T).Name, _resourceVersion);
        return filling is null && (any || time.GetElapsedTime(started) >= ShortestWatch);
    }

    private ListOptions WatchOptions(bool sendInitialEvents) => selection with
    {
        ResourceVersion = _resourceVersion,
        AllowWatchBookmarks = true,
        SendInitialEvents = sendInitialEvents,
        TimeoutSeconds = MinWatchSeconds + Random.Shared.Next(MinWatchSeconds),
    };

    /// <summary>True once the filling is complete.</summary>
    private async Task<bool> FillAsync(Dictionary<ObjectKey, T> filling, WatchEvent<T> change, CancellationToken ct)
    {
        var key = ObjectKey.Of(change.Object);
        switch (change.Type)
        {
            case WatchEventType.Deleted:
                filling.Remove(key);
                return false;
            case not WatchEventType.Bookmark:
                filling[key] = change.Object;
                return false;
        }

        if (change.Object.Metadata.Annotations?.GetValueOrDefault(WatchEvents.InitialEventsEndAnnotation) != "true")
        {
            return false;
        }

        await ReplaceAsync(filling.Values, ct).ConfigureAwait(false);
        _resourceVersion = change.Object.Metadata.ResourceVersion;
        return true;
    }

    private async Task ApplyAsync(WatchEvent<T> change, CancellationToken ct)
    {
        var key = ObjectKey.Of(change.Object);
        if (change.Type == WatchEventType.Deleted)
        {
            await dispatcher.PublishAsync(c => c.Remove(key) is null ? (null, null) : (change.Object, null), ct)
                .ConfigureAwait(false);
        }
        else if (change.Type != WatchEventType.Bookmark)
        {
            await dispatcher.PublishAsync(c => (c.Set(key, change.Object), change.Object), ct).ConfigureAwait(false);
        }

        _resourceVersion = change.Object.Metadata.ResourceVersion ?? _resourceVersion;
    }

    /// <summary>Makes the cache equal to these objects; what it held beyond them was deleted unseen.</summary>
    private async Task ReplaceAsync(IReadOnlyCollection<T> objects, CancellationToken ct)
    {
        var present = objects.ToDictionary(o => ObjectKey.Of(o));
        foreach (var key in cache.Keys().Where(k => !present.ContainsKey(k)))
        {
            await dispatcher.PublishAsync(c => (c.Remove(key), null), ct).ConfigureAwait(false);
        }

        foreach (var (key, obj) in present)
        {
            await dispatcher.PublishAsync(c => SetIfChanged(c, key, obj), ct).ConfigureAwait(false);
        }

        await dispatcher.PublishSyncedAsync(ct).ConfigureAwait(false);
    }

    private static (T? Old, T? New) SetIfChanged(InformerCache<T> cache, ObjectKey key, T obj)
    {
        var old = cache.Get(key);
        if (old is not null && old.Metadata.ResourceVersion == obj.Metadata.ResourceVersion
            && old.Metadata.Uid == obj.Metadata.Uid)
        {
            return (null, null);
        }

        cache.Set(key, obj);
        return (old, obj);
    }
}
