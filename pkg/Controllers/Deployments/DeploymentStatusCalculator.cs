using Kube1.Api.Models;

namespace Kube1.Controllers.Deployments;

/// <summary>What the status of a Deployment should say, from its ReplicaSets.</summary>
internal static class DeploymentStatusCalculator
{
    /// <summary>Upstream's word for "no deadline".</summary>
    private const int NoDeadline = int.MaxValue;

    public static bool HasProgressDeadline(V1Deployment deployment) =>
        deployment.Spec?.ProgressDeadlineSeconds is { } seconds && seconds != NoDeadline;

    /// <summary>The counts and the Available condition.</summary>
    public static V1DeploymentStatus Calculate(
        V1Deployment deployment, IReadOnlyCollection<V1ReplicaSet> sets, V1ReplicaSet? newest, DateTimeOffset now)
    {
        var rollout = RolloutMath.Of(deployment);
        var available = sets.Sum(s => s.Status?.AvailableReplicas ?? 0);
        var status = new V1DeploymentStatus
        {
            ObservedGeneration = deployment.Metadata.Generation,
            Replicas = NullIfZero(sets.Sum(s => s.Status?.Replicas ?? 0)),
            UpdatedReplicas = NullIfZero(newest?.Status?.Replicas ?? 0),
            ReadyReplicas = NullIfZero(sets.Sum(s => s.Status?.ReadyReplicas ?? 0)),
            AvailableReplicas = NullIfZero(available),
            UnavailableReplicas = NullIfZero(Math.Max(0, sets.Sum(Replicas) - available)),
            TerminatingReplicas = sets.All(s => s.Status?.TerminatingReplicas is not null)
                ? sets.Sum(s => s.Status!.TerminatingReplicas!.Value)
                : null,
            CollisionCount = deployment.Status?.CollisionCount,
            Conditions = [.. (deployment.Status?.Conditions ?? []).Select(KubeJson.Clone)],
        };
        DeploymentConditions.Set(status, available >= rollout.MinAvailable
            ? DeploymentConditions.Make(
                DeploymentConditions.Available, "True", DeploymentConditions.MinimumReplicasAvailable,
                "Deployment has minimum availability.", now)
            : DeploymentConditions.Make(
                DeploymentConditions.Available, "False", DeploymentConditions.MinimumReplicasUnavailable,
                "Deployment does not have minimum availability.", now));
        return status;
    }

    /// <summary>Adds what a rollout says of itself: Progressing and ReplicaFailure.</summary>
    public static void AddProgress(
        V1DeploymentStatus status, V1Deployment deployment, IReadOnlyCollection<V1ReplicaSet> sets, V1ReplicaSet? newest,
        DateTimeOffset now)
    {
        if (!HasProgressDeadline(deployment))
        {
            DeploymentConditions.Remove(status, DeploymentConditions.Progressing);
        }

        // A rollout that has completed stays complete, whatever happens to its pods later, until a new one starts.
        var current = DeploymentConditions.Find(deployment.Status, DeploymentConditions.Progressing);
        var hasCompleted = (status.Replicas ?? 0) == (status.UpdatedReplicas ?? 0)
            && current?.Reason == DeploymentConditions.NewReplicaSetAvailable;
        if (HasProgressDeadline(deployment) && !hasCompleted)
        {
            SetProgressing(status, deployment, newest, current, now);
        }

        if (ReplicaFailure(sets, newest) is { } failure)
        {
            DeploymentConditions.Set(status, failure);
        }
        else
        {
            DeploymentConditions.Remove(status, DeploymentConditions.ReplicaFailure);
        }
    }

    /// <summary>All pods are of the newest template, none is missing and none is old.</summary>
    public static bool IsComplete(V1Deployment deployment, V1DeploymentStatus? status)
    {
        var replicas = deployment.Spec?.Replicas ?? 1;
        return (status?.UpdatedReplicas ?? 0) == replicas
            && (status?.Replicas ?? 0) == replicas
            && (status?.AvailableReplicas ?? 0) == replicas
            && (status?.ObservedGeneration ?? 0) >= (deployment.Metadata.Generation ?? 0);
    }

