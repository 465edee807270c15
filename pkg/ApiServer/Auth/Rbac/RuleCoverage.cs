using Kube1.Api.Models;

namespace Kube1.ApiServer.Auth.Rbac;

/// <summary>
/// Whether one set of rules grants everything that another does (k8s.io/component-helpers/auth/rbac/validation): the
/// check against privilege escalation, and reconciliation.
/// </summary>
internal static class RuleCoverage
{
    /// <summary>The single permissions of <paramref name="wanted"/> that <paramref name="owned"/> lacks.</summary>
    public static List<V1PolicyRule> Uncovered(IReadOnlyList<V1PolicyRule> owned, IEnumerable<V1PolicyRule> wanted) =>
        [.. wanted.SelectMany(BreakDown).Where(single => !owned.Any(rule => Covers(rule, single)))];

    /// <summary>
    /// As upstream prints a rule in the message of a refused escalation: {APIGroups:[""], Resources:["pods"], Verbs:["get"]}.
    /// </summary>
    public static string Compact(V1PolicyRule rule)
    {
        var parts = new List<string>();
        Add("APIGroups", rule.ApiGroups);
        Add("Resources", rule.Resources);
        Add("NonResourceURLs", rule.NonResourceURLs);
        Add("ResourceNames", rule.ResourceNames);
        Add("Verbs", rule.Verbs);
        return "{" + string.Join(", ", parts) + "}";

        void Add(string name, List<string>? values)
        {
            if (values is { Count: > 0 })
            {
                parts.Add($"{name}:[{string.Join(" ", values.Select(v => $"\"{v}\""))}]");
            }
        }
    }

    /// <summary>Merges single permissions on one resource that differ in their verbs only; paths stay apart.</summary>
    public static List<V1PolicyRule> Compacted(IEnumerable<V1PolicyRule> rules)
    {
        var single = rules.ToList();
        return
        [
            .. single.Where(r => r.NonResourceURLs is { Count: > 0 }),
            .. single.Where(r => r.NonResourceURLs is not { Count: > 0 })
                .GroupBy(r => (Key(r.ApiGroups), Key(r.Resources), Key(r.ResourceNames)))
                .Select(g => new V1PolicyRule
                {
                    Verbs = [.. g.SelectMany(r => r.Verbs).Distinct()],
                    ApiGroups = g.First().ApiGroups,
                    Resources = g.First().Resources,
                    ResourceNames = g.First().ResourceNames,
                }),
        ];
    }

    private static IEnumerable<V1PolicyRule> BreakDown(V1PolicyRule rule)
    {
        foreach (var verb in rule.Verbs)
        {
            foreach (var url in rule.NonResourceURLs ?? [])
            {
                yield return new V1PolicyRule { Verbs = [verb], NonResourceURLs = [url] };
            }

            foreach (var group in rule.ApiGroups ?? [])
            {
                foreach (var resource in rule.Resources ?? [])
                {
                    foreach (var name in rule.ResourceNames is { Count: > 0 } names ? names : [""])
                    {
                        yield return new V1PolicyRule
                        {
                            Verbs = [verb],
                            ApiGroups = [group],
                            Resources = [resource],
                            ResourceNames = name.Length == 0 ? null : [name],
                        };
                    }
                }
            }
        }
    }

    private static bool Covers(V1PolicyRule owner, V1PolicyRule single)
    {
        if (!Has(owner.Verbs, single.Verbs[0]))
        {
            return false;
        }

        if (single.NonResourceURLs is [var url])
        {
            return (owner.NonResourceURLs ?? []).Any(own => own == "*" || own == url
                || (own.EndsWith('*') && url.StartsWith(own.TrimEnd('*'), StringComparison.Ordinal)));
        }

        var covered = Has(owner.ApiGroups, single.ApiGroups![0]) && HasResource(owner.Resources, single.Resources![0]);
        return covered && (owner.ResourceNames is not { Count: > 0 } names
            || (single.ResourceNames is [var name] && names.Contains(name)));
    }

    private static bool Has(List<string>? values, string wanted) =>
        values is not null && (values.Contains("*") || values.Contains(wanted));

    private static bool HasResource(List<string>? values, string wanted)
    {
        if (Has(values, wanted))
        {
            return true;
        }

        var slash = wanted.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && values is not null && values.Contains("*" + wanted[slash..]);
    }

    private static string Key(List<string>? values) => string.Join(",", values ?? []);
}
