using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Registry;
using Kube1.Storage;

namespace Kube1.ApiServer.Watch;

/// <summary>
/// Serves watches: the state at the start when the client wants it, then what changes, bookmarks in between. A watcher
/// is a cursor into the store's history; one that reads too slowly falls out of it and is told to list again.
/// </summary>
internal sealed class WatchServer(ApiServerCore core, ObjectLister lister)
{
    /// <summary>Without a time-out of its own a watch lives 30 to 60 minutes: spread, so that not all come back at once.</summary>
    private const int MinTimeoutSeconds = 1800;

    /// <summary>Timers cannot wait for much more than 49 days.</summary>
    private const int MaxTimeoutSeconds = 4_000_000;

    /// <summary>What is written before the client must have taken it.</summary>
    private const int FlushFromSizeBytes = 64 * 1024;

    private readonly FrameStore _frames = new();

    /// <summary>Serves one watch until the client, the time-out or the server ends it.</summary>
    public async Task ServeAsync(RequestScope scope)
    {
        var query = ListQuery.Read(scope, watch: true);
        var accepted = Accepted.ForWatch(scope);
        var encoder = new WatchEventEncoder(scope, accepted, _frames);
        var timeout = query.TimeoutSeconds is > 0 and var asked
            ? Math.Min(asked, MaxTimeoutSeconds)
            : Random.Shared.Next(MinTimeoutSeconds, 2 * MinTimeoutSeconds);
        using var open = CancellationTokenSource.CreateLinkedTokenSource(scope.Aborted, core.Stopping);
        var early = await FreshnessErrorAsync(query, open.Token).ConfigureAwait(false);

        // The time-out is that of the watch: it does not run while the watch cannot begin.
        var end = core.Time.GetUtcNow() + TimeSpan.FromSeconds(timeout);
        using var expiry = new CancellationTokenSource(TimeSpan.FromSeconds(timeout), core.Time);
        using var life = CancellationTokenSource.CreateLinkedTokenSource(open.Token, expiry.Token);

        // The watch stands before the client is told so: what it writes from then on is an event of this watch.
        var collection = scope.Resource.Objects;
        var snapshot = collection.Snapshot;
        var start = query.SendInitialEvents is true || query.ResourceVersion is "" or "0"
            ? snapshot.Revision
            : query.Revision;
        using var watch = collection.Watch(scope.Resource.PrefixOf(scope.Namespace), start);
        var sink = await WatchSink.OpenAsync(scope, accepted.Format == WireFormat.Protobuf, life).ConfigureAwait(false);
        await using var closing = sink.ConfigureAwait(false);
        try
        {
            if (early is not null)
            {
                sink.Write(encoder.Error(early));
                await sink.FlushAsync(life.Token).ConfigureAwait(false);
                return;
            }

            await RunAsync(scope, query, snapshot, watch, encoder, sink, end, life.Token).ConfigureAwait(false);
        }
        catch (ApiException unreadable)
        {
            // An object that cannot be converted is the last thing that the client hears of.
            sink.Write(encoder.Error(unreadable));
            await sink.FlushAsync(life.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Time-out, stop or a closed client: the stream ends, and a client watches on from its last revision.
        }
        catch (ObjectDisposedException) when (core.Stopping.IsCancellationRequested)
        {
            // The store has closed under the last watches.
        }
    }

    // What keeps a well-formed watch from beginning is upstream's first event, of type ERROR, and not the answer.
    private async ValueTask<ApiException?> FreshnessErrorAsync(ListQuery query, CancellationToken cancellationToken)
    {
        if (query.SendInitialEvents is not true)
        {
            return null;
        }

        try
        {
            await lister.WaitForAsync(query.Revision, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (ApiException e)
        {
            return e;
        }
    }

    private async Task RunAsync(
        RequestScope scope,
        ListQuery query,
        CollectionSnapshot snapshot,
        StoreWatch watch,
        WatchEventEncoder encoder,
        WatchSink sink,
        DateTimeOffset end,
        CancellationToken life)
    {
        if (query.SendInitialEvents is true)
        {
            var state = snapshot.Range(scope.Resource.PrefixOf(scope.Namespace));
            await scope.Resource.Codec.PrepareAsync(state, life).ConfigureAwait(false);
            await SendStateAsync(query, encoder, sink, state, life).ConfigureAwait(false);
            if (query.AllowWatchBookmarks)
            {
                sink.Write(encoder.Bookmark(snapshot.Revision, initialEventsEnd: true));
            }
        }

        await sink.FlushAsync(life).ConfigureAwait(false);
        scope.Seats?.Dispose();
        var retired = scope.Resource.Retired;
        using var served = retired.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(life, retired) : null;
        var wake = served?.Token ?? life;
        using var bookmarks = query.AllowWatchBookmarks ? new BookmarkTimer(core.Time, end, wake) : null;
        while (true)
        {
            // What was written before the resource was retired is still told.
            var isLast = retired.IsCancellationRequested;
            switch (watch.TryRead(out var change))
            {
                case WatchReadResult.Event:
                    await PrepareAsync(scope.Resource, change!, life).ConfigureAwait(false);
                    if (TypeOf(query.Filter, change!) is { } type)
                    {
                        sink.Write(encoder.Encode(change!, type));
                    }

                    if (sink.UnflushedBytes >= FlushFromSizeBytes)
                    {
                        await sink.FlushAsync(life).ConfigureAwait(false);
                    }

                    break;
                case WatchReadResult.Gone:
                    sink.Write(encoder.Error(ApiErrors.Expired(
                        $"too old resource version: {query.Revision} ({scope.Resource.Objects.OldestRevision})")));
                    await sink.FlushAsync(life).ConfigureAwait(false);
                    return;
                default:
                    await sink.FlushAsync(life).ConfigureAwait(false);
                    if (isLast)
                    {
                        return;
                    }

                    await WaitAsync(watch, bookmarks?.Token ?? wake, life).ConfigureAwait(false);
                    if (bookmarks is { IsDue: true } && !retired.IsCancellationRequested)
                    {
                        sink.Write(encoder.Bookmark(watch.ProgressRevision, initialEventsEnd: false));
                        bookmarks.Renew();
                    }

                    break;
            }
        }
    }

    private static ValueTask PrepareAsync(ServedResource resource, StoreEvent change, CancellationToken life) =>
        !resource.Descriptor.IsCustom ? default : resource.Codec.PrepareAsync(
            change.Previous is null ? [change.Entry] : [change.Entry, change.Previous], life);

    private static async ValueTask SendStateAsync(
        ListQuery query, WatchEventEncoder encoder, WatchSink sink, EntryRange state, CancellationToken life)
    {
        using var frame = new PooledBuffer();
        foreach (var entry in state)
        {
            if (!query.Filter.Matches(entry))
            {
                continue;
            }

            frame.Clear();
            encoder.WriteInitial(frame, entry);
            sink.WriteCopy(frame.WrittenMemory);
            if (sink.UnflushedBytes >= FlushFromSizeBytes)
            {
                await sink.FlushAsync(life).ConfigureAwait(false);
            }
        }
    }

    // Returns at the next event, or when a bookmark is due; throws only when the watch ends.
    private static async ValueTask WaitAsync(StoreWatch watch, CancellationToken wake, CancellationToken life)
    {
        try
        {
            await watch.WaitAsync(wake).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!life.IsCancellationRequested)
        {
            // A bookmark is due.
        }
    }

    // Entering a selection is ADDED and leaving it DELETED, whatever happened in the store.
    private static WatchEventType? TypeOf(ObjectFilter filter, StoreEvent change)
    {
        if (filter.IsEmpty)
        {
            return change.Type switch
            {
                StoreEventType.Created => WatchEventType.Added,
                StoreEventType.Modified => WatchEventType.Modified,
                _ => WatchEventType.Deleted,
            };
        }

        var now = filter.Matches(change.Entry);
        if (change.Type == StoreEventType.Deleted)
        {
            return now ? WatchEventType.Deleted : null;
        }

        var before = change.Previous is not null && filter.Matches(change.Previous);
        return (before, now) switch
        {
            (false, true) => WatchEventType.Added,
            (true, true) => WatchEventType.Modified,
            (true, false) => WatchEventType.Left,
            _ => null,
        };
    }
}