    /// <summary>
    /// When to look whether the rollout has missed its deadline, from now; null when there is nothing to miss.
    /// </summary>
    public static TimeSpan? UntilDeadline(V1Deployment deployment, V1DeploymentStatus status, DateTimeOffset now)
    {
        var current = DeploymentConditions.Find(deployment.Status, DeploymentConditions.Progressing);
        if (!HasProgressDeadline(deployment) || current?.LastUpdateTime is not { } since
            || IsComplete(deployment, status) || current.Reason == DeploymentConditions.ProgressDeadlineExceeded
            || (current.Reason == DeploymentConditions.NewReplicaSetAvailable
                && (status.Replicas ?? 0) == (status.UpdatedReplicas ?? 0)))
        {
            return null;
        }

        // One second more, since times on the wire are whole seconds.
        var left = since.AddSeconds(deployment.Spec!.ProgressDeadlineSeconds!.Value + 1) - now;
        return left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1);
    }

    public static bool AreEqual(V1DeploymentStatus? a, V1DeploymentStatus b) =>
        a is not null
        && a.ObservedGeneration == b.ObservedGeneration
        && (a.Replicas ?? 0) == (b.Replicas ?? 0)
        && (a.UpdatedReplicas ?? 0) == (b.UpdatedReplicas ?? 0)
        && (a.ReadyReplicas ?? 0) == (b.ReadyReplicas ?? 0)
        && (a.AvailableReplicas ?? 0) == (b.AvailableReplicas ?? 0)
        && (a.UnavailableReplicas ?? 0) == (b.UnavailableReplicas ?? 0)
        && (a.TerminatingReplicas ?? 0) == (b.TerminatingReplicas ?? 0)
        && a.CollisionCount == b.CollisionCount
        && Conditions(a).SetEquals(Conditions(b));

    private static HashSet<(string, string, string?, string?, long?)> Conditions(V1DeploymentStatus status) =>
        [.. (status.Conditions ?? []).Select(
            c => (c.Type, c.Status, c.Reason, c.Message, c.LastUpdateTime?.ToUnixTimeSeconds()))];

    private static void SetProgressing(
        V1DeploymentStatus status, V1Deployment deployment, V1ReplicaSet? newest, V1DeploymentCondition? current,
        DateTimeOffset now)
    {
        var subject = newest is null
            ? $"Deployment \"{deployment.Metadata.Name}\""
            : $"ReplicaSet \"{newest.Metadata.Name}\"";
        if (IsComplete(deployment, status))
        {
            DeploymentConditions.Set(status, DeploymentConditions.Make(
                DeploymentConditions.Progressing, "True", DeploymentConditions.NewReplicaSetAvailable,
                subject + " has successfully progressed.", now));
        }
        else if (IsProgressing(deployment.Status, status))
        {
            var condition = DeploymentConditions.Make(
                DeploymentConditions.Progressing, "True", DeploymentConditions.ReplicaSetUpdated,
                subject + " is progressing.", now);
            if (current?.Status == "True")
            {
                condition.LastTransitionTime = current.LastTransitionTime;
            }

            // Replaced even when nothing but its time changes: the deadline counts from the last progress.
            DeploymentConditions.Remove(status, DeploymentConditions.Progressing);
            DeploymentConditions.Set(status, condition);
        }
        else if (HasTimedOut(deployment, status, now))
        {
            DeploymentConditions.Set(status, DeploymentConditions.Make(
                DeploymentConditions.Progressing, "False", DeploymentConditions.ProgressDeadlineExceeded,
                subject + " has timed out progressing.", now));
        }
    }

    private static bool IsProgressing(V1DeploymentStatus? before, V1DeploymentStatus after)
    {
        var oldBefore = (before?.Replicas ?? 0) - (before?.UpdatedReplicas ?? 0);
        var oldAfter = (after.Replicas ?? 0) - (after.UpdatedReplicas ?? 0);
        return (after.UpdatedReplicas ?? 0) > (before?.UpdatedReplicas ?? 0)
            || oldAfter < oldBefore
            || (after.ReadyReplicas ?? 0) > (before?.ReadyReplicas ?? 0)
            || (after.AvailableReplicas ?? 0) > (before?.AvailableReplicas ?? 0);
    }

    private static bool HasTimedOut(V1Deployment deployment, V1DeploymentStatus status, DateTimeOffset now)
    {
        var condition = DeploymentConditions.Find(status, DeploymentConditions.Progressing);
        return condition?.Reason switch
        {
            null or DeploymentConditions.NewReplicaSetAvailable => false,
            DeploymentConditions.ProgressDeadlineExceeded => true,
            _ => condition.LastUpdateTime is { } since
                && since.AddSeconds(deployment.Spec!.ProgressDeadlineSeconds!.Value) < now,
        };
    }

    /// <summary>The failure of the newest set, or else of any.</summary>
    private static V1DeploymentCondition? ReplicaFailure(IEnumerable<V1ReplicaSet> sets, V1ReplicaSet? newest)
    {
        var inOrder = newest is null ? sets : sets.Prepend(newest);
        var failure = inOrder.SelectMany(s => s.Status?.Conditions ?? [])
            .FirstOrDefault(c => c.Type == DeploymentConditions.ReplicaFailure);
        return failure is null ? null : new V1DeploymentCondition
        {
            Type = failure.Type,
            Status = failure.Status,
            Reason = failure.Reason,
            Message = failure.Message,
            LastTransitionTime = failure.LastTransitionTime,
            LastUpdateTime = failure.LastTransitionTime,
        };
    }

    private static int Replicas(V1ReplicaSet set) => set.Spec?.Replicas ?? 1;

    private static int? NullIfZero(int count) => count == 0 ? null : count;
}
