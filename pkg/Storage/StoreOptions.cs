namespace Kube1.Storage;

/// <summary>Where a store lives and how it keeps time. The other settings are bounds that only tests narrow.</summary>
public sealed class StoreOptions
{
    /// <summary>A relaxed write reaches the disk this long after it was acknowledged at the latest.</summary>
    public static readonly TimeSpan DefaultRelaxedDelay = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The same for a write that its writer calls a renewal: heartbeats. Who watches a lease times it by his own clock from
    /// when he saw it change, so that a renewal which a crash takes back changes no decision; and an idle cluster of one
    /// node, which renews every 10 s, writes twice a minute.
    /// </summary>
    public static readonly TimeSpan DefaultRenewalDelay = TimeSpan.FromSeconds(30);

    /// <summary>How long past events and states are kept at most: upstream's compaction interval, 5 minutes.</summary>
    public static readonly TimeSpan DefaultHistoryAge = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Events kept per collection. 8192 references are 64 KiB, which stays out of the large object heap, and cover a
    /// minute at more than a hundred writes a second to one resource.
    /// </summary>
    public const int DefaultHistoryEvents = 8192;

    /// <summary>
    /// Bytes of superseded values that the history of one collection may hold, so that rewriting 1 MB ConfigMaps
    /// cannot fill the memory.
    /// </summary>
    public const long DefaultHistorySizeBytes = 16 * 1024 * 1024;

    /// <summary>The largest value of one entry. The API server admits 3 MiB; defaulting and metadata may add to it.</summary>
    public const int MaxValueSizeBytes = 8 * 1024 * 1024;

    /// <summary>
    /// The directory of the database file and its lock. It is created with mode 0700 when absent; nothing else should
    /// live in it.
    /// </summary>
    public required string DirectoryPath { get; init; }

    /// <summary>The clock of the relaxed delay and of the history's age.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal TimeSpan RelaxedDelay { get; init; } = DefaultRelaxedDelay;

    internal TimeSpan RenewalDelay { get; init; } = DefaultRenewalDelay;

    internal TimeSpan HistoryAge { get; init; } = DefaultHistoryAge;

    internal int HistoryEvents { get; init; } = DefaultHistoryEvents;

    internal long HistorySizeBytes { get; init; } = DefaultHistorySizeBytes;

    /// <summary>Revisions reserved on disk ahead of use; see <see cref="Writing.RevisionCounter"/>.</summary>
    internal int RevisionBlock { get; init; } = Writing.RevisionCounter.DefaultBlock;
}
