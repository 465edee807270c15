using System.Diagnostics.CodeAnalysis;
using Kube1.Storage.Trees;
using Kube1.Storage.Watches;
using Kube1.Storage.Writing;

namespace Kube1.Storage;

/// <summary>
/// The entries of one collection and their recent history. Reading takes no lock: the writer swaps one reference to an
/// immutable state.
/// </summary>
public sealed class StoreCollection
{
    private readonly Store _store;
    private readonly EntryDescriber _describer;
    private volatile CollectionDefinition _definition;
    private volatile CollectionState _state;
    private volatile bool _closed;
    private volatile bool _historyReleased;
    private int _watches;

    internal StoreCollection(
        Store store, CollectionDefinition definition, EntryDescriber describer, StoreOptions options, EntryTree loaded,
        long loadedRevision)
    {
        _store = store;
        _definition = definition;
        _describer = describer;
        _state = new CollectionState(loaded, loadedRevision, NextSequence: 0);
        Ring = new EventRing(options, loadedRevision);
        Draft = new CollectionDraft(this);
    }

    /// <summary>The name in <see cref="Definition"/>.</summary>
    public string Name => _definition.Name;

    /// <summary>What this collection was registered as.</summary>
    public CollectionDefinition Definition => _definition;

    /// <summary>The state now.</summary>
    public CollectionSnapshot Snapshot
    {
        get
        {
            // In this order: a state read after a revision was published has everything up to that revision.
            long published = _store.CurrentRevision;
            CollectionState state = _state;
            return new CollectionSnapshot(state.Tree, Math.Max(published, state.Revision));
        }
    }

    /// <summary>The oldest revision that the history reaches back to: watches and snapshots of older ones are gone.</summary>
    public long OldestRevision => Ring.FloorRevision;

    /// <summary>
    /// Whether anything has registered this collection; one that was only found on disk is kept until something does.
    /// </summary>
    internal bool IsRegistered { get; private set; }

    internal EventRing Ring { get; }

    internal WatchHub Hub { get; } = new();

    /// <summary>The writer's unpublished view; nobody else may touch it.</summary>
    internal CollectionDraft Draft { get; }

    internal EntryTree PublishedTree => _state.Tree;

    internal long StoreRevision => _store.CurrentRevision;

    internal bool IsClosed => _closed;

    internal bool BelongsTo(Store store) => ReferenceEquals(_store, store);

    /// <summary>
    /// The state at an earlier revision, as long as the history reaches back that far; false when it does not, and for a
    /// revision that is still to come.
    /// </summary>
    public bool TryGetSnapshotAt(long revision, [NotNullWhen(true)] out CollectionSnapshot? snapshot)
    {
        snapshot = null;
        if (revision > _store.CurrentRevision)
        {
            return false;
        }
        // Old states are not kept: undoing what happened since costs a microsecond an event and no memory.
        CollectionState state = _state;
        EntryTree tree = state.Tree;
        for (long sequence = state.NextSequence - 1; sequence >= 0; sequence--)
        {
            if (Ring.At(sequence) is not { } undone || undone.Revision <= revision)
            {
                break;
            }
            tree = undone.Previous is null ? tree.Without(undone.Entry.Key) : tree.With(undone.Previous);
        }
        if (revision < Ring.FloorRevision)
        {
            return false;
        }
        snapshot = new CollectionSnapshot(tree, revision);
        return true;
    }

    /// <summary>
    /// Follows the changes after a revision of the keys that start with a prefix. A revision older than the history is
    /// <see cref="WatchReadResult.Gone"/> at the first read; after a revision still to come, the watch is silent until
    /// that has passed.
    /// </summary>
    public StoreWatch Watch(string keyPrefix, long afterRevision) => new(this, keyPrefix, afterRevision);

    /// <summary>
    /// Lets the history go, which may be of many megabytes, as soon as no watch is open: of a collection that is no longer
    /// served nobody will ask what has changed. Watches that come later start at the then newest revision.
    /// </summary>
    public void ReleaseHistory()
    {
        _historyReleased = true;
        if (Volatile.Read(ref _watches) == 0)
        {
            Ring.Clear();
        }
    }

    /// <summary>Takes back <see cref="ReleaseHistory"/>, as far as it has not happened yet.</summary>
    public void KeepHistory() => _historyReleased = false;

    internal void WatchOpened() => Interlocked.Increment(ref _watches);

    internal void WatchEnded()
    {
        if (Interlocked.Decrement(ref _watches) == 0 && _historyReleased)
        {
            Ring.Clear();
        }
    }

    internal void Register(CollectionDefinition definition)
    {
        _describer.Describe = definition.Describe;
        _definition = definition;
        IsRegistered = true;
    }

    /// <summary>
    /// Makes the draft visible: first to reads, then to watches, so that whoever hears of an event can read its state.
    /// </summary>
    internal void PublishDraft()
    {
        List<StoreEvent> events = Draft.Events;
        long nextSequence = Ring.Stage(events);
        _state = new CollectionState(Draft.Tree, events[^1].Revision, nextSequence);
        Ring.Show();
    }

    internal void WakeWatches()
    {
        Hub.Publish(Draft.Events);
        Draft.Events.Clear();
    }

    internal void Close()
    {
        _closed = true;
        Hub.Close();
    }

    /// <param name="Tree">The entries.</param>
    /// <param name="Revision">Of the newest event in it.</param>
    /// <param name="NextSequence">The position in the ring after that event.</param>
    private sealed record CollectionState(EntryTree Tree, long Revision, long NextSequence);
}
