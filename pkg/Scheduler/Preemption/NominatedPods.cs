using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Preemption;

/// <summary>The waiting pods that have been promised a place on a node, where others are making room for them.</summary>
internal sealed class NominatedPods
{
    private readonly Dictionary<string, List<PodInfo>> _byNode = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _nodes = new(StringComparer.Ordinal);

    public IReadOnlyList<PodInfo>? On(string node) =>
        _byNode.Count == 0 ? null : _byNode.GetValueOrDefault(node);

    public string? NodeOf(string uid) => _nodes.GetValueOrDefault(uid);

    public void Set(PodInfo pod, string node)
    {
        Remove(pod.Uid);
        _nodes[pod.Uid] = node;
        if (!_byNode.TryGetValue(node, out var pods))
        {
            _byNode[node] = pods = [];
        }

        pods.Add(pod);
    }

    public void Remove(string uid)
    {
        if (_nodes.Remove(uid, out var node))
        {
            var pods = _byNode[node];
            pods.RemoveAll(p => p.Uid == uid);
            if (pods.Count == 0)
            {
                _byNode.Remove(node);
            }
        }
    }
}
