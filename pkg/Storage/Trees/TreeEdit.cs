namespace Kube1.Storage.Trees;

/// <summary>Path-copying edits of the B+tree.</summary>
internal static class TreeEdit
{
    /// <summary>
    /// Entries of a leaf and children of a branch at most. An edit copies one array of this size per level: 32 measured
    /// best on 10 k to 100 k keys (wider copies more, narrower allocates more nodes and reads slower).
    /// </summary>
    public const int MaxWidth = 32;

    /// <summary>Below this a node is joined with a neighbour, or takes over some of its content.</summary>
    private const int MinWidth = MaxWidth / 3;

    /// <summary>A bulk build leaves room, so that the first inserts after start-up do not split every leaf.</summary>
    private const int BuildWidth = MaxWidth * 3 / 4;

    public static TreeNode Insert(TreeNode? root, StoredEntry entry)
    {
        if (root is null)
        {
            return new TreeLeaf([entry]);
        }
        TreeNode left = InsertInto(root, entry, out TreeNode? right, out string? rightLowKey);
        return right is null
            ? left
            : new TreeBranch([left, right], [string.Empty, rightLowKey!], left.Count + right.Count);
    }

    private static TreeNode InsertInto(
        TreeNode node, StoredEntry entry, out TreeNode? split, out string? splitLowKey)
    {
        if (node is TreeLeaf leaf)
        {
            return InsertIntoLeaf(leaf, entry, out split, out splitLowKey);
        }
        var branch = (TreeBranch)node;
        int index = branch.ChildFor(entry.Key);
        TreeNode old = branch.Children[index];
        TreeNode child = InsertInto(old, entry, out TreeNode? right, out string? rightLowKey);
        split = null;
        splitLowKey = null;
        if (right is null)
        {
            return WithChild(branch, index, child, branch.Count - old.Count + child.Count);
        }
        TreeNode[] children = ReplaceOneByTwo(branch.Children, index, child, right);
        string[] lowKeys = ReplaceOneByTwo(branch.LowKeys, index, branch.LowKeys[index], rightLowKey!);
        if (children.Length <= MaxWidth)
        {
            return new TreeBranch(children, lowKeys, branch.Count - old.Count + child.Count + right.Count);
        }
        int half = children.Length / 2;
        splitLowKey = lowKeys[half];
        split = BranchOf(children[half..], lowKeys[half..]);
        return BranchOf(children[..half], lowKeys[..half]);
    }

    private static TreeLeaf InsertIntoLeaf(
        TreeLeaf leaf, StoredEntry entry, out TreeNode? split, out string? splitLowKey)
    {
        split = null;
        splitLowKey = null;
        StoredEntry[] old = leaf.Entries;
        int index = leaf.LowerBound(entry.Key);
        if (index < old.Length && old[index].Key == entry.Key)
        {
            var replaced = (StoredEntry[])old.Clone();
            replaced[index] = entry;
            return new TreeLeaf(replaced);
        }
        var entries = new StoredEntry[old.Length + 1];
        Array.Copy(old, entries, index);
        entries[index] = entry;
        Array.Copy(old, index, entries, index + 1, old.Length - index);
        if (entries.Length <= MaxWidth)
        {
            return new TreeLeaf(entries);
        }
        // Names that grow (generateName suffixes do not, but timestamps and numbers do) append: keep the left leaf full.
        int half = index == old.Length ? MaxWidth : entries.Length / 2;
        split = new TreeLeaf(entries[half..]);
        splitLowKey = entries[half].Key;
        return new TreeLeaf(entries[..half]);
    }

    public static TreeNode? Remove(TreeNode? root, string key)
    {
        if (root is null)
        {
            return null;
        }
        TreeNode? node = RemoveFrom(root, key);
        while (node is TreeBranch { Children.Length: 1 } branch)
        {
            node = branch.Children[0];
        }
        return node;
    }

    /// <summary>The node without the key; the same node when the key is absent; null when nothing is left.</summary>
    private static TreeNode? RemoveFrom(TreeNode node, string key)
    {
        if (node is TreeLeaf leaf)
        {
            int position = leaf.LowerBound(key);
            if (position == leaf.Entries.Length || leaf.Entries[position].Key != key)
            {
                return leaf;
            }
            return leaf.Entries.Length == 1 ? null : new TreeLeaf(RemoveAt(leaf.Entries, position));
        }
        var branch = (TreeBranch)node;
        int index = branch.ChildFor(key);
        TreeNode old = branch.Children[index];
        TreeNode? child = RemoveFrom(old, key);
        if (ReferenceEquals(child, old))
        {
            return branch;
        }
        if (child is null)
        {
            return branch.Children.Length == 1
                ? null
                : new TreeBranch(
                    RemoveAt(branch.Children, index), RemoveAt(branch.LowKeys, index), branch.Count - old.Count);
        }
        TreeBranch changed = WithChild(branch, index, child, branch.Count - 1);
        return child.Width >= MinWidth || changed.Children.Length == 1 ? changed : Rebalance(changed, index);
    }

