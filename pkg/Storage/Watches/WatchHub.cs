namespace Kube1.Storage.Watches;

/// <summary>
/// Wakes the watches that wait for events. A waiting watch whose prefix no new event matches is moved on by the writer
/// instead of being woken: a thousand watches of one Secret each cost one comparison an event, not a thousand wake-ups.
/// </summary>
internal sealed class WatchHub
{
    private readonly Lock _lock = new();
    private readonly List<StoreWatch> _waiting = [];
    private readonly List<StoreWatch> _woken = [];
    private bool _closed;

    /// <summary>Registers a watch that has read everything; false when there is something to read by now.</summary>
    public bool TryWait(StoreWatch watch, EventRing ring)
    {
        lock (_lock)
        {
            if (_closed || watch.Position < ring.Tail)
            {
                return false;
            }
            watch.WaitIndex = _waiting.Count;
            _waiting.Add(watch);
            return true;
        }
    }

    /// <summary>Takes a watch out; false when it was not waiting or has just been woken.</summary>
    public bool Remove(StoreWatch watch)
    {
        lock (_lock)
        {
            return RemoveLocked(watch);
        }
    }

    /// <summary>Called by the writer after it appended these events.</summary>
    public void Publish(IReadOnlyList<StoreEvent> events)
    {
        lock (_lock)
        {
            long tail = events[^1].Sequence + 1;
            for (int i = _waiting.Count - 1; i >= 0; i--)
            {
                StoreWatch watch = _waiting[i];
                if (AnyMatches(events, watch.KeyPrefix))
                {
                    RemoveLocked(watch);
                    _woken.Add(watch);
                }
                else
                {
                    watch.Position = tail;
                }
            }
        }
        WakeAll();
    }

    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            foreach (StoreWatch watch in _waiting)
            {
                watch.WaitIndex = -1;
            }
            _woken.AddRange(_waiting);
            _waiting.Clear();
        }
        WakeAll();
    }

    // Only the writer comes here, and Close after the writer has ended.
    private void WakeAll()
    {
        foreach (StoreWatch watch in _woken)
        {
            watch.Wake();
        }
        _woken.Clear();
    }

    private bool RemoveLocked(StoreWatch watch)
    {
        int index = watch.WaitIndex;
        if (index < 0)
        {
            return false;
        }
        StoreWatch last = _waiting[^1];
        _waiting[index] = last;
        last.WaitIndex = index;
        _waiting.RemoveAt(_waiting.Count - 1);
        watch.WaitIndex = -1;
        return true;
    }

    private static bool AnyMatches(IReadOnlyList<StoreEvent> events, string prefix)
    {
        if (prefix.Length == 0)
        {
            return true;
        }
        for (int i = 0; i < events.Count; i++)
        {
            if (events[i].Entry.Key.StartsWith(prefix, StringComparison.Ordinal))
            {
                return true;
            }
        }
        return false;
    }
}
