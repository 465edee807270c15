namespace Kube1.Api.FieldSets;

/// <summary>
/// A set of field paths as a trie: each node holds its steps in order, whether a path ends there, and what lies below
/// (structured-merge-diff/fieldpath Set). Grown by <see cref="Insert"/>; once handed on it is not changed any more, and
/// the results of set operations share its branches.
/// </summary>
public sealed partial class FieldSet
{
    private Node[] _nodes = [];
    private int _count;

    /// <summary>Whether no path is in it.</summary>
    public bool IsEmpty
    {
        get
        {
            foreach (ref readonly var node in Nodes)
            {
                if (node.IsMember || node.Children is { IsEmpty: false })
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>The steps of this level, in order.</summary>
    internal ReadOnlySpan<Node> Nodes => _nodes.AsSpan(0, _count);

    /// <summary>A set of paths of fields alone: "metadata.labels".</summary>
    public static FieldSet Of(params ReadOnlySpan<string> paths)
    {
        var set = new FieldSet();
        foreach (var path in paths)
        {
            set.Insert([.. path.Split('.').Select(PathElement.OfField)]);
        }

        return set;
    }

    /// <summary>Adds a path; the empty one, the object itself, belongs to nobody and is left out.</summary>
    public void Insert(ReadOnlySpan<PathElement> path)
    {
        if (path.Length == 0)
        {
            return;
        }

        var set = this;
        foreach (var step in path[..^1])
        {
            set = set.Descend(step);
        }

        set.Add(path[^1]);
    }

    /// <summary>Whether the path is in it.</summary>
    public bool Contains(ReadOnlySpan<PathElement> path)
    {
        var set = this;
        for (var i = 0; i < path.Length; i++)
        {
            var at = set!.Find(path[i]);
            if (at < 0)
            {
                return false;
            }

            if (i == path.Length - 1)
            {
                return set._nodes[at].IsMember;
            }

            set = set._nodes[at].Children;
            if (set is null)
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Whether the one step is a path of the set.</summary>
    public bool IsMember(PathElement step) => Find(step) is >= 0 and var at && _nodes[at].IsMember;

    /// <summary>What begins with the step, without it; null when nothing does.</summary>
    public FieldSet? Below(PathElement step) =>
        Find(step) is >= 0 and var at && _nodes[at].Children is { IsEmpty: false } children ? children : null;

    /// <summary>All paths: those that end at a level before those that go on, as upstream lists conflicts.</summary>
    public IEnumerable<PathElement[]> Paths() => Paths([]);

    /// <summary>Adds a path of one step.</summary>
    internal void Add(PathElement step) => At(step).IsMember = true;

    /// <summary>The set below a step, made when there is none.</summary>
    internal FieldSet Descend(PathElement step)
    {
        ref var node = ref At(step);
        return node.Children ??= new FieldSet();
    }

    /// <summary>Puts a whole set below a step.</summary>
    internal void Attach(PathElement step, FieldSet below) => At(step).Children = below;

    /// <summary>Adds a step with all that is known of it; nothing of it may be there yet.</summary>
    internal void Put(PathElement step, bool isMember, FieldSet? children)
    {
        if (isMember || children is { IsEmpty: false })
        {
            ref var node = ref At(step);
            node.IsMember = isMember;
            node.Children = children;
        }
    }

    private IEnumerable<PathElement[]> Paths(PathElement[] prefix)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_nodes[i].IsMember)
            {
                yield return [.. prefix, _nodes[i].Step];
            }
        }

        for (var i = 0; i < _count; i++)
        {
            foreach (var path in _nodes[i].Children?.Paths([.. prefix, _nodes[i].Step]) ?? [])
            {
                yield return path;
            }
        }
    }

    private ref Node At(PathElement step)
    {
        var at = Find(step);
        if (at < 0)
        {
            at = ~at;
            if (_count == _nodes.Length)
            {
                Array.Resize(ref _nodes, Math.Max(4, _count * 2));
            }

            Array.Copy(_nodes, at, _nodes, at + 1, _count - at);
            _nodes[at] = new Node(step);
            _count++;
        }

        return ref _nodes[at];
    }

    // The place of the step, or the complement of where it would stand. Sets mostly come in order: look at the end
    // first.
    private int Find(PathElement step)
    {
        var (low, high) = (0, _count - 1);
        if (_count > 0 && _nodes[high].Step.CompareTo(step) is var last and <= 0)
        {
            return last == 0 ? high : ~_count;
        }

        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = _nodes[middle].Step.CompareTo(step);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }

    private void Append(PathElement step, bool isMember, FieldSet? children)
    {
        if (!isMember && children is null)
        {
            return;
        }

        if (_count == _nodes.Length)
        {
            Array.Resize(ref _nodes, Math.Max(4, _count * 2));
        }

        _nodes[_count++] = new Node(step) { IsMember = isMember, Children = children };
    }

    /// <summary>A step, whether a path ends at it, and what lies below.</summary>
    internal struct Node(PathElement step)
    {
        public readonly PathElement Step = step;
        public bool IsMember;
        public FieldSet? Children;
    }
}
