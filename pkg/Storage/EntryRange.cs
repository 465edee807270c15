using System.Collections;
using Kube1.Storage.Trees;

namespace Kube1.Storage;

/// <summary>
/// The entries of a snapshot whose keys start with a prefix, in key order. <c>foreach</c> over it allocates one small
/// array however many entries there are.
/// </summary>
public readonly struct EntryRange : IEnumerable<StoredEntry>
{
    private readonly TreeNode? _root;
    private readonly string _prefix;
    private readonly string? _afterKey;

    internal EntryRange(TreeNode? root, string prefix, string? afterKey)
    {
        _root = root;
        _prefix = prefix;
        _afterKey = afterKey;
    }

    /// <summary>Starts before the first entry.</summary>
    public Enumerator GetEnumerator() => new(_root, _prefix, _afterKey);

    IEnumerator<StoredEntry> IEnumerable<StoredEntry>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Walks the leaves with a stack of the branches above.</summary>
    public struct Enumerator : IEnumerator<StoredEntry>
    {
        /// <summary>
        /// Levels above the leaves at most: with ten children a branch at least, more than int.MaxValue entries.
        /// </summary>
        private const int MaxDepth = 12;

        private readonly string _prefix;
        private readonly (TreeBranch Branch, int Child)[]? _path;
        private int _depth;
        private StoredEntry[] _entries;
        private int _index;
        private int _end;

        internal Enumerator(TreeNode? root, string prefix, string? afterKey)
        {
            _prefix = prefix;
            _entries = [];
            string start = KeyOrder.RangeStart(prefix, afterKey);
            TreeNode? node = root;
            if (node is TreeBranch)
            {
                _path = new (TreeBranch, int)[MaxDepth];
            }
            while (node is TreeBranch branch)
            {
                int child = branch.ChildFor(start);
                _path![_depth++] = (branch, child);
                node = branch.Children[child];
            }
            if (node is TreeLeaf leaf)
            {
                Enter(leaf, leaf.LowerBound(start));
            }
        }

        /// <inheritdoc/>
        public readonly StoredEntry Current => _entries[_index - 1];

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext()
        {
            while (_index >= _end)
            {
                // A leaf that ends before its last entry ends the range.
                if (_end < _entries.Length || !NextLeaf())
                {
                    return false;
                }
            }
            _index++;
            return true;
        }

        private void Enter(TreeLeaf leaf, int index)
        {
            _entries = leaf.Entries;
            _index = index;
            _end = _entries.Length;
            // Usually the whole leaf lies in the range: then no key but the last is compared.
            while (_end > index && !_entries[_end - 1].Key.StartsWith(_prefix, StringComparison.Ordinal))
            {
                _end--;
            }
        }

        private bool NextLeaf()
        {
            while (_depth > 0)
            {
                (TreeBranch branch, int child) = _path![_depth - 1];
                if (child + 1 == branch.Children.Length)
                {
                    _depth--;
                    continue;
                }
                _path[_depth - 1].Child = child + 1;
                TreeNode node = branch.Children[child + 1];
                while (node is TreeBranch inner)
                {
                    _path[_depth++] = (inner, 0);
                    node = inner.Children[0];
                }
                Enter((TreeLeaf)node, 0);
                return true;
            }
            return false;
        }

        /// <summary>Not supported: take a new enumerator.</summary>
        public readonly void Reset() => throw new NotSupportedException();

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }
}
