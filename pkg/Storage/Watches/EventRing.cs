namespace Kube1.Storage.Watches;

/// <summary>
/// The recent events of one collection. One writer appends; any number of readers follow by position without a lock.
/// Bounded by number, by the bytes of superseded values and by age. Nothing trims it while nothing is written: an idle
/// store does no work.
/// </summary>
internal sealed class EventRing
{
    /// <summary>Most collections see few events: the slots grow from here.</summary>
    private const int InitialSlots = 64;

    private readonly StoreOptions _options;

    // Between the writer and whoever lets the events go, which happens once in the life of a collection.
    private readonly Lock _writing = new();
    private StoreEvent?[] _slots = new StoreEvent?[InitialSlots];
    private long _head;
    private long _staged;
    private long _tail;
    private long _floorRevision;
    private long _sizeBytes;

    /// <param name="options">The bounds. The number of events must be a power of two, at least 64.</param>
    /// <param name="floorRevision">The revision whose state the collection was loaded with.</param>
    public EventRing(StoreOptions options, long floorRevision)
    {
        _options = options;
        _floorRevision = floorRevision;
    }

    /// <summary>The position after the newest event.</summary>
    public long Tail => Volatile.Read(ref _tail);

    /// <summary>
    /// The revision of the newest event that was dropped: what happened after it is complete. Read it after the events,
    /// because the writer raises it before it drops one.
    /// </summary>
    public long FloorRevision => Volatile.Read(ref _floorRevision);

    /// <summary>The event at a position; null when it was dropped or is still to come.</summary>
    public StoreEvent? At(long sequence)
    {
        StoreEvent?[] slots = Volatile.Read(ref _slots);
        StoreEvent? found = Volatile.Read(ref slots[sequence & (slots.Length - 1)]);
        return found is not null && found.Sequence == sequence ? found : null;
    }

    /// <summary>
    /// The position of the first event after a revision. False when events after it were dropped.
    /// </summary>
    public bool TryFind(long afterRevision, out long sequence)
    {
        long low = Volatile.Read(ref _head);
        long high = Tail;
        while (low < high)
        {
            long middle = (low + high) >>> 1;
            // Dropped while we search: it is older than what is sought, or the floor check below says so.
            if (At(middle) is not { } found || found.Revision <= afterRevision)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }
        sequence = low;
        return afterRevision >= FloorRevision;
    }

    /// <summary>
    /// Takes events in, so that <see cref="At"/> finds them, but does not show them to watches yet. Only the writer
    /// calls this.
    /// </summary>
    /// <returns>The position after the last one.</returns>
    public long Stage(IReadOnlyList<StoreEvent> events)
    {
        lock (_writing)
        {
            return StageLocked(events);
        }
    }

    /// <summary>Lets go of all events that watches can see: what comes after them starts anew.</summary>
    public void Clear()
    {
        lock (_writing)
        {
            while (_head < _tail)
            {
                DropOldest();
            }
            if (_head == _staged)
            {
                Volatile.Write(ref _slots, new StoreEvent?[InitialSlots]);
            }
        }
    }

    private long StageLocked(IReadOnlyList<StoreEvent> events)
    {
        long now = _options.Time.GetTimestamp();
        foreach (StoreEvent added in events)
        {
            while (_staged - _head >= _options.HistoryEvents)
            {
                DropOldest();
            }
            if (_staged - _head == _slots.Length)
            {
                Grow();
            }
            added.Sequence = _staged;
            added.Timestamp = now;
            Volatile.Write(ref _slots[_staged & (_slots.Length - 1)], added);
            _sizeBytes += added.SupersededSizeBytes;
            _staged++;
        }
        // The newest event stays however large it is: its watchers have not seen it yet.
        while (_staged - _head > 1 && (_sizeBytes > _options.HistorySizeBytes || OldestIsStale(now)))
        {
            DropOldest();
        }
        return _staged;
    }

    /// <summary>Shows what was staged to watches.</summary>
    public void Show() => Volatile.Write(ref _tail, _staged);

    private bool OldestIsStale(long now) =>
        _options.Time.GetElapsedTime(At(_head)!.Timestamp, now) > _options.HistoryAge;

    private void DropOldest()
    {
        long slot = _head & (_slots.Length - 1);
        StoreEvent oldest = _slots[slot]!;
        Volatile.Write(ref _floorRevision, oldest.Revision);
        Volatile.Write(ref _slots[slot], null);
        Volatile.Write(ref _head, _head + 1);
        _sizeBytes -= oldest.SupersededSizeBytes;
    }

    private void Grow()
    {
        var grown = new StoreEvent?[_slots.Length * 2];
        for (long sequence = _head; sequence < _staged; sequence++)
        {
            grown[sequence & (grown.Length - 1)] = At(sequence);
        }
        Volatile.Write(ref _slots, grown);
    }
}
