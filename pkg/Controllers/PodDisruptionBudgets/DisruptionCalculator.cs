using Kube1.Api.Models;
using Kube1.Controllers.Pods;

namespace Kube1.Controllers.PodDisruptionBudgets;

/// <summary>
/// How many of a budget's pods may be evicted now.
/// Source: https://kubernetes.io/docs/tasks/run-application/configure-pdb/
/// </summary>
internal static class DisruptionCalculator
{
    /// <summary>Upstream's DeletionTimeout: an eviction that has not become a deletion by then never will.</summary>
    internal static readonly TimeSpan DeletionTimeout = TimeSpan.FromMinutes(2);

    /// <summary>The new status; <paramref name="scale"/> is what the pods' controllers want in all.</summary>
    public static V1PodDisruptionBudgetStatus Calculate(
        V1PodDisruptionBudget budget, IReadOnlyCollection<V1Pod> pods, int scale, DateTimeOffset now)
    {
        var (expected, desired) = Wanted(budget, pods.Count, scale);
        var disrupted = StillDisrupted(budget, pods, now);
        var healthy = pods.Count(p => p.Metadata.DeletionTimestamp is null
            && !disrupted.ContainsKey(p.Metadata.Name ?? "") && PodState.IsReady(p));
        var allowed = expected > 0 ? Math.Max(0, healthy - desired) : 0;
        return new V1PodDisruptionBudgetStatus
        {
            ObservedGeneration = budget.Metadata.Generation,
            ExpectedPods = expected,
            DesiredHealthy = desired,
            CurrentHealthy = healthy,
            DisruptionsAllowed = allowed,
            DisruptedPods = disrupted.Count == 0 ? null : disrupted,
            Conditions = WithCondition(
                budget, allowed > 0 ? "True" : "False", allowed > 0 ? "SufficientPods" : "InsufficientPods", "", now),
        };
    }

    /// <summary>The status of a budget whose pods' scale cannot be found out: nothing may be evicted.</summary>
    public static V1PodDisruptionBudgetStatus Failed(V1PodDisruptionBudget budget, string why, DateTimeOffset now)
    {
        var status = budget.Status ?? new V1PodDisruptionBudgetStatus();
        return new V1PodDisruptionBudgetStatus
        {
            ObservedGeneration = budget.Metadata.Generation,
            ExpectedPods = status.ExpectedPods ?? 0,
            DesiredHealthy = status.DesiredHealthy ?? 0,
            CurrentHealthy = status.CurrentHealthy ?? 0,
            DisruptionsAllowed = 0,
            DisruptedPods = status.DisruptedPods,
            Conditions = WithCondition(budget, "False", "SyncFailed", why, now),
        };
    }

    /// <summary>Whether the controllers' scale matters at all: not for an absolute minAvailable.</summary>
    public static bool NeedsScale(V1PodDisruptionBudget budget) =>
        budget.Spec?.MaxUnavailable is not null || budget.Spec?.MinAvailable is { IsString: true };

    private static (int Expected, int Desired) Wanted(V1PodDisruptionBudget budget, int pods, int scale)
    {
        if (budget.Spec?.MaxUnavailable is { } max)
        {
            return (scale, Math.Max(0, scale - (max.Scale(scale, roundUp: true) ?? 0)));
        }

        if (budget.Spec?.MinAvailable is not { } min)
        {
            return (pods, pods);
        }

        return min.IsString ? (scale, min.Scale(scale, roundUp: true) ?? scale) : (pods, min.IntValue);
    }

    private static Dictionary<string, DateTimeOffset> StillDisrupted(
        V1PodDisruptionBudget budget, IReadOnlyCollection<V1Pod> pods, DateTimeOffset now)
    {
        var present = pods.Where(p => p.Metadata.DeletionTimestamp is null).Select(p => p.Metadata.Name!).ToHashSet();
        return (budget.Status?.DisruptedPods ?? [])
            .Where(d => present.Contains(d.Key) && d.Value + DeletionTimeout > now)
            .ToDictionary(d => d.Key, d => d.Value);
    }

    private static List<V1Condition> WithCondition(
        V1PodDisruptionBudget budget, string status, string reason, string message, DateTimeOffset now)
    {
        const string type = "DisruptionAllowed";
        var conditions = new List<V1Condition>(budget.Status?.Conditions ?? []);
        var before = conditions.Find(c => c.Type == type);
        conditions.RemoveAll(c => c.Type == type);
        conditions.Add(new V1Condition
        {
            Type = type,
            Status = status,
            Reason = reason,
            Message = message,
            ObservedGeneration = budget.Metadata.Generation,
            LastTransitionTime = before?.Status == status ? before.LastTransitionTime : now,
        });
        return conditions;
    }
}
