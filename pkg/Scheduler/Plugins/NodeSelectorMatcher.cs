using System.Globalization;
using Kube1.Api.Models;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Plugins;

/// <summary>
/// Node selector terms against nodes. The only field is metadata.name.
/// Source: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#node-affinity
/// </summary>
internal static class NodeSelectorMatcher
{
    /// <summary>spec.nodeSelector and the required node affinity together.</summary>
    public static bool MatchesRequired(PodInfo pod, NodeInfo node)
    {
        if (pod.Pod.Spec?.NodeSelector is { Count: > 0 } labels)
        {
            foreach (var (key, value) in labels)
            {
                if (!node.Labels.TryGetValue(key, out var actual) || actual != value)
                {
                    return false;
                }
            }
        }

        var required = pod.Pod.Spec?.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution;
        return required is null || required.NodeSelectorTerms.Exists(t => Matches(t, node));
    }

    /// <summary>A term without any requirement matches nothing.</summary>
    public static bool Matches(V1NodeSelectorTerm term, NodeInfo node)
    {
        if (term.MatchExpressions is not { Count: > 0 } && term.MatchFields is not { Count: > 0 })
        {
            return false;
        }

        foreach (var requirement in term.MatchExpressions ?? [])
        {
            if (!Matches(requirement, node.Labels.GetValueOrDefault(requirement.Key)))
            {
                return false;
            }
        }

        foreach (var requirement in term.MatchFields ?? [])
        {
            if (!Matches(requirement, requirement.Key == "metadata.name" ? node.Name : null))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Matches(V1NodeSelectorRequirement requirement, string? actual) => requirement.Operator switch
    {
        "In" => actual is not null && requirement.Values?.Contains(actual) == true,
        "NotIn" => actual is null || requirement.Values?.Contains(actual) != true,
        "Exists" => actual is not null,
        "DoesNotExist" => actual is null,
        "Gt" => Compare(actual, requirement.Values) > 0,
        "Lt" => Compare(actual, requirement.Values) < 0,
        _ => false,
    };

    private static int Compare(string? actual, List<string>? values) =>
        values is [var bound]
        && long.TryParse(actual, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left)
        && long.TryParse(bound, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var right)
            ? left.CompareTo(right)
            : 0;
}
