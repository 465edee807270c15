using System.Threading.Tasks.Sources;
using Kube1.Storage.Watches;

namespace Kube1.Storage;

/// <summary>What <see cref="StoreWatch.TryRead"/> found.</summary>
public enum WatchReadResult
{
    /// <summary>Nothing now; see <see cref="StoreWatch.WaitAsync"/>.</summary>
    Empty,

    /// <summary>The next event.</summary>
    Event,

    /// <summary>Events that this watch has not seen were dropped: its reader must list again. Final.</summary>
    Gone,
}

/// <summary>
/// A cursor over the events of a collection. It holds a position and no events: a slow reader costs nothing and ends as
/// <see cref="WatchReadResult.Gone"/>. One reader at a time.
/// </summary>
public sealed class StoreWatch : IDisposable, IValueTaskSource
{
    private readonly StoreCollection _collection;
    private readonly long _afterRevision;
    private ManualResetValueTaskSourceCore<bool> _signal = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _cancellationToken;
    private long _progressRevision;
    private bool _gone;
    private volatile bool _disposed;
    private int _ended;

    internal StoreWatch(StoreCollection collection, string keyPrefix, long afterRevision)
    {
        _collection = collection;
        _afterRevision = afterRevision;
        _progressRevision = afterRevision;
        KeyPrefix = keyPrefix;
        collection.WatchOpened();
        _gone = !collection.Ring.TryFind(afterRevision, out long position);
        Position = position;
    }

    /// <summary>The keys that this watch is about.</summary>
    public string KeyPrefix { get; }

    /// <summary>
    /// All matching events up to and including this revision have been returned. It advances with
    /// <see cref="TryRead"/>, also when that finds nothing: what a bookmark carries.
    /// </summary>
    public long ProgressRevision => _progressRevision;

    /// <summary>The next position to read. The writer moves it, under the hub's lock, while this watch waits.</summary>
    internal long Position { get; set; }

    /// <summary>The place in the hub's list, -1 when not waiting; under the hub's lock.</summary>
    internal int WaitIndex { get; set; } = -1;

    /// <summary>The next event whose key has the prefix and whose revision is after the start.</summary>
    public WatchReadResult TryRead(out StoreEvent? storeEvent)
    {
        ObjectDisposedException.ThrowIf(_disposed || _collection.IsClosed, this);
        storeEvent = null;
        if (_gone)
        {
            return WatchReadResult.Gone;
        }
        while (true)
        {
            // Read before the tail: every event up to this revision was appended before the revision was published.
            long published = _collection.StoreRevision;
            if (Position >= _collection.Ring.Tail)
            {
                _progressRevision = Math.Max(_progressRevision, published);
                return WatchReadResult.Empty;
            }
            if (_collection.Ring.At(Position) is not { } found)
            {
                _gone = true;
                StorageMetrics.WatchesGone.Add(1);
                return WatchReadResult.Gone;
            }
            Position++;
            _progressRevision = Math.Max(_progressRevision, found.Revision);
            if (found.Revision > _afterRevision && found.Entry.Key.StartsWith(KeyPrefix, StringComparison.Ordinal))
            {
                storeEvent = found;
                return WatchReadResult.Event;
            }
        }
    }

    /// <summary>
    /// Completes when <see cref="TryRead"/> is worth calling again; allocates nothing of its own. Await it before the
    /// next call.
    /// </summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed || _collection.IsClosed, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }
        if (_gone)
        {
            return ValueTask.CompletedTask;
        }
        _signal.Reset();
        if (!_collection.Hub.TryWait(this, _collection.Ring))
        {
            return ValueTask.CompletedTask;
        }
        _cancellationToken = cancellationToken;
        _cancellation = cancellationToken.UnsafeRegister(static state => ((StoreWatch)state!).CancelWait(), this);
        return new ValueTask(this, _signal.Version);
    }

    /// <summary>Ends the watch. A reader that waits is woken and finds it disposed.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _collection.WatchEnded();
        }
        _disposed = true;
        if (_collection.Hub.Remove(this))
        {
            Wake();
        }
    }

    /// <summary>Only whoever took this watch out of the hub's list may call this, so it happens once a wait.</summary>
    internal void Wake() => _signal.SetResult(true);

    private void CancelWait()
    {
        if (_collection.Hub.Remove(this))
        {
            _signal.SetException(new OperationCanceledException(_cancellationToken));
        }
    }

    void IValueTaskSource.GetResult(short token)
    {
        // Waits for a callback that is running: a late one must not cancel the next wait.
        _cancellation.Dispose();
        _cancellation = default;
        _signal.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _signal.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _signal.OnCompleted(continuation, state, token, flags);
}
