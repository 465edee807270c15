using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Quotas;

namespace Kube1.Controllers.ResourceQuotas;

/// <summary>What of a quota is used, counted anew.</summary>
internal static class QuotaUsageCalculator
{
    // Evaluators of plain resources are made anew for each name.
    private static readonly EqualityComparer<QuotaEvaluator> ByResource = EqualityComparer<QuotaEvaluator>.Create(
        (a, b) => a?.Resource == b?.Resource, evaluator => evaluator.Resource.GetHashCode());

    /// <summary>
    /// The use of each limited resource that somebody can count. Of <paramref name="objectsOf"/> and
    /// <paramref name="usageOf"/> one knows a resource: its objects, or what they use together; when neither does, what
    /// the status says so far stays, and nothing when it says nothing.
    /// </summary>
    public static Dictionary<string, ResourceQuantity> Used(
        V1ResourceQuota quota, Func<GroupResource, IEnumerable<object>?> objectsOf,
        Func<GroupResource, ObjectUsage?> usageOf, DateTimeOffset now)
    {
        var used = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        foreach (var names in ByEvaluator(quota))
        {
            if (UsedOf(quota, names.Key, objectsOf, usageOf, now) is { } found)
            {
                foreach (var name in names)
                {
                    used[name] = found.GetValueOrDefault(name);
                }
            }
            else
            {
                ResourceSums.AddTo(
                    used, ResourceSums.Mask(quota.Status?.Used ?? [], name => names.Contains(name, StringComparer.Ordinal)));
            }
        }

        return used;
    }

    /// <summary>The resources that a quota limits and that are counted by number.</summary>
    public static IEnumerable<QuotaEvaluator> Counted(V1ResourceQuota quota) =>
        ByEvaluator(quota).Select(g => g.Key).Where(e => !IsCached(e.Resource));

    /// <summary>Whether the process has a cache of the resource's objects.</summary>
    public static bool IsCached(GroupResource resource) =>
        resource is { Group: "", Resource: "pods" or "services" or "persistentvolumeclaims" };

    private static Dictionary<string, ResourceQuantity>? UsedOf(
        V1ResourceQuota quota, QuotaEvaluator evaluator, Func<GroupResource, IEnumerable<object>?> objectsOf,
        Func<GroupResource, ObjectUsage?> usageOf, DateTimeOffset now)
    {
        if (objectsOf(evaluator.Resource) is { } objects)
        {
            var sum = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
            foreach (var obj in objects.Where(o => evaluator.IsInScopes(quota, o)))
            {
                ResourceSums.AddTo(sum, evaluator.Usage(obj, now));
            }

            return sum;
        }

        // Only pods and claims have scopes: a quota with one counts nothing of the others.
        var isScoped = quota.Spec?.Scopes is { Count: > 0 } || quota.Spec?.ScopeSelector?.MatchExpressions is { Count: > 0 };
        return isScoped ? [] : usageOf(evaluator.Resource)?.Of(quota.Metadata.Namespace!);
    }

    private static IEnumerable<IGrouping<QuotaEvaluator, string>> ByEvaluator(V1ResourceQuota quota) =>
        (quota.Spec?.Hard ?? []).Keys
            .Select(name => (Name: name, Evaluator: QuotaEvaluators.ForName(name)))
            .Where(n => n.Evaluator is not null)
            .GroupBy(n => n.Evaluator!, n => n.Name, ByResource);
}
