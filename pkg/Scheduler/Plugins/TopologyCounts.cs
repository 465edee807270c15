using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Plugins;

/// <summary>Numbers by (label key, label value) of nodes: matching pods, or weights.</summary>
internal sealed class TopologyCounts
{
    private readonly Dictionary<(string Key, string Value), long> _counts = [];

    public TopologyCounts()
    {
    }

    private TopologyCounts(TopologyCounts other) => _counts = new(other._counts);

    public bool IsEmpty => _counts.Count == 0;

    public long this[string key, string value] => _counts.GetValueOrDefault((key, value));

    /// <summary>Adds to the domain of the node; a node without the label is in none.</summary>
    public void Add(NodeInfo node, string key, long amount)
    {
        if (!node.Labels.TryGetValue(key, out var value))
        {
            return;
        }

        var sum = _counts.GetValueOrDefault((key, value)) + amount;
        if (sum == 0)
        {
            _counts.Remove((key, value));
        }
        else
        {
            _counts[(key, value)] = sum;
        }
    }

    /// <summary>The sum over all keys of what the node's domains have.</summary>
    public long SumFor(NodeInfo node, IReadOnlyCollection<string> keys)
    {
        long sum = 0;
        foreach (var key in keys)
        {
            if (node.Labels.TryGetValue(key, out var value))
            {
                sum += this[key, value];
            }
        }

        return sum;
    }

    public IReadOnlyCollection<string> Keys => [.. _counts.Keys.Select(k => k.Key).Distinct()];

    public bool HasAny(NodeInfo node)
    {
        foreach (var (key, value) in _counts.Keys)
        {
            if (node.Labels.TryGetValue(key, out var actual) && actual == value)
            {
                return true;
            }
        }

        return false;
    }

    public TopologyCounts Clone() => new(this);
}
