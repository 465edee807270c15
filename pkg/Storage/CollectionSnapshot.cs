using Kube1.Storage.Trees;

namespace Kube1.Storage;

/// <summary>
/// The state of one collection at one revision. It is immutable, takes no lock to read, and costs next to nothing to
/// keep.
/// </summary>
public sealed class CollectionSnapshot
{
    private readonly EntryTree _tree;

    internal CollectionSnapshot(EntryTree tree, long revision)
    {
        _tree = tree;
        Revision = revision;
    }

    /// <summary>The store-wide revision of which this is the state.</summary>
    public long Revision { get; }

    /// <summary>Entries in the collection.</summary>
    public int Count => _tree.Count;

    /// <summary>The entry with this key, or null.</summary>
    public StoredEntry? Get(string key) => _tree.Get(key);

    /// <summary>
    /// The entries whose keys start with <paramref name="prefix"/>, in ordinal key order, those after
    /// <paramref name="afterKey"/> only when it is given.
    /// </summary>
    public EntryRange Range(string prefix, string? afterKey = null) => new(_tree.Root, prefix, afterKey);

    /// <summary>How many entries <see cref="Range"/> would give; takes logarithmic time.</summary>
    public int CountPrefix(string prefix, string? afterKey = null) => _tree.CountRange(prefix, afterKey);
}
