using System.Globalization;
using Kube1.Scheduler.Plugins;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler;

/// <summary>Why no node could take a pod, and upstream's sentence for it.</summary>
internal sealed class Diagnosis(int nodes)
{
    private readonly Dictionary<string, Verdict> _verdicts = new(StringComparer.Ordinal);

    /// <summary>What the nodes without a verdict of their own were turned down for, when they never were looked at.</summary>
    public Verdict? OtherNodes { get; set; }

    /// <summary>Set when the pod was refused before any node was looked at.</summary>
    public Verdict? PreFilterRefusal { get; set; }

    /// <summary>What preemption had to say.</summary>
    public string PostFilterMessage { get; set; } = "";

    /// <summary>The plugins to ask whether a change may help.</summary>
    public HashSet<string> Rejectors { get; } = new(StringComparer.Ordinal);

    public void Add(NodeInfo node, Verdict verdict)
    {
        _verdicts[node.Name] = verdict;
        Rejectors.Add(verdict.Plugin);
    }

    public void Clear() => _verdicts.Clear();

    /// <summary>The verdict on a node; null for one that was not turned down.</summary>
    public Verdict? For(NodeInfo node) => _verdicts.GetValueOrDefault(node.Name) ?? OtherNodes;

    /// <summary>"0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. preemption: …"</summary>
    public string Message()
    {
        if (nodes == 0)
        {
            return "no nodes available to schedule pods";
        }

        var text = $"0/{nodes} nodes are available:";
        text += PreFilterRefusal is not null ? $" {PreFilterRefusal.Message}." : $" {Histogram()}.";
        return PostFilterMessage.Length == 0 ? text : text + " " + PostFilterMessage;
    }

    private string Histogram()
    {
        var reasons = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var reason in _verdicts.Values.SelectMany(v => v.Reasons))
        {
            reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
        }

        if (OtherNodes is not null && _verdicts.Count < nodes)
        {
            foreach (var reason in OtherNodes.Reasons)
            {
                reasons[reason] = reasons.GetValueOrDefault(reason) + nodes - _verdicts.Count;
            }
        }

        return string.Join(", ", reasons
            .Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Value} {r.Key}"))
            .Order(StringComparer.Ordinal));
    }
}
