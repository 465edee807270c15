namespace Kube1.Storage;

/// <summary>What happened to a key.</summary>
public enum StoreEventType
{
    /// <summary>The key did not exist before.</summary>
    Created,

    /// <summary>The key has a new value.</summary>
    Modified,

    /// <summary>The key is gone.</summary>
    Deleted,
}

/// <summary>One change of one key; one object shared by all watchers.</summary>
public sealed class StoreEvent
{
    private object? _encodingCache;

    internal StoreEvent(StoreEventType type, StoredEntry entry, StoredEntry? previous, long revision)
    {
        Type = type;
        Entry = entry;
        Previous = previous;
        Revision = revision;
    }

    /// <summary>What happened.</summary>
    public StoreEventType Type { get; }

    /// <summary>
    /// The new state; for <see cref="StoreEventType.Deleted"/> the last state, whose own
    /// <see cref="StoredEntry.Revision"/> is older than the event's.
    /// </summary>
    public StoredEntry Entry { get; }

    /// <summary>The state before; null for <see cref="StoreEventType.Created"/>.</summary>
    public StoredEntry? Previous { get; }

    /// <summary>The revision of this change. A deletion has one of its own.</summary>
    public long Revision { get; }

    /// <summary>
    /// A place where a reader may keep what it made of this event for all watchers. Reads and writes are volatile; two
    /// writers may race, and the last one stays.
    /// </summary>
    public object? EncodingCache
    {
        get => Volatile.Read(ref _encodingCache);
        set => Volatile.Write(ref _encodingCache, value);
    }

    /// <summary>Position in the collection's history; set by the writer before publication.</summary>
    internal long Sequence { get; set; }

    /// <summary><see cref="TimeProvider.GetTimestamp"/> at publication.</summary>
    internal long Timestamp { get; set; }

    /// <summary>Bytes that live on only because this event is in the history.</summary>
    internal int SupersededSizeBytes => (Previous?.Value.Length ?? 0)
        + (Type == StoreEventType.Deleted && !ReferenceEquals(Entry, Previous) ? Entry.Value.Length : 0);
}
