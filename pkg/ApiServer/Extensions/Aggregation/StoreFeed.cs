using Kube1.Storage;

namespace Kube1.ApiServer.Extensions.Aggregation;

/// <summary>Tells of each entry of a collection that is there, and then of each that changes.</summary>
internal static class StoreFeed
{
    /// <summary>Runs until it is cancelled.</summary>
    public static async Task RunAsync(
        StoreCollection collection, Action<StoredEntry> tell, CancellationToken cancellationToken)
    {
        while (true)
        {
            var snapshot = collection.Snapshot;
            using var watch = collection.Watch("", snapshot.Revision);
            foreach (var entry in snapshot.Range(""))
            {
                tell(entry);
            }

            WatchReadResult result;
            while ((result = watch.TryRead(out var change)) != WatchReadResult.Gone)
            {
                if (result == WatchReadResult.Event)
                {
                    tell(change!.Entry);
                }
                else
                {
                    await watch.WaitAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }
}
