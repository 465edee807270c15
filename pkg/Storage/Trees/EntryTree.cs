namespace Kube1.Storage.Trees;

/// <summary>
/// An immutable map from key to entry in ordinal key order: a B+tree whose edits copy one path of narrow arrays and
/// share everything else, so that a snapshot is a reference and costs nothing to keep.
/// </summary>
internal readonly struct EntryTree(TreeNode? root)
{
    private readonly TreeNode? _root = root;

    public int Count => _root?.Count ?? 0;

    public TreeNode? Root => _root;

    public StoredEntry? Get(string key)
    {
        TreeNode? node = _root;
        while (node is TreeBranch branch)
        {
            node = branch.Children[branch.ChildFor(key)];
        }
        if (node is not TreeLeaf leaf)
        {
            return null;
        }
        int index = leaf.LowerBound(key);
        return index < leaf.Entries.Length && leaf.Entries[index].Key == key ? leaf.Entries[index] : null;
    }

    /// <summary>How many keys are less than <paramref name="key"/>.</summary>
    public int Rank(string key)
    {
        int rank = 0;
        TreeNode? node = _root;
        while (node is TreeBranch branch)
        {
            int child = branch.ChildFor(key);
            for (int i = 0; i < child; i++)
            {
                rank += branch.Children[i].Count;
            }
            node = branch.Children[child];
        }
        return node is TreeLeaf leaf ? rank + leaf.LowerBound(key) : rank;
    }

    /// <summary>How many keys start with <paramref name="prefix"/> and come after <paramref name="afterKey"/>.</summary>
    public int CountRange(string prefix, string? afterKey)
    {
        string? end = KeyOrder.PrefixEnd(prefix);
        int upper = end is null ? Count : Rank(end);
        return Math.Max(0, upper - Rank(KeyOrder.RangeStart(prefix, afterKey)));
    }

    /// <summary>The tree with this entry added, or put in the place of the one with its key.</summary>
    public EntryTree With(StoredEntry entry) => new(TreeEdit.Insert(_root, entry));

    /// <summary>The tree without this key; the same tree when it is absent.</summary>
    public EntryTree Without(string key) => new(TreeEdit.Remove(_root, key));

    /// <summary>Builds a tree in one pass from entries in strictly ascending key order.</summary>
    public static EntryTree FromSorted(ReadOnlySpan<StoredEntry> entries) => new(TreeEdit.Build(entries));
}

/// <summary>Ordinal key arithmetic.</summary>
internal static class KeyOrder
{
    /// <summary>The least string that is greater than every string that starts with the prefix; null if none.</summary>
    public static string? PrefixEnd(string prefix)
    {
        int length = prefix.Length;
        while (length > 0 && prefix[length - 1] == char.MaxValue)
        {
            length--;
        }
        return length == 0 ? null : string.Concat(prefix.AsSpan(0, length - 1), [(char)(prefix[length - 1] + 1)]);
    }

    /// <summary>The least key that a range may begin with. The successor of a key is the key and a NUL.</summary>
    public static string RangeStart(string prefix, string? afterKey) =>
        afterKey is null || string.CompareOrdinal(afterKey, prefix) < 0 ? prefix : afterKey + "\0";
}
