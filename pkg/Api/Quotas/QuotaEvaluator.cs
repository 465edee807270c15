using System.Text.Json.Nodes;
using Kube1.Api.Models;

namespace Kube1.Api.Quotas;

/// <summary>
/// How objects of one resource count against ResourceQuotas. Objects are what <see cref="Decode"/> makes of their JSON.
/// Source: https://kubernetes.io/docs/concepts/policy/resource-quotas/
/// </summary>
public abstract class QuotaEvaluator(GroupResource resource)
{
    /// <summary>The amount of one object.</summary>
    protected static readonly ResourceQuantity One = ResourceQuantity.FromLong(1);

    /// <summary>The resource.</summary>
    public GroupResource Resource { get; } = resource;

    /// <summary>"count/pods", "count/deployments.apps": the name under which objects of any resource are counted.</summary>
    public string CountName { get; } = "count/" + resource;

    /// <summary>Whether objects of this resource count against a quota's resource of this name.</summary>
    public abstract bool Tracks(string name);

    /// <summary>The form of an object that the other methods take.</summary>
    public abstract object Decode(JsonObject obj);

    /// <summary>What an object uses.</summary>
    public abstract IReadOnlyDictionary<string, ResourceQuantity> Usage(object obj, DateTimeOffset now);

    /// <summary>Whether an object is in a scope of a quota.</summary>
    public virtual bool IsIn(V1ScopedResourceSelectorRequirement scope, object obj) => false;

    /// <summary>
    /// What an object must say and does not, when a quota limits these resources: "must specify cpu for: c1"; null for
    /// nothing.
    /// </summary>
    public virtual string? Missing(IReadOnlyCollection<string> limited, object obj) => null;

    /// <summary>Whether a quota is about the object: it limits one of its resources, and its scopes hold all.</summary>
    public bool Matches(V1ResourceQuota quota, object obj) =>
        (quota.Status?.Hard ?? []).Keys.Any(Tracks) && IsInScopes(quota, obj);

    /// <summary>Whether an object is in all scopes of a quota.</summary>
    public bool IsInScopes(V1ResourceQuota quota, object obj)
    {
        foreach (var scope in quota.Spec?.Scopes ?? [])
        {
            if (!IsIn(new V1ScopedResourceSelectorRequirement { ScopeName = scope, Operator = "Exists" }, obj))
            {
                return false;
            }
        }

        return (quota.Spec?.ScopeSelector?.MatchExpressions ?? []).TrueForAll(scope => IsIn(scope, obj));
    }

    /// <summary>Whether one of these values (none: the object has none) fulfils a scope's operator.</summary>
    protected static bool Fulfils(V1ScopedResourceSelectorRequirement scope, IReadOnlyCollection<string> values)
    {
        var wanted = scope.Values ?? [];
        return scope.Operator switch
        {
            "Exists" => values.Count > 0,
            "DoesNotExist" => values.Count == 0,
            "In" => values.Any(wanted.Contains),
            "NotIn" => values.Count == 0 || values.Any(v => !wanted.Contains(v)),
            _ => false,
        };
    }
}
