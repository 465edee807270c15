namespace Kube1.Storage.Trees;

/// <summary>A node of the persistent B+tree; never changed once it is reachable from a published tree.</summary>
internal abstract class TreeNode
{
    /// <summary>Entries in the whole subtree.</summary>
    public abstract int Count { get; }

    /// <summary>Entries of a leaf, children of a branch: what the width bounds.</summary>
    public abstract int Width { get; }
}

internal sealed class TreeLeaf(StoredEntry[] entries) : TreeNode
{
    public readonly StoredEntry[] Entries = entries;

    public override int Count => Entries.Length;

    public override int Width => Entries.Length;

    /// <summary>The index of the first entry whose key is not less than <paramref name="key"/>.</summary>
    public int LowerBound(string key)
    {
        int low = 0;
        int high = Entries.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (string.CompareOrdinal(Entries[middle].Key, key) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }
        return low;
    }
}

/// <param name="children">At least two, except for a short while inside an edit.</param>
/// <param name="lowKeys">
/// <c>lowKeys[i]</c> is greater than every key under child i-1 and not greater than any key under child i;
/// <c>lowKeys[0]</c> is not looked at. Separators stay valid when the key that they were taken from is deleted, so an
/// edit that keeps the children's number shares this array with the old node.
/// </param>
internal sealed class TreeBranch(TreeNode[] children, string[] lowKeys, int count) : TreeNode
{
    public readonly TreeNode[] Children = children;
    public readonly string[] LowKeys = lowKeys;

    public override int Count => count;

    public override int Width => Children.Length;

    /// <summary>The index of the only child that may hold <paramref name="key"/>.</summary>
    public int ChildFor(string key)
    {
        int low = 1;
        int high = LowKeys.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (string.CompareOrdinal(LowKeys[middle], key) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }
        return low - 1;
    }
}