    /// <summary>Joins a narrow child with a neighbour; when both do not fit into one node they share evenly.</summary>
    private static TreeBranch Rebalance(TreeBranch branch, int index)
    {
        int left = index == 0 ? 0 : index - 1;
        TreeNode[] joined;
        string[] lowKeys;
        if (branch.Children[left] is TreeLeaf leftLeaf)
        {
            StoredEntry[] entries = [.. leftLeaf.Entries, .. ((TreeLeaf)branch.Children[left + 1]).Entries];
            if (entries.Length <= MaxWidth)
            {
                joined = [new TreeLeaf(entries)];
                lowKeys = [branch.LowKeys[left]];
            }
            else
            {
                int half = entries.Length / 2;
                joined = [new TreeLeaf(entries[..half]), new TreeLeaf(entries[half..])];
                lowKeys = [branch.LowKeys[left], entries[half].Key];
            }
        }
        else
        {
            var leftBranch = (TreeBranch)branch.Children[left];
            var rightBranch = (TreeBranch)branch.Children[left + 1];
            TreeNode[] children = [.. leftBranch.Children, .. rightBranch.Children];
            // The right branch never looked at its first separator: the parent holds the valid one.
            string[] keys = [.. leftBranch.LowKeys, branch.LowKeys[left + 1], .. rightBranch.LowKeys.AsSpan(1)];
            if (children.Length <= MaxWidth)
            {
                joined = [BranchOf(children, keys)];
                lowKeys = [branch.LowKeys[left]];
            }
            else
            {
                int half = children.Length / 2;
                joined = [BranchOf(children[..half], keys[..half]), BranchOf(children[half..], keys[half..])];
                lowKeys = [branch.LowKeys[left], keys[half]];
            }
        }
        return new TreeBranch(
            [.. branch.Children.AsSpan(0, left), .. joined, .. branch.Children.AsSpan(left + 2)],
            [.. branch.LowKeys.AsSpan(0, left), .. lowKeys, .. branch.LowKeys.AsSpan(left + 2)],
            branch.Count);
    }

    public static TreeNode? Build(ReadOnlySpan<StoredEntry> entries)
    {
        if (entries.Length == 0)
        {
            return null;
        }
        var nodes = new List<TreeNode>();
        var lowKeys = new List<string>();
        foreach (Range range in EvenRanges(entries.Length))
        {
            StoredEntry[] part = entries[range].ToArray();
            nodes.Add(new TreeLeaf(part));
            lowKeys.Add(part[0].Key);
        }
        while (nodes.Count > 1)
        {
            var parents = new List<TreeNode>();
            var parentLowKeys = new List<string>();
            foreach (Range range in EvenRanges(nodes.Count))
            {
                (int offset, int length) = range.GetOffsetAndLength(nodes.Count);
                string[] keys = [.. lowKeys.GetRange(offset, length)];
                parents.Add(BranchOf([.. nodes.GetRange(offset, length)], keys));
                parentLowKeys.Add(keys[0]);
            }
            nodes = parents;
            lowKeys = parentLowKeys;
        }
        return nodes[0];
    }

    private static IEnumerable<Range> EvenRanges(int count)
    {
        int parts = (count + BuildWidth - 1) / BuildWidth;
        for (int i = 0; i < parts; i++)
        {
            yield return (int)((long)count * i / parts)..(int)((long)count * (i + 1) / parts);
        }
    }

    private static TreeBranch WithChild(TreeBranch branch, int index, TreeNode child, int count)
    {
        var children = (TreeNode[])branch.Children.Clone();
        children[index] = child;
        return new TreeBranch(children, branch.LowKeys, count);
    }

    private static TreeBranch BranchOf(TreeNode[] children, string[] lowKeys)
    {
        int count = 0;
        foreach (TreeNode child in children)
        {
            count += child.Count;
        }
        return new TreeBranch(children, lowKeys, count);
    }

    private static T[] RemoveAt<T>(T[] items, int index) => [.. items.AsSpan(0, index), .. items.AsSpan(index + 1)];

    private static T[] ReplaceOneByTwo<T>(T[] items, int index, T first, T second) =>
        [.. items.AsSpan(0, index), first, second, .. items.AsSpan(index + 1)];
}
