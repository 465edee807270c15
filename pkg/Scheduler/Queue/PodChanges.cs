using Kube1.Api.Models;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Queue;

/// <summary>What changed between two versions of a pod, as far as scheduling cares.</summary>
internal static class PodChanges
{
    public static ClusterEventKinds Between(PodInfo before, PodInfo after)
    {
        var kinds = ClusterEventKinds.None;
        if (!SameLabels(before.Labels, after.Labels))
        {
            kinds |= ClusterEventKinds.PodLabels;
        }

        if (Shrank(before.Requests, after.Requests))
        {
            kinds |= ClusterEventKinds.PodScaledDown;
        }

        if (before.Pod.Spec?.SchedulingGates is { Count: > 0 } && after.Pod.Spec?.SchedulingGates is not { Count: > 0 })
        {
            kinds |= ClusterEventKinds.PodGatesRemoved;
        }

        if (!before.Tolerations.SequenceEqual(after.Tolerations, TolerationEquality.Instance))
        {
            kinds |= ClusterEventKinds.PodTolerations;
        }

        return kinds;
    }

    public static bool SameLabels(IReadOnlyDictionary<string, string> x, IReadOnlyDictionary<string, string> y) =>
        ReferenceEquals(x, y) || (x.Count == y.Count && x.All(l => y.TryGetValue(l.Key, out var v) && v == l.Value));

    private static bool Shrank(ResourceAmounts before, ResourceAmounts after) =>
        after.MilliCpu < before.MilliCpu || after.MemoryBytes < before.MemoryBytes
        || after.EphemeralStorageBytes < before.EphemeralStorageBytes
        || before.Scalars?.Any(s => after[s.Key] < s.Value) == true;

    private sealed class TolerationEquality : IEqualityComparer<V1Toleration>
    {
        public static readonly TolerationEquality Instance = new();

        public bool Equals(V1Toleration? x, V1Toleration? y) =>
            x!.Key == y!.Key && x.Operator == y.Operator && x.Value == y.Value && x.Effect == y.Effect;

        public int GetHashCode(V1Toleration obj) => obj.Key?.GetHashCode(StringComparison.Ordinal) ?? 0;
    }
}
