using Kube1.Api.Models;
using Kube1.Api.Selectors;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Plugins;

/// <summary>A topology spread constraint of one pod, ready to be evaluated.</summary>
internal sealed class SpreadConstraint
{
    private readonly bool _honorAffinity;
    private readonly bool _honorTaints;

    private SpreadConstraint(V1TopologySpreadConstraint source, V1LabelSelector? selector)
    {
        MaxSkew = source.MaxSkew;
        TopologyKey = source.TopologyKey;
        MinDomains = source.MinDomains ?? 1;
        Selector = selector is null ? LabelSelector.Nothing : LabelSelector.From(selector);
        SelectorText = Selector.ToString() ?? "";
        _honorAffinity = source.NodeAffinityPolicy is null or "Honor";
        _honorTaints = source.NodeTaintsPolicy == "Honor";
    }

    public int MaxSkew { get; }

    public string TopologyKey { get; }

    public int MinDomains { get; }

    public LabelSelector Selector { get; }

    public string SelectorText { get; }

    public bool IsHostname => TopologyKey == WellKnownLabels.Hostname;

    /// <summary>The pod's own constraints of one kind, DoNotSchedule or ScheduleAnyway.</summary>
    public static SpreadConstraint[] Of(PodInfo pod, string whenUnsatisfiable) =>
        pod.Pod.Spec?.TopologySpreadConstraints is not { Count: > 0 } all
            ? []
            : [.. all.Where(c => c.WhenUnsatisfiable == whenUnsatisfiable)
                .Select(c => new SpreadConstraint(c, WithMatchLabelKeys(c, pod)))];

    /// <summary>The cluster's defaults for pods that state none: zones within 5, nodes within 3, both only preferred.</summary>
    public static SpreadConstraint[] SystemDefaults(V1LabelSelector? siblings) => siblings is null
        ? []
        :
        [
            new SpreadConstraint(
                new V1TopologySpreadConstraint { TopologyKey = WellKnownLabels.Hostname, MaxSkew = 3 }, siblings),
            new SpreadConstraint(
                new V1TopologySpreadConstraint { TopologyKey = WellKnownLabels.Zone, MaxSkew = 5 }, siblings),
        ];

    /// <summary>Whether the node's pods count: nodes that the pod could never run on may be left out.</summary>
    public bool Includes(PodInfo pod, NodeInfo node) =>
        (!_honorAffinity || NodeSelectorMatcher.MatchesRequired(pod, node))
        && (!_honorTaints || !TaintToleration.HasUntolerated(pod, node));

    public bool Counts(PodInfo pod, string ns) =>
        !pod.Terminating && pod.Namespace == ns && Selector.Matches(pod.Labels);

    // KEP-3243: keys whose values come from the incoming pod, such as pod-template-hash.
    private static V1LabelSelector? WithMatchLabelKeys(V1TopologySpreadConstraint constraint, PodInfo pod)
    {
        if (constraint.MatchLabelKeys is not { Count: > 0 } keys || constraint.LabelSelector is null)
        {
            return constraint.LabelSelector;
        }

        var expressions = new List<V1LabelSelectorRequirement>(constraint.LabelSelector.MatchExpressions ?? []);
        foreach (var key in keys)
        {
            if (pod.Labels.TryGetValue(key, out var value))
            {
                expressions.Add(new V1LabelSelectorRequirement { Key = key, Operator = "In", Values = [value] });
            }
        }

        return new V1LabelSelector
        {
            MatchLabels = constraint.LabelSelector.MatchLabels,
            MatchExpressions = expressions,
        };
    }
}
