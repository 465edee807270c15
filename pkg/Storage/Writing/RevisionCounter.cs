namespace Kube1.Storage.Writing;

/// <summary>
/// Hands out revisions so that none is used twice, crash or not. Relaxed writes show revisions to clients before
/// anything of them is on disk; therefore a revision is published only when the disk says that it is reserved, and a
/// start after a crash begins above all reserved ones.
/// </summary>
internal sealed class RevisionCounter(long lastRevision, int block)
{
    /// <summary>
    /// Revisions reserved at a time. The reservation rides on a commit that happens anyway, and 10,000 of them last for
    /// minutes of heartbeats of a thousand nodes should the disk be full.
    /// </summary>
    public const int DefaultBlock = 10_000;

    /// <summary>The first revision of a new store; as in etcd, 0 is no revision and 1 the empty store.</summary>
    public const long First = 1;

    /// <summary>The last revision handed out.</summary>
    public long Last { get; private set; } = lastRevision;

    /// <summary>Up to here the disk knows. A stopped store's reservation is exact, so it is where a start begins.</summary>
    public long Reserved { get; private set; } = lastRevision;

    /// <summary>Whether what was handed out needs a commit before it may be published.</summary>
    public bool NeedsReservation => Last > Reserved;

    public long Next() => ++Last;

    /// <summary>What the commit under way should reserve; null when enough is left.</summary>
    public long? PlanReservation() => Reserved - Last < block / 2 ? Last + block : null;

    public void Reserve(long? reserved) => Reserved = reserved ?? Reserved;

    /// <summary>
    /// Takes back revisions of a batch that surely left nothing on disk. After any other failure they stay used up: the
    /// commit may come to light when the next crash is recovered from.
    /// </summary>
    public void TakeBack(long last) => Last = last;
}
