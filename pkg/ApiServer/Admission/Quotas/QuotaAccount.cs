using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Quotas;

namespace Kube1.ApiServer.Admission.Quotas;

/// <summary>One quota while requests are decided: what is used grows with each that is let through.</summary>
internal sealed class QuotaAccount(V1ResourceQuota quota)
{
    private readonly Dictionary<string, ResourceQuantity> _hard = quota.Status?.Hard ?? [];

    public V1ResourceQuota Quota { get; } = quota;

    /// <summary>What is used, with all that was charged.</summary>
    public Dictionary<string, ResourceQuantity> Used { get; private set; } = quota.Status?.Used ?? [];

    /// <summary>Whether something was charged.</summary>
    public bool IsCharged { get; private set; }

    /// <summary>
    /// Checks a request against all quotas of its namespace and, when none refuses and it is to be stored, charges it to
    /// each that is about it. Otherwise nothing is charged, and the request has its refusal.
    /// </summary>
    public static void Decide(
        IReadOnlyList<QuotaAccount> accounts, IReadOnlyList<LimitedResource> limited, QuotaRequest request)
    {
        var concerned = accounts.Where(a => request.Evaluator.Matches(a.Quota, request.Object)).ToList();
        if (concerned.Select(a => a.Refusal(request)).FirstOrDefault(why => why is not null) is { } refusal)
        {
            request.Refusal = request.Forbidden(refusal);
            return;
        }

        request.Refusal = QuotaCoverage.Refusal(accounts, concerned, limited, request);
        var charges = new List<(QuotaAccount Account, Dictionary<string, ResourceQuantity> Used)>();
        foreach (var account in request.Refusal is null ? concerned : [])
        {
            var (used, why) = account.Charged(request);
            if (why is not null)
            {
                request.Refusal = request.Forbidden(why);
                return;
            }

            if (used is not null)
            {
                charges.Add((account, used));
            }
        }

        if (request.IsDryRun)
        {
            return;
        }

        request.IsCharged = charges.Count > 0;
        foreach (var (account, used) in charges)
        {
            account.Used = used;
            account.IsCharged = true;
        }
    }

    /// <summary>The limited resources that the request's objects count against.</summary>
    public IEnumerable<string> Tracked(QuotaRequest request) => _hard.Keys.Where(request.Evaluator.Tracks);

    // What a quota asks of an object before it is about amounts.
    private string? Refusal(QuotaRequest request)
    {
        var name = Quota.Metadata.Name;
        var tracked = Tracked(request).Order(StringComparer.Ordinal).ToList();
        if (request.Evaluator.Missing(tracked, request.Object) is { } missing)
        {
            return $"failed quota: {name}: {missing}";
        }

        // Nobody has counted yet what there is: letting something through now could be one too many.
        return tracked.TrueForAll(Used.ContainsKey)
            ? null
            : $"status unknown for quota: {name}, resources: {string.Join(",", tracked)}";
    }

    // (what is used with the request, null when it uses nothing that is limited; why it cannot be)
    private (Dictionary<string, ResourceQuantity>? Used, string? Why) Charged(QuotaRequest request)
    {
        var requested = ResourceSums.Mask(request.ChargeTo(Quota), _hard.ContainsKey);
        foreach (var name in requested.Where(r => r.Value.IsZero).Select(r => r.Key).ToList())
        {
            requested.Remove(name);
        }

        if (requested.Count == 0)
        {
            return (null, null);
        }

        var used = ResourceSums.Add(Used, requested);
        var exceeded = requested.Keys.Where(name => used[name] > _hard[name]).ToHashSet(StringComparer.Ordinal);
        if (exceeded.Count == 0 || request.IsStatus)
        {
            return (used, null);
        }

        return (null,
            $"exceeded quota: {Quota.Metadata.Name}, requested: {Only(requested)}, used: {Only(Used)}, "
            + $"limited: {Only(_hard)}");

        string Only(Dictionary<string, ResourceQuantity> amounts) =>
            ResourceSums.Text(ResourceSums.Mask(amounts, exceeded.Contains));
    }
}
