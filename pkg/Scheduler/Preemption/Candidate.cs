using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Preemption;

/// <summary>A node, the pods to evict there (most important first), and how many of these a budget protects.</summary>
internal sealed record Candidate(NodeInfo Node, IReadOnlyList<PodInfo> Victims, int Violations);

/// <summary>Which candidate hurts least.</summary>
internal static class CandidateOrder
{
    /// <summary>
    /// Fewest budget violations; then the lowest highest priority; the smallest sum of priorities; the fewest victims;
    /// the highest-priority victims that started last.
    /// </summary>
    public static Candidate Best(IReadOnlyList<Candidate> candidates) => candidates
        .OrderBy(c => c.Violations)
        .ThenBy(c => c.Victims.Count == 0 ? long.MinValue : c.Victims[0].Priority)
        .ThenBy(SumOfPriorities)
        .ThenBy(c => c.Victims.Count)
        .ThenByDescending(EarliestStartOfMostImportant)
        .First();

    public static int MoreImportantFirst(PodInfo x, PodInfo y, DateTimeOffset now)
    {
        var order = y.Priority.CompareTo(x.Priority);
        return order != 0 ? order : StartOf(x, now).CompareTo(StartOf(y, now));
    }

    // Shifted so that many pods of negative priority do not look cheaper than few.
    private static long SumOfPriorities(Candidate candidate) =>
        candidate.Victims.Sum(v => v.Priority + (long)int.MaxValue + 1);

    private static DateTimeOffset EarliestStartOfMostImportant(Candidate candidate) => candidate.Victims.Count == 0
        ? DateTimeOffset.MaxValue
        : candidate.Victims.Where(v => v.Priority == candidate.Victims[0].Priority)
            .Min(v => StartOf(v, DateTimeOffset.MaxValue));

    private static DateTimeOffset StartOf(PodInfo pod, DateTimeOffset unknown) =>
        pod.Pod.Status?.StartTime ?? unknown;
}
