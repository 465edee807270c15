using Kube1.Api.Models;

namespace Kube1.Controllers.Deployments;

/// <summary>The conditions of a Deployment, with upstream's reasons.</summary>
internal static class DeploymentConditions
{
    public const string Available = nameof(Available);
    public const string Progressing = nameof(Progressing);
    public const string ReplicaFailure = nameof(ReplicaFailure);

    public const string MinimumReplicasAvailable = nameof(MinimumReplicasAvailable);
    public const string MinimumReplicasUnavailable = nameof(MinimumReplicasUnavailable);
    public const string NewReplicaSetCreated = nameof(NewReplicaSetCreated);
    public const string FoundNewReplicaSet = nameof(FoundNewReplicaSet);
    public const string ReplicaSetUpdated = nameof(ReplicaSetUpdated);
    public const string ReplicaSetCreateError = nameof(ReplicaSetCreateError);
    public const string NewReplicaSetAvailable = nameof(NewReplicaSetAvailable);
    public const string ProgressDeadlineExceeded = nameof(ProgressDeadlineExceeded);
    public const string DeploymentPaused = nameof(DeploymentPaused);
    public const string DeploymentResumed = nameof(DeploymentResumed);

    public static V1DeploymentCondition? Find(V1DeploymentStatus? status, string type) =>
        status?.Conditions?.Find(c => c.Type == type);

    public static V1DeploymentCondition Make(
        string type, string status, string reason, string message, DateTimeOffset now) => new()
        {
            Type = type,
            Status = status,
            Reason = reason,
            Message = message,
            LastUpdateTime = now,
            LastTransitionTime = now,
        };

    /// <summary>
    /// Sets the condition, unless it is there with the same status and reason: then nothing has changed.
    /// </summary>
    public static void Set(V1DeploymentStatus status, V1DeploymentCondition condition)
    {
        var current = Find(status, condition.Type);
        if (current is not null && current.Status == condition.Status && current.Reason == condition.Reason)
        {
            return;
        }

        if (current is not null && current.Status == condition.Status)
        {
            condition.LastTransitionTime = current.LastTransitionTime;
        }

        Remove(status, condition.Type);
        (status.Conditions ??= []).Add(condition);
    }

    public static void Remove(V1DeploymentStatus status, string type) => status.Conditions?.RemoveAll(c => c.Type == type);
}
