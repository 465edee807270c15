using Kube1.Storage;

namespace Kube1.ApiServer.Registry;

/// <summary>
/// Runs what the API server itself keeps up about the objects of a collection: all of them, and then each that changes. It
/// reads the store, so that no write waits for it, and none is missed.
/// </summary>
internal sealed class CollectionLoop(StoreCollection collection, TimeProvider time)
{
    /// <summary>After a failure (the disk is full): the store says by itself nothing that would start another attempt.</summary>
    public static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Runs until it is cancelled. <paramref name="syncAsync"/> gets a key, and the change that there was unless it begins;
    /// it answers false for an object that is to be tried again, as all others are then.
    /// </summary>
    public async Task RunAsync(
        Func<string, StoreEvent?, CancellationToken, ValueTask<bool>> syncAsync, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await FollowAsync(syncAsync, cancellationToken).ConfigureAwait(false);
            }
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

    // All objects, and then each that changes; returns when it has to begin anew.
    private async Task FollowAsync(
        Func<string, StoreEvent?, CancellationToken, ValueTask<bool>> syncAsync, CancellationToken cancellationToken)
    {
        var snapshot = collection.Snapshot;
        using var watch = collection.Watch("", snapshot.Revision);
        var allDone = true;
        foreach (var entry in snapshot.Range(""))
        {
            allDone &= await syncAsync(entry.Key, null, cancellationToken).ConfigureAwait(false);
        }

        while (true)
        {
            switch (watch.TryRead(out var change))
            {
                case WatchReadResult.Event:
                    allDone &= await syncAsync(change!.Entry.Key, change, cancellationToken).ConfigureAwait(false);
                    break;
                case WatchReadResult.Gone:
                    return;
                default:
                    if (!allDone)
                    {
                        await Task.Delay(RetryPause, time, cancellationToken).ConfigureAwait(false);
                        return;
                    }

                    await watch.WaitAsync(cancellationToken).ConfigureAwait(false);
                    break;
            }
        }
    }
}
