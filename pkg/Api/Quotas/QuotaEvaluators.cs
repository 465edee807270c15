using System.Collections.Frozen;

namespace Kube1.Api.Quotas;

/// <summary>Who counts what. Resources that are not named here are counted by number.</summary>
public static class QuotaEvaluators
{
    /// <summary>The evaluators that know more than numbers or go by an older name.</summary>
    public static IReadOnlyList<QuotaEvaluator> Named { get; } =
    [
        new PodEvaluator(),
        new ServiceEvaluator(),
        new VolumeClaimEvaluator(),
        new ResourceClaimEvaluator(),
        new CountEvaluator(new GroupResource("", "configmaps"), "configmaps"),
        new CountEvaluator(new GroupResource("", "resourcequotas"), "resourcequotas"),
        new CountEvaluator(new GroupResource("", "replicationcontrollers"), "replicationcontrollers"),
        new CountEvaluator(new GroupResource("", "secrets"), "secrets"),
    ];

    private static readonly FrozenDictionary<GroupResource, QuotaEvaluator> ByResource =
        Named.ToFrozenDictionary(e => e.Resource);

    /// <summary>What is never stored, and Events, which no quota ever held.</summary>
    private static readonly FrozenSet<GroupResource> Ignored = FrozenSet.Create(
        new GroupResource("", "bindings"), new("", "componentstatuses"), new("", "events"),
        new("events.k8s.io", "events"), new("authentication.k8s.io", "tokenreviews"),
        new("authentication.k8s.io", "selfsubjectreviews"), new("authorization.k8s.io", "subjectaccessreviews"),
        new("authorization.k8s.io", "selfsubjectaccessreviews"), new("authorization.k8s.io", "localsubjectaccessreviews"),
        new("authorization.k8s.io", "selfsubjectrulesreviews"));

    /// <summary>Whether quotas say nothing of this resource.</summary>
    public static bool Ignores(GroupResource resource) => Ignored.Contains(resource);

    /// <summary>Who counts this resource.</summary>
    public static QuotaEvaluator For(GroupResource resource) =>
        ByResource.TryGetValue(resource, out var known) ? known : new CountEvaluator(resource);

    /// <summary>The resource that a quota's resource is about; null when the name says no resource of the API.</summary>
    public static QuotaEvaluator? ForName(string name)
    {
        foreach (var evaluator in Named)
        {
            if (evaluator.Tracks(name))
            {
                return evaluator;
            }
        }

        if (!name.StartsWith("count/", StringComparison.Ordinal))
        {
            return null;
        }

        var resource = name["count/".Length..];
        var dot = resource.IndexOf('.', StringComparison.Ordinal);
        return new CountEvaluator(
            dot < 0 ? new GroupResource("", resource) : new GroupResource(resource[(dot + 1)..], resource[..dot]));
    }
}
