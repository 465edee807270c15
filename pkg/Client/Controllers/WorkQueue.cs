using System.Threading.Channels;

namespace Kube1.Client.Controllers;

/// <summary>
/// Keys that wait for a sync. A key is held at most once: adding it again while it waits changes nothing, adding it
/// while
/// it is being synced runs it once more afterwards, and no key is ever synced by two workers at a time. So the queue is
/// bounded by the number of distinct keys.
/// </summary>
#pragma warning disable CA1001 // Stop() disposes the timer: an owner of a queue need not be disposable for it.
public sealed class WorkQueue<TKey>(TimeProvider time)
#pragma warning restore CA1001
    where TKey : notnull
{
    /// <summary>Upstream's per-item exponential failure limiter.</summary>
    private static readonly TimeSpan BaseDelay = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(1000);

    private readonly Lock _lock = new();
    private readonly Channel<TKey> _ready = Channel.CreateUnbounded<TKey>();
    private readonly HashSet<TKey> _waiting = [];
    private readonly HashSet<TKey> _running = [];
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly Dictionary<TKey, DateTimeOffset> _due = [];
    private readonly PriorityQueue<TKey, DateTimeOffset> _delayed = new();
    private ITimer? _timer;
    private bool _stopped;

    /// <summary>Keys that wait for a worker now, without the delayed ones.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Whether nothing waits and nothing runs; delayed keys do not count.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count == 0 && _running.Count == 0;
            }
        }
    }

    /// <summary>Sync this key soon.</summary>
    public void Add(TKey key)
    {
        lock (_lock)
        {
            AddLocked(key);
        }
    }

    /// <summary>Sync this key after a while; of several delays for one key the shortest counts.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        lock (_lock)
        {
            if (_stopped)
            {
                return;
            }

            if (delay <= TimeSpan.Zero)
            {
                AddLocked(key);
                return;
            }

            var due = time.GetUtcNow() + delay;
            if (_due.TryGetValue(key, out var earlier) && earlier <= due)
            {
                return;
            }

            _due[key] = due;
            _delayed.Enqueue(key, due);
            ArmLocked();
        }
    }

    /// <summary>Sync this key again after a failure: 5 ms, doubled with each failure, at most 1000 s.</summary>
    public void AddRateLimited(TKey key)
    {
        TimeSpan delay;
        lock (_lock)
        {
            var failures = _failures.GetValueOrDefault(key);
            _failures[key] = failures + 1;
            var factor = Math.Pow(2, Math.Min(failures, 40));
            delay = BaseDelay * factor < MaxDelay ? BaseDelay * factor : MaxDelay;
        }

        AddAfter(key, delay);
    }

    /// <summary>The key has succeeded, or is given up: its next failure starts from the shortest delay.</summary>
    public void Forget(TKey key)
    {
        lock (_lock)
        {
            _failures.Remove(key);
        }
    }

    /// <summary>How often the key has failed since it was last forgotten.</summary>
    public int Failures(TKey key)
    {
        lock (_lock)
        {
            return _failures.GetValueOrDefault(key);
        }
    }

    /// <summary>The next key; it counts as running until <see cref="Done"/>.</summary>
    public async ValueTask<TKey> TakeAsync(CancellationToken ct)
    {
        var key = await _ready.Reader.ReadAsync(ct).ConfigureAwait(false);
        lock (_lock)
        {
            _waiting.Remove(key);
            _running.Add(key);
        }

        return key;
    }

    /// <summary>The sync of this key is over.</summary>
    public void Done(TKey key)
    {
        lock (_lock)
        {
            _running.Remove(key);
            if (_waiting.Contains(key))
            {
                _ready.Writer.TryWrite(key);
            }
        }
    }

    /// <summary>Delayed keys no longer come; the loop that empties the queue calls this when it ends.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _stopped = true;
            _timer?.Dispose();
        }
    }

    private void AddLocked(TKey key)
    {
        if (_waiting.Add(key) && !_running.Contains(key))
        {
            _ready.Writer.TryWrite(key);
        }
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            if (_stopped)
            {
                return;
            }

            var now = time.GetUtcNow();
            while (_delayed.TryPeek(out var key, out var due) && due <= now)
            {
                _delayed.Dequeue();

                // A shorter delay that came later leaves its older entry behind.
                if (_due.TryGetValue(key, out var valid) && valid == due)
                {
                    _due.Remove(key);
                    AddLocked(key);
                }
            }

            ArmLocked();
        }
    }

    private void ArmLocked()
    {
        if (!_delayed.TryPeek(out _, out var due))
        {
            return;
        }

        // One tick is lost when the timer rounds down to whole milliseconds; round up instead of firing early.
        var wait = TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling((due - time.GetUtcNow()).TotalMilliseconds)));
        if (_timer is null)
        {
            _timer = time.CreateTimer(static queue => ((WorkQueue<TKey>)queue!).OnTimer(), this, wait, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }
}
