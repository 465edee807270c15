using Kube1.Api.Errors;
using Kube1.Api.Models;

namespace Kube1.ApiServer.Admission.Quotas;

/// <summary>What an administrator lets be used only where a quota covers it.</summary>
internal static class QuotaCoverage
{
    /// <summary>Why a request that uses more than before may not, for want of a quota; null when it may.</summary>
    public static ApiException? Refusal(
        IReadOnlyList<QuotaAccount> accounts, IReadOnlyList<QuotaAccount> concerned, IReadOnlyList<LimitedResource> limited,
        QuotaRequest request)
    {
        if (limited.Count == 0 || request.Growth.All(u => u.Value.IsZero))
        {
            return null;
        }

        var covered = concerned.SelectMany(a => a.Tracked(request)).ToHashSet(StringComparer.Ordinal);
        var uncovered = limited.Where(l => l.Resource == request.Evaluator.Resource).SelectMany(l => l.MatchContains)
            .SelectMany(part => request.Usage.Where(u => u.Value.Sign > 0 && u.Key.Contains(part, StringComparison.Ordinal)))
            .Select(u => u.Key).Where(name => !covered.Contains(name)).Distinct().Order(StringComparer.Ordinal).ToList();
        if (uncovered.Count > 0)
        {
            return request.Forbidden($"insufficient quota to consume: {string.Join(",", uncovered)}");
        }

        // Any quota with a scope that holds covers it, whatever else the quota limits.
        var scopes = accounts.SelectMany(a => ScopesOf(a.Quota)).Where(s => request.Evaluator.IsIn(s, request.Object))
            .Select(s => s.ScopeName).ToHashSet(StringComparer.Ordinal);
        var open = limited.SelectMany(l => l.MatchScopes)
            .Where(s => request.Evaluator.IsIn(s, request.Object) && !scopes.Contains(s.ScopeName)).ToList();
        return open.Count == 0 ? null : Plain($"insufficient quota to match these scopes: [{string.Join(" ", open.Select(Text))}]");
    }

    private static IEnumerable<V1ScopedResourceSelectorRequirement> ScopesOf(V1ResourceQuota quota) =>
        (quota.Spec?.Scopes ?? [])
            .Select(scope => new V1ScopedResourceSelectorRequirement { ScopeName = scope, Operator = "Exists" })
            .Concat(quota.Spec?.ScopeSelector?.MatchExpressions ?? []);

    private static string Text(V1ScopedResourceSelectorRequirement scope) =>
        $"{{{scope.ScopeName} {scope.Operator} [{string.Join(" ", scope.Values ?? [])}]}}";

    // Upstream does not make a Forbidden of it, so that clients see an error without a reason.
    private static ApiException Plain(string message) => new(
        new V1Status { Status = "Failure", Code = 500, Message = message });
}
