using Kube1.Storage;

namespace Kube1.ApiServer.Auth;

/// <summary>
/// Keeps state compiled from some collections up to date by pulling: whoever needs the state calls
/// <see cref="CatchUp"/> first and then sees every write that was acknowledged before. No task runs, and an idle server
/// does nothing. A history that has run out leads to <see cref="Reset"/> and reading everything again.
/// </summary>
internal abstract class StoreFollower
{
    private readonly Lock _lock = new();
    private readonly Store _store;
    private readonly Lazy<StoreCollection[]> _lazyCollections;
    private readonly StoreWatch?[] _watches;
    private long _appliedRevision = -1;

    protected StoreFollower(Store store, params string[] collections)
    {
        _store = store;
        _watches = new StoreWatch?[collections.Length];

        // The first definition of a collection counts: it must be the API server's, so this must not come first.
        _lazyCollections = new(() => [.. collections.Select(c => store.GetOrAddCollection(new CollectionDefinition(c)))]);
    }

    private StoreCollection[] Collections => _lazyCollections.Value;

    /// <summary>Takes in what has been written.</summary>
    public void CatchUp()
    {
        var current = _store.CurrentRevision;
        if (Volatile.Read(ref _appliedRevision) >= current)
        {
            return;
        }

        lock (_lock)
        {
            while (!TryReadAll())
            {
                ReadSnapshots();
            }

            Volatile.Write(ref _appliedRevision, current);
        }
    }

    /// <summary>Starts a new, empty state.</summary>
    protected abstract void Reset();

    /// <summary>An entry is new or changed; <paramref name="previous"/> is null when new or when reading everything.</summary>
    protected abstract void Put(string collection, StoredEntry entry, StoredEntry? previous);

    /// <summary>An entry is gone.</summary>
    protected abstract void Remove(string collection, StoredEntry entry);

    /// <summary>The state is complete: readers may see it.</summary>
    protected virtual void Publish()
    {
    }

    private bool TryReadAll()
    {
        for (var i = 0; i < _watches.Length; i++)
        {
            if (_watches[i] is not { } watch)
            {
                return false;
            }

            WatchReadResult result;
            while ((result = watch.TryRead(out var change)) == WatchReadResult.Event)
            {
                if (change!.Type == StoreEventType.Deleted)
                {
                    Remove(Collections[i].Name, change.Entry);
                }
                else
                {
                    Put(Collections[i].Name, change.Entry, change.Previous);
                }
            }

            if (result == WatchReadResult.Gone)
            {
                return false;
            }
        }

        return true;
    }

    private void ReadSnapshots()
    {
        Reset();
        for (var i = 0; i < _watches.Length; i++)
        {
            _watches[i]?.Dispose();
            var snapshot = Collections[i].Snapshot;
            foreach (var entry in snapshot.Range(""))
            {
                Put(Collections[i].Name, entry, null);
            }

            _watches[i] = Collections[i].Watch("", snapshot.Revision);
        }

        Publish();
    }
}
