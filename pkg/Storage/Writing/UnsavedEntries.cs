using System.Runtime.InteropServices;
using Kube1.Storage.Journals;

namespace Kube1.Storage.Writing;

/// <summary>
/// The keys whose state in memory is newer than on disk: those of the batch under way, and those of relaxed collections
/// that wait. A key that changes often is written once. Bounded by the number of keys and of reserved revisions.
/// </summary>
internal sealed class UnsavedEntries
{
    /// <summary>For each key the create revision of its row on disk; 0 when there is none.</summary>
    private readonly Dictionary<(StoreCollection Collection, string Key), long> _rows = [];
    private readonly List<(StoreCollection, string)> _addedByBatch = [];

    public int Count => _rows.Count;

    /// <summary>Whether something but mere renewals waits.</summary>
    public bool HasNews { get; private set; }

    /// <summary>Notes a change before the draft has it.</summary>
    public void Add(StoreCollection collection, StoreEvent change, bool isRenewal)
    {
        HasNews |= !isRenewal || change.Type != StoreEventType.Modified;
        (StoreCollection, string) id = (collection, change.Entry.Key);
        ref long row = ref CollectionsMarshal.GetValueRefOrAddDefault(_rows, id, out bool known);
        if (!known)
        {
            row = change.Previous?.CreateRevision ?? 0;
            _addedByBatch.Add(id);
        }
    }

    /// <summary>The batch is published; what it left unsaved waits for the next commit.</summary>
    public void KeepBatch() => _addedByBatch.Clear();

    /// <summary>The batch did not happen.</summary>
    public void DiscardBatch()
    {
        foreach ((StoreCollection, string) id in _addedByBatch)
        {
            _rows.Remove(id);
        }
        _addedByBatch.Clear();
    }

    /// <summary>All of it is on disk.</summary>
    public void Clear()
    {
        _rows.Clear();
        _addedByBatch.Clear();
        HasNews = false;
    }

    /// <summary>The changes that bring the disk to the drafts' state.</summary>
    public List<JournalChange> ToChanges()
    {
        var changes = new List<JournalChange>(_rows.Count);
        foreach (((StoreCollection collection, string key), long row) in _rows)
        {
            StoredEntry? entry = collection.Draft.Tree.Get(key);
            if (entry is not null || row != 0)
            {
                changes.Add(new JournalChange(collection.Name, row, entry));
            }
        }
        return changes;
    }
}
