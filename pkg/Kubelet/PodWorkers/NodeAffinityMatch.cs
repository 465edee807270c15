using System.Globalization;
using Kube1.Api.Models;

namespace Kube1.Kubelet.PodWorkers;

/// <summary>
/// A pod's nodeSelector and required node affinity against a node: terms are alternatives, the requirements of a term
/// hold together, and a term without any matches nothing.
/// Source: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#node-affinity
/// </summary>
internal static class NodeAffinityMatch
{
    public static bool Matches(V1PodSpec spec, V1Node node)
    {
        var labels = node.Metadata.Labels ?? [];
        if (!(spec.NodeSelector ?? []).All(p => labels.GetValueOrDefault(p.Key) == p.Value))
        {
            return false;
        }

        return spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is not { } required
            || required.NodeSelectorTerms.Exists(term => Matches(term, labels, node.Metadata.Name ?? ""));
    }

    private static bool Matches(V1NodeSelectorTerm term, Dictionary<string, string> labels, string name)
    {
        var expressions = term.MatchExpressions ?? [];
        var fields = term.MatchFields ?? [];
        return expressions.Count + fields.Count > 0
            && expressions.TrueForAll(r => Holds(r, labels.GetValueOrDefault(r.Key)))
            && fields.TrueForAll(r => Holds(r, r.Key == "metadata.name" ? name : null));
    }

    private static bool Holds(V1NodeSelectorRequirement requirement, string? value) => requirement.Operator switch
    {
        "In" => value is not null && requirement.Values?.Contains(value) == true,
        "NotIn" => value is null || requirement.Values?.Contains(value) != true,
        "Exists" => value is not null,
        "DoesNotExist" => value is null,
        "Gt" => Compare(requirement, value) > 0,
        "Lt" => Compare(requirement, value) < 0,
        _ => false,
    };

    private static int Compare(V1NodeSelectorRequirement requirement, string? value) =>
        requirement.Values is [var bound]
        && long.TryParse(bound, CultureInfo.InvariantCulture, out var limit)
        && long.TryParse(value, CultureInfo.InvariantCulture, out var number)
            ? number.CompareTo(limit)
            : 0;
}
