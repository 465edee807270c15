using Kube1.Api.Models;
using Kube1.Controllers.Pods;

namespace Kube1.Controllers.ReplicaSets;

/// <summary>What the status of a ReplicaSet should say.</summary>
internal static class ReplicaSetStatusCalculator
{
    private const string ReplicaFailure = nameof(ReplicaFailure);

    /// <param name="set">The ReplicaSet.</param>
    /// <param name="pods">Its pods, with those on their way out.</param>
    /// <param name="scaling">What went wrong while scaling, and by how many pods there were too many.</param>
    /// <param name="now">The time.</param>
    public static V1ReplicaSetStatus Calculate(
        V1ReplicaSet set, IReadOnlyCollection<V1Pod> pods, (Exception? Error, int TooMany) scaling, DateTimeOffset now)
    {
        var active = pods.Where(PodState.IsActive).ToList();
        var minReadySeconds = set.Spec?.MinReadySeconds ?? 0;
        var templateLabels = set.Spec?.Template?.Metadata?.Labels ?? [];
        return new V1ReplicaSetStatus
        {
            Replicas = active.Count,
            FullyLabeledReplicas = NullIfZero(active.Count(p => HasLabels(p, templateLabels))),
            ReadyReplicas = NullIfZero(active.Count(PodState.IsReady)),
            AvailableReplicas = NullIfZero(active.Count(p => PodState.IsAvailable(p, minReadySeconds, now))),
            TerminatingReplicas = pods.Count(PodState.IsTerminating),
            ObservedGeneration = set.Metadata.Generation,
            Conditions = Conditions(set, scaling, now),
        };
    }

    /// <summary>When the next ready pod becomes available, from now; null when none is waiting for that.</summary>
    public static TimeSpan? NextAvailability(V1ReplicaSet set, IEnumerable<V1Pod> pods, DateTimeOffset now)
    {
        var minReadySeconds = set.Spec?.MinReadySeconds ?? 0;
        TimeSpan? next = null;
        foreach (var pod in pods.Where(PodState.IsActive))
        {
            if (PodState.AvailableAt(pod, minReadySeconds) is { } at && at > now && (next is null || at - now < next))
            {
                next = at - now;
            }
        }

        return next;
    }

    public static bool AreEqual(V1ReplicaSetStatus? a, V1ReplicaSetStatus b) =>
        a is not null
        && a.Replicas == b.Replicas
        && (a.FullyLabeledReplicas ?? 0) == (b.FullyLabeledReplicas ?? 0)
        && (a.ReadyReplicas ?? 0) == (b.ReadyReplicas ?? 0)
        && (a.AvailableReplicas ?? 0) == (b.AvailableReplicas ?? 0)
        && (a.TerminatingReplicas ?? 0) == (b.TerminatingReplicas ?? 0)
        && a.ObservedGeneration == b.ObservedGeneration
        && (a.Conditions ?? []).Select(Identity).SequenceEqual((b.Conditions ?? []).Select(Identity));

    private static (string, string, string?, string?) Identity(V1ReplicaSetCondition c) =>
        (c.Type, c.Status, c.Reason, c.Message);

    private static bool HasLabels(V1Pod pod, Dictionary<string, string> labels) =>
        labels.All(l => pod.Metadata.Labels?.GetValueOrDefault(l.Key) == l.Value);

    // A condition says that scaling fails now: it is set with the first failure and goes with the first success.
    private static List<V1ReplicaSetCondition>? Conditions(
        V1ReplicaSet set, (Exception? Error, int TooMany) scaling, DateTimeOffset now)
    {
        var conditions = set.Status?.Conditions ?? [];
        var existing = conditions.Find(c => c.Type == ReplicaFailure);
        if (scaling.Error is not null && existing is null)
        {
            return
            [
                .. conditions,
                new V1ReplicaSetCondition
                {
                    Type = ReplicaFailure,
                    Status = "True",
                    Reason = scaling.TooMany < 0 ? "FailedCreate" : "FailedDelete",
                    Message = scaling.Error.Message,
                    LastTransitionTime = now,
                },
            ];
        }

        var kept = scaling.Error is null ? conditions.Where(c => c.Type != ReplicaFailure).ToList() : conditions;
        return kept.Count == 0 ? null : kept;
    }

    private static int? NullIfZero(int count) => count == 0 ? null : count;
}
