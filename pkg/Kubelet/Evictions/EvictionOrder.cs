using Kube1.Api.Models;

namespace Kube1.Kubelet.Evictions;

/// <summary>
/// Who goes first: pods that use more than they asked for, then low priorities, then the greatest excess.
/// Source: https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#pod-selection-for-kubelet-eviction
/// </summary>
internal static class EvictionOrder
{
    /// <summary>From this priority on a pod is critical and is not evicted.</summary>
    private const int SystemCriticalPriority = 2_000_000_000;

    public static IEnumerable<PodUsage> For(string resource, IEnumerable<PodUsage> pods)
    {
        var asked = resource == PressureSignal.Inodes ? PressureSignal.EphemeralStorage : resource;
        return pods
            .Where(p => !IsCritical(p.Pod))
            .OrderByDescending(p => p.Of(asked) > p.Request(asked))
            .ThenBy(p => p.Pod.Spec!.Priority ?? 0)
            .ThenByDescending(p => p.Of(asked) - p.Request(asked));
    }

    public static bool IsCritical(V1Pod pod) =>
        pod.Spec!.Priority >= SystemCriticalPriority
        || pod.Metadata.Annotations?.ContainsKey("kubernetes.io/config.mirror") == true;
}
