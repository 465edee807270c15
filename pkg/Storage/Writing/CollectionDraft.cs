using Kube1.Storage.Trees;

namespace Kube1.Storage.Writing;

/// <summary>What the writer is about to publish in one collection: the tree after the batch and the batch's events.</summary>
internal sealed class CollectionDraft
{
    private readonly StoreCollection _collection;

    public CollectionDraft(StoreCollection collection)
    {
        _collection = collection;
        Tree = collection.PublishedTree;
    }

    public EntryTree Tree { get; private set; }

    public List<StoreEvent> Events { get; } = [];

    public void Apply(StoreEvent change)
    {
        Tree = change.Type == StoreEventType.Deleted ? Tree.Without(change.Entry.Key) : Tree.With(change.Entry);
        Events.Add(change);
    }

    public void Discard()
    {
        Tree = _collection.PublishedTree;
        Events.Clear();
    }
}
