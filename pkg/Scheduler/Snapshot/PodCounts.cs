using Kube1.Api.Selectors;

namespace Kube1.Scheduler.Snapshot;

/// <summary>
/// How many live pods of a namespace a selector matches on each node. Spreading asks this for every node in every cycle;
/// counting anew would cost the number of pods in the cluster each time, so each selector in use keeps a running count.
/// </summary>
internal sealed class PodCounts
{
    /// <summary>Running counts kept; each costs four bytes a node and one match for each pod that comes or goes in its namespace.</summary>
    private const int MaxSelectors = 256;

    private readonly Dictionary<(string Namespace, string Selector), Entry> _entries = [];
    private readonly Dictionary<string, List<Entry>> _byNamespace = new(StringComparer.Ordinal);
    private long _useClock;

    private sealed class Entry(string ns, LabelSelector selector, string selectorText)
    {
        public readonly string Namespace = ns;
        public readonly LabelSelector Selector = selector;
        public readonly string SelectorText = selectorText;
        public int[] Counts = [];
        public long LastUse;
    }

    /// <summary>The counts by node slot; valid until the next change of the cluster. Slots past the end count zero.</summary>
    public ReadOnlySpan<int> For(string ns, LabelSelector selector, string selectorText, ClusterState cluster)
    {
        if (!_entries.TryGetValue((ns, selectorText), out var entry))
        {
            entry = Start(ns, selector, selectorText, cluster);
        }

        entry.LastUse = ++_useClock;
        return entry.Counts;
    }

    public void PodAdded(NodeInfo node, PodInfo pod) => Change(node, pod, 1);

    public void PodRemoved(NodeInfo node, PodInfo pod) => Change(node, pod, -1);

    private void Change(NodeInfo node, PodInfo pod, int by)
    {
        if (pod.Terminating || !_byNamespace.TryGetValue(pod.Namespace, out var entries))
        {
            return;
        }

        foreach (var entry in entries)
        {
            if (entry.Selector.Matches(pod.Labels))
            {
                At(entry, node.Slot) += by;
            }
        }
    }

    private Entry Start(string ns, LabelSelector selector, string selectorText, ClusterState cluster)
    {
        if (_entries.Count >= MaxSelectors)
        {
            Forget(_entries.Values.MinBy(e => e.LastUse)!);
        }

        var entry = new Entry(ns, selector, selectorText);
        foreach (var node in cluster.AllNodes)
        {
            foreach (var pod in node.Pods)
            {
                if (!pod.Terminating && pod.Namespace == ns && selector.Matches(pod.Labels))
                {
                    At(entry, node.Slot)++;
                }
            }
        }

        _entries[(ns, selectorText)] = entry;
        if (!_byNamespace.TryGetValue(ns, out var siblings))
        {
            _byNamespace[ns] = siblings = [];
        }

        siblings.Add(entry);
        return entry;
    }

    private void Forget(Entry entry)
    {
        _entries.Remove((entry.Namespace, entry.SelectorText));
        var siblings = _byNamespace[entry.Namespace];
        siblings.Remove(entry);
        if (siblings.Count == 0)
        {
            _byNamespace.Remove(entry.Namespace);
        }
    }

    private static ref int At(Entry entry, int slot)
    {
        if (slot >= entry.Counts.Length)
        {
            Array.Resize(ref entry.Counts, Math.Max(slot + 1, entry.Counts.Length * 2));
        }

        return ref entry.Counts[slot];
    }
}
