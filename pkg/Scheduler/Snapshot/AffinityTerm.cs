using Kube1.Api.Models;
using Kube1.Api.Selectors;

namespace Kube1.Scheduler.Snapshot;

/// <summary>One pod (anti-)affinity term, ready to be matched against pods.</summary>
internal sealed class AffinityTerm
{
    private readonly HashSet<string> _namespaces;
    private readonly LabelSelector _selector;
    private readonly LabelSelector _namespaceSelector;

    private AffinityTerm(V1PodAffinityTerm term, string ownNamespace, int weight)
    {
        TopologyKey = term.TopologyKey;
        Weight = weight;
        _selector = term.LabelSelector is null ? LabelSelector.Nothing : LabelSelector.From(term.LabelSelector);
        _namespaceSelector = term.NamespaceSelector is null
            ? LabelSelector.Nothing
            : LabelSelector.From(term.NamespaceSelector);
        // A term that names no namespaces in either way means the pod's own.
        _namespaces = term.Namespaces is { Count: > 0 }
            ? [.. term.Namespaces]
            : term.NamespaceSelector is null ? [ownNamespace] : [];
    }

    public string TopologyKey { get; }

    /// <summary>1 for a required term.</summary>
    public int Weight { get; }

    public bool Matches(PodInfo pod, IReadOnlyDictionary<string, string>? namespaceLabels) =>
        (_namespaces.Contains(pod.Namespace) || (_namespaceSelector != LabelSelector.Nothing
            && _namespaceSelector.Matches(namespaceLabels)))
        && _selector.Matches(pod.Labels);

    public static AffinityTerm[] Required(List<V1PodAffinityTerm>? terms, string ownNamespace) =>
        terms is null ? [] : [.. terms.Select(t => new AffinityTerm(t, ownNamespace, 1))];

    public static AffinityTerm[] Preferred(List<V1WeightedPodAffinityTerm>? terms, string ownNamespace) =>
        terms is null ? [] : [.. terms.Select(t => new AffinityTerm(t.PodAffinityTerm, ownNamespace, t.Weight))];
}
