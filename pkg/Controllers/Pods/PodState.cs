using Kube1.Api.Models;

namespace Kube1.Controllers.Pods;

/// <summary>Questions that several controllers ask of a pod.</summary>
internal static class PodState
{
    /// <summary>Its Ready condition; null when the kubelet has not reported one.</summary>
    public static V1PodCondition? ReadyCondition(V1Pod pod) => pod.Status?.Conditions?.Find(c => c.Type == "Ready");

    public static bool IsReady(V1Pod pod) => ReadyCondition(pod)?.Status == "True";

    /// <summary>It has finished, for good or ill.</summary>
    public static bool IsTerminal(V1Pod pod) => pod.Status?.Phase is "Succeeded" or "Failed";

    /// <summary>It counts as a replica: not finished, and not on its way out.</summary>
    public static bool IsActive(V1Pod pod) => !IsTerminal(pod) && pod.Metadata.DeletionTimestamp is null;

    /// <summary>It is on its way out, with containers that may still run.</summary>
    public static bool IsTerminating(V1Pod pod) => !IsTerminal(pod) && pod.Metadata.DeletionTimestamp is not null;

    /// <summary>
    /// When a ready pod has been ready for so long that it counts as available; null for a pod that is not ready.
    /// </summary>
    public static DateTimeOffset? AvailableAt(V1Pod pod, int minReadySeconds)
    {
        var ready = ReadyCondition(pod);
        if (ready?.Status != "True")
        {
            return null;
        }

        if (minReadySeconds == 0)
        {
            return DateTimeOffset.MinValue;
        }

        return ready.LastTransitionTime is { } since ? since.AddSeconds(minReadySeconds) : null;
    }

    public static bool IsAvailable(V1Pod pod, int minReadySeconds, DateTimeOffset now) =>
        AvailableAt(pod, minReadySeconds) is { } at && at <= now;
}
