namespace Kube1.Client.Events;

/// <summary>Keeps the most recently used entries, up to a limit.</summary>
internal sealed class BoundedCache<TValue>(int limit)
    where TValue : class
{
    private readonly Dictionary<string, LinkedListNode<(string Key, TValue Value)>> _nodes = [];
    private readonly LinkedList<(string Key, TValue Value)> _recent = [];

    public TValue? Get(string key)
    {
        if (!_nodes.TryGetValue(key, out var node))
        {
            return null;
        }

        _recent.Remove(node);
        _recent.AddFirst(node);
        return node.Value.Value;
    }

    public void Set(string key, TValue value)
    {
        if (_nodes.TryGetValue(key, out var node))
        {
            node.Value = (key, value);
            return;
        }

        _nodes[key] = _recent.AddFirst((key, value));
        if (_nodes.Count > limit)
        {
            _nodes.Remove(_recent.Last!.Value.Key);
            _recent.RemoveLast();
        }
    }
}
