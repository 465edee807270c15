using System.Diagnostics.Metrics;

namespace Kube1.Storage;

/// <summary>
/// The assembly's meter. The first two names are upstream's; its etcd-specific ones have no counterpart here.
/// </summary>
internal static class StorageMetrics
{
    public static readonly Meter Meter = new("Kube1.Storage");

    public static readonly UpDownCounter<long> Objects =
        Meter.CreateUpDownCounter<long>("apiserver_storage_objects", "{object}", "Number of stored objects.");

    public static readonly Histogram<double> CommitSeconds = Meter.CreateHistogram<double>(
        "kube1_storage_commit_duration_seconds", "s", "Time of one commit to the journal.");

    public static readonly Histogram<int> BatchOperations = Meter.CreateHistogram<int>(
        "kube1_storage_batch_operations", "{operation}", "Writes that shared one batch.");

    public static readonly Counter<long> FailedCommits = Meter.CreateCounter<long>(
        "kube1_storage_failed_commits_total", "{commit}", "Commits that the disk refused.");

    public static readonly Counter<long> WatchesGone = Meter.CreateCounter<long>(
        "kube1_storage_watches_gone_total", "{watch}", "Watches that fell behind the history.");
}
