namespace Kube1.Storage.Writing;

/// <summary>
/// Decides the requests of one batch in order, each against the state that the ones before it leave, in the drafts of the
/// collections. Nobody sees anything of it until it is published.
/// </summary>
internal sealed class WriteBatch(RevisionCounter revisions, UnsavedEntries unsaved)
{
    private readonly List<StoreCollection> _touched = [];
    private readonly List<(StoreCollection Collection, StoreEvent Change, bool IsRenewal)> _planned = [];
    private long _publishedRevision;

    /// <summary>The collections that have events.</summary>
    public IReadOnlyList<StoreCollection> Touched => _touched;

    /// <summary>Whether something must be on disk before the batch is published.</summary>
    public bool MustSave { get; private set; }

    /// <summary>By how much the batch changes the number of entries.</summary>
    public int AddedEntries { get; private set; }

    public void Begin(long publishedRevision)
    {
        _publishedRevision = publishedRevision;
        _touched.Clear();
        MustSave = false;
        AddedEntries = 0;
    }

    /// <summary>Fills in the request's results, and applies it if all its preconditions hold.</summary>
    public void Decide(WriteRequest request)
    {
        MustSave |= request.MustSave;
        if (!CheckAll(request))
        {
            return;
        }
        long before = revisions.Last;
        try
        {
            Plan(request);
        }
        catch (Exception exception)
        {
            // CollectionDefinition.Describe is the caller's code: what it throws belongs to this request alone.
            _planned.Clear();
            revisions.TakeBack(before);
            request.Failure = exception;
            return;
        }
        foreach ((StoreCollection collection, StoreEvent change, bool isRenewal) in _planned)
        {
            if (collection.Draft.Events.Count == 0)
            {
                _touched.Add(collection);
            }
            unsaved.Add(collection, change, isRenewal);
            collection.Draft.Apply(change);
            MustSave |= !collection.Definition.Relaxed;
            AddedEntries += change.Type switch
            {
                StoreEventType.Created => 1,
                StoreEventType.Deleted => -1,
                _ => 0,
            };
        }
        _planned.Clear();
    }

    /// <summary>Drops everything that was decided.</summary>
    public void Discard()
    {
        foreach (StoreCollection collection in _touched)
        {
            collection.Draft.Discard();
        }
        unsaved.DiscardBatch();
    }

    private bool CheckAll(WriteRequest request)
    {
        bool allowed = true;
        for (int i = 0; i < request.Operations.Length; i++)
        {
            ref readonly WriteOperation operation = ref request.Operations[i];
            StoredEntry? current = operation.Collection.Draft.Tree.Get(operation.Key);
            WriteOutcome outcome = Check(operation, current);
            allowed &= outcome == WriteOutcome.Committed;
            request.Results[i] = new WriteResult(outcome, current, _publishedRevision);
        }
        for (int i = 0; !allowed && i < request.Results.Length; i++)
        {
            if (request.Results[i].IsCommitted)
            {
                request.Results[i] = request.Results[i] with { Outcome = WriteOutcome.Aborted };
            }
        }
        return allowed;
    }

    private static WriteOutcome Check(in WriteOperation operation, StoredEntry? current)
    {
        if (operation.Kind == WriteKind.Create)
        {
            return current is null ? WriteOutcome.Committed : WriteOutcome.AlreadyExists;
        }
        if (current is null)
        {
            return WriteOutcome.NotFound;
        }
        return operation.ExpectedRevision is { } expected && expected != current.Revision
            ? WriteOutcome.Conflict
            : WriteOutcome.Committed;
    }

    private void Plan(WriteRequest request)
    {
        for (int i = 0; i < request.Operations.Length; i++)
        {
            ref readonly WriteOperation operation = ref request.Operations[i];
            StoredEntry? current = request.Results[i].Entry;
            long revision = revisions.Next();
            StoreEvent change;
            if (operation.Kind == WriteKind.Delete)
            {
                StoredEntry last = operation.Value.IsEmpty
                    ? current!
                    : NewEntry(operation, current!.CreateRevision, current.Revision);
                change = new StoreEvent(StoreEventType.Deleted, last, current, revision);
            }
            else
            {
                StoredEntry entry = NewEntry(operation, current?.CreateRevision ?? revision, revision);
                StoreEventType type = current is null ? StoreEventType.Created : StoreEventType.Modified;
                change = new StoreEvent(type, entry, current, revision);
            }
            _planned.Add((operation.Collection, change, operation.IsRenewal));
            request.Results[i] = new WriteResult(WriteOutcome.Committed, change.Entry, revision);
        }
    }

    private static StoredEntry NewEntry(in WriteOperation operation, long createRevision, long revision)
    {
        object? description = operation.Description;
        if (description is null && operation.Collection.Definition.Describe is { } describe)
        {
            description = describe(
                new StoredEntry(operation.Key, operation.Value, createRevision, revision, description: null));
        }
        return new StoredEntry(operation.Key, operation.Value, createRevision, revision, description);
    }
}
