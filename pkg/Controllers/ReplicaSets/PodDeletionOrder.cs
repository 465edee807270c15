using System.Globalization;
using Kube1.Api.Models;
using Kube1.Controllers.Pods;

namespace Kube1.Controllers.ReplicaSets;

/// <summary>
/// Which pods go first when there are too many: those that serve least. Upstream's ActivePodsWithRanks.
/// https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-a-replicaset
/// </summary>
/// <param name="rankOf">How many pods of the same workload share the pod's node: crowded nodes are thinned
/// first.</param>
/// <param name="now">Ages are compared by their order of magnitude (KEP-2185), so that not always the newest
/// dies.</param>
internal sealed class PodDeletionOrder(Func<V1Pod, int> rankOf, DateTimeOffset now) : IComparer<V1Pod>
{
    public const string DeletionCostAnnotation = "controller.kubernetes.io/pod-deletion-cost";

    /// <summary>
    /// The <paramref name="count"/> pods to delete; <paramref name="related"/> are all pods of the workload.
    /// </summary>
    public static List<V1Pod> Choose(
        IReadOnlyCollection<V1Pod> pods, IEnumerable<V1Pod> related, int count, DateTimeOffset now)
    {
        if (count >= pods.Count)
        {
            return [.. pods];
        }

        var onNode = related.Where(PodState.IsActive).GroupBy(NodeOf).ToDictionary(g => g.Key, g => g.Count());
        var order = new PodDeletionOrder(p => onNode.GetValueOrDefault(NodeOf(p)), now);
        return [.. pods.Order(order).Take(count)];
    }

    /// <summary>Negative when <paramref name="x"/> is deleted before <paramref name="y"/>.</summary>
    public int Compare(V1Pod? x, V1Pod? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        int order;
        if ((order = IsAssigned(x).CompareTo(IsAssigned(y))) != 0
            || (order = PhaseRank(x).CompareTo(PhaseRank(y))) != 0
            || (order = PodState.IsReady(x).CompareTo(PodState.IsReady(y))) != 0
            || (order = DeletionCost(x).CompareTo(DeletionCost(y))) != 0
            || (order = rankOf(y).CompareTo(rankOf(x))) != 0)
        {
            return order;
        }

        if (PodState.IsReady(x) && (order = YoungerFirst(x, ReadySince(x), y, ReadySince(y))) != 0)
        {
            return order;
        }

        if ((order = Restarts(y, y.Status?.ContainerStatuses).CompareTo(Restarts(x, x.Status?.ContainerStatuses))) != 0
            || (order = Restarts(y, y.Status?.InitContainerStatuses)
                .CompareTo(Restarts(x, x.Status?.InitContainerStatuses))) != 0)
        {
            return order;
        }

        return YoungerFirst(x, x.Metadata.CreationTimestamp, y, y.Metadata.CreationTimestamp);
    }

    private int YoungerFirst(V1Pod x, DateTimeOffset? xSince, V1Pod y, DateTimeOffset? ySince)
    {
        if (xSince == ySince)
        {
            return 0;
        }

        // A pod that does not say since when is taken for the youngest.
        if (xSince is null || ySince is null)
        {
            return xSince is null ? -1 : 1;
        }

        var order = Magnitude(now - xSince.Value).CompareTo(Magnitude(now - ySince.Value));
        return order != 0 ? order : string.CompareOrdinal(x.Metadata.Uid, y.Metadata.Uid);
    }

    private static int Magnitude(TimeSpan age) => age <= TimeSpan.Zero ? -1 : (int)Math.Log2(age.Ticks * 100.0);

    private static bool IsAssigned(V1Pod pod) => NodeOf(pod).Length > 0;

    private static string NodeOf(V1Pod pod) => pod.Spec?.NodeName ?? "";

    private static int PhaseRank(V1Pod pod) => pod.Status?.Phase switch
    {
        "Unknown" => 1,
        "Running" => 2,
        _ => 0,
    };

    private static int DeletionCost(V1Pod pod) =>
        int.TryParse(
            pod.Metadata.Annotations?.GetValueOrDefault(DeletionCostAnnotation),
            NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var cost) ? cost : 0;

    private static DateTimeOffset? ReadySince(V1Pod pod) => PodState.ReadyCondition(pod)?.LastTransitionTime;

    /// <summary>Of the init containers only those count that go on running: sidecars.</summary>
    private static int Restarts(V1Pod pod, List<V1ContainerStatus>? statuses)
    {
        if (statuses is null)
        {
            return 0;
        }

        var sidecarsOnly = ReferenceEquals(statuses, pod.Status?.InitContainerStatuses);
        return statuses
            .Where(s => !sidecarsOnly || pod.Spec?.InitContainers?.Find(c => c.Name == s.Name)?.RestartPolicy == "Always")
            .Select(s => s.RestartCount).DefaultIfEmpty().Max();
    }
}
