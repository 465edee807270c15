using Kube1.Api.Models;
using Kube1.Api.Selectors;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Preemption;

/// <summary>Which evictions would go below a PodDisruptionBudget.</summary>
internal static class BudgetViolations
{
    /// <summary>Spends the budgets on the pods in their order; those for which nothing is left violate one.</summary>
    public static (List<PodInfo> Violating, List<PodInfo> Others) Split(
        IEnumerable<PodInfo> pods, IReadOnlyList<V1PodDisruptionBudget> budgets)
    {
        var left = budgets.Select(b => b.Status?.DisruptionsAllowed ?? 0).ToArray();
        var selectors = budgets.Select(b => b.Spec?.Selector is { } s ? LabelSelector.From(s) : LabelSelector.Nothing)
            .ToArray();
        var (violating, others) = (new List<PodInfo>(), new List<PodInfo>());
        foreach (var pod in pods)
        {
            var violates = false;
            for (var i = 0; i < budgets.Count; i++)
            {
                // An empty selector protects nothing here, and a pod whose eviction is under way is paid for already.
                if (budgets[i].Metadata.Namespace == pod.Namespace && pod.Labels.Count > 0 && !selectors[i].IsEmpty
                    && selectors[i].Matches(pod.Labels)
                    && budgets[i].Status?.DisruptedPods?.ContainsKey(pod.Pod.Metadata.Name ?? "") != true)
                {
                    violates |= --left[i] < 0;
                }
            }

            (violates ? violating : others).Add(pod);
        }

        return (violating, others);
    }
}
