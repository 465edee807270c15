using Kube1.Api.Models;

namespace Kube1.ApiServer.Auth.Rbac;

/// <summary>
/// The rules of a cluster role that gathers others by label.
/// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
/// </summary>
internal static class AggregatedClusterRoles
{
    /// <summary>The rules that a role of this name gets from the others, through as many levels as there are.</summary>
    public static List<V1PolicyRule> RulesOf(string name, IReadOnlyList<V1ClusterRole> roles)
    {
        var rules = new List<V1PolicyRule>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Collect(roles.First(r => r.Metadata.Name == name));
        return [.. rules.DistinctBy(r => KubeJson.ToJson(r).ToJsonString())];

        void Collect(V1ClusterRole role)
        {
            if (!seen.Add(role.Metadata.Name!))
            {
                return;
            }

            if (role.AggregationRule is not { } aggregation)
            {
                rules.AddRange(role.Rules ?? []);
                return;
            }

            foreach (var other in roles.OrderBy(r => r.Metadata.Name, StringComparer.Ordinal))
            {
                if (aggregation.ClusterRoleSelectors?.Any(s => Selects(s, other.Metadata.Labels)) == true)
                {
                    Collect(other);
                }
            }
        }
    }

    private static bool Selects(V1LabelSelector selector, Dictionary<string, string>? labels) =>
        selector.MatchLabels is { } wanted
        && wanted.All(w => labels?.TryGetValue(w.Key, out var value) == true && value == w.Value);
}
