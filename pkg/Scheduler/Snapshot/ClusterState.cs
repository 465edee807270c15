using Kube1.Api.Models;

namespace Kube1.Scheduler.Snapshot;

/// <summary>
/// The cluster as the scheduler sees it: nodes with the pods that are on them or are assumed to be, kept up to date
/// change by change. The scheduling loop owns it; nothing else reads or writes it, so a cycle sees one state throughout.
/// </summary>
internal sealed class ClusterState
{
    private readonly Dictionary<string, NodeInfo> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (PodInfo Pod, NodeInfo Node)> _placed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _assumed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _namespaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _imageNodes = new(StringComparer.Ordinal);
    private readonly Stack<int> _freeSlots = new();
    private int _slots;
    private NodeInfo[]? _inVisitOrder;

    /// <summary>The nodes that pods can be scheduled to, zones taking turns.</summary>
    public NodeInfo[] Nodes => _inVisitOrder ??= VisitOrder();

    /// <summary>All nodes, those that have pods but are not known included.</summary>
    public IReadOnlyCollection<NodeInfo> AllNodes => _nodes.Values;

    public PodCounts Counts { get; } = new();

    public int PlacedPods => _placed.Count;

    public int AssumedPods => _assumed.Count;

    /// <summary>Whether any placed pod has an (anti-)affinity term; most clusters can skip the whole question.</summary>
    public int PodsWithAffinity { get; private set; }

    public NodeInfo? Node(string name) => _nodes.TryGetValue(name, out var node) && node.Node is not null ? node : null;

    public PodInfo? Placed(string key) => _placed.TryGetValue(key, out var placed) ? placed.Pod : null;

    public string? NodeOf(string key) => _placed.TryGetValue(key, out var placed) ? placed.Node.Name : null;

    public bool IsAssumed(string key, string uid) => _assumed.TryGetValue(key, out var assumed) && assumed == uid;

    public IReadOnlyDictionary<string, string>? NamespaceLabels(string name) => _namespaces.GetValueOrDefault(name);

    public int NodesWithImage(string image) => _imageNodes.GetValueOrDefault(image);

    public void SetNamespace(string name, V1Namespace? ns)
    {
        if (ns is null)
        {
            _namespaces.Remove(name);
        }
        else
        {
            _namespaces[name] = ns.Metadata.Labels ?? [];
        }
    }

    public void SetNode(string name, V1Node? node)
    {
        var info = GetOrAdd(name);
        var before = info.Node is not null;
        var zone = info.Zone;
        CountImages(info, -1);
        info.SetNode(node);
        CountImages(info, 1);
        if (before != node is not null || zone != info.Zone)
        {
            _inVisitOrder = null;
        }

        DropIfEmpty(info);
    }

    /// <summary>Counts the pod on the node at once, before the API server has confirmed it.</summary>
    public void Assume(PodInfo pod, string node)
    {
        Place(pod, node);
        _assumed[pod.Key] = pod.Uid;
    }

    /// <summary>The API server says that the pod is on the node.</summary>
    public void Confirm(PodInfo pod, string node)
    {
        Place(pod, node);
        _assumed.Remove(pod.Key);
    }

    public PodInfo? Remove(string key)
    {
        _assumed.Remove(key);
        if (!_placed.Remove(key, out var placed))
        {
            return null;
        }

        placed.Node.RemovePod(placed.Pod);
        PodsWithAffinity -= placed.Pod.HasAffinity ? 1 : 0;
        Counts.PodRemoved(placed.Node, placed.Pod);
        DropIfEmpty(placed.Node);
        return placed.Pod;
    }

    private void Place(PodInfo pod, string nodeName)
    {
        Remove(pod.Key);
        var node = GetOrAdd(nodeName);
        node.AddPod(pod);
        PodsWithAffinity += pod.HasAffinity ? 1 : 0;
        Counts.PodAdded(node, pod);
        _placed[pod.Key] = (pod, node);
    }

    private NodeInfo GetOrAdd(string name)
    {
        if (!_nodes.TryGetValue(name, out var node))
        {
            node = new NodeInfo(name, _freeSlots.TryPop(out var slot) ? slot : _slots++);
            _nodes[name] = node;
        }

        return node;
    }

    // A slot may be used again only when no pod counts under it any more.
    private void DropIfEmpty(NodeInfo node)
    {
        if (node.Node is null && node.Pods.Count == 0 && _nodes.Remove(node.Name))
        {
            _freeSlots.Push(node.Slot);
        }
    }

    private void CountImages(NodeInfo node, int by)
    {
        foreach (var image in node.Images.Keys)
        {
            var count = _imageNodes.GetValueOrDefault(image) + by;
            if (count == 0)
            {
                _imageNodes.Remove(image);
            }
            else
            {
                _imageNodes[image] = count;
            }
        }
    }

    private NodeInfo[] VisitOrder()
    {
        var zones = _nodes.Values.Where(n => n.Node is not null).OrderBy(n => n.Name, StringComparer.Ordinal)
            .GroupBy(n => n.Zone).OrderBy(z => z.Key, StringComparer.Ordinal).Select(z => z.ToArray()).ToArray();
        var order = new List<NodeInfo>(_nodes.Count);
        for (var i = 0; zones.Any(z => i < z.Length); i++)
        {
            order.AddRange(zones.Where(z => i < z.Length).Select(z => z[i]));
        }

        return [.. order];
    }
}
