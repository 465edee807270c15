namespace Kube1.Storage;

/// <summary>What a write does to its key.</summary>
public enum WriteKind
{
    /// <summary>Needs the key to be absent.</summary>
    Create,

    /// <summary>Needs the key to be present.</summary>
    Update,

    /// <summary>Needs the key to be present.</summary>
    Delete,
}

/// <summary>One write. The store keeps <paramref name="Value"/> by reference: the caller must not change it later.</summary>
/// <param name="Collection">A collection of the store that is written to.</param>
/// <param name="Key">Not empty.</param>
/// <param name="Kind">What to do.</param>
/// <param name="Value">
/// The new value. For a deletion what watches see of the entry last; empty where that is the value that it has.
/// </param>
/// <param name="ExpectedRevision">
/// For an update or a deletion: the revision that the entry must have; null accepts any.
/// </param>
/// <param name="Description">
/// The side data, when the caller already has it; null lets <see cref="CollectionDefinition.Describe"/> compute it.
/// </param>
/// <param name="IsRenewal">
/// Whether an update of a relaxed collection only says once more what the entry said before: it may then reach the disk as
/// late as <see cref="StoreOptions.DefaultRenewalDelay"/>. A crash may take it back, and no decision may rest on it.
/// </param>
public readonly record struct WriteOperation(
    StoreCollection Collection,
    string Key,
    WriteKind Kind,
    ReadOnlyMemory<byte> Value = default,
    long? ExpectedRevision = null,
    object? Description = null,
    bool IsRenewal = false)
{
    /// <summary>A write that needs the key to be absent.</summary>
    public static WriteOperation Create(StoreCollection collection, string key, ReadOnlyMemory<byte> value) =>
        new(collection, key, WriteKind.Create, value);

    /// <summary>A write that needs the key to be present, at the expected revision if one is given.</summary>
    public static WriteOperation Update(
        StoreCollection collection, string key, ReadOnlyMemory<byte> value, long? expectedRevision = null) =>
        new(collection, key, WriteKind.Update, value, expectedRevision);

    /// <summary>A deletion that needs the key to be present, at the expected revision if one is given.</summary>
    public static WriteOperation Delete(StoreCollection collection, string key, long? expectedRevision = null) =>
        new(collection, key, WriteKind.Delete, default, expectedRevision);
}

/// <summary>How a write ended.</summary>
public enum WriteOutcome
{
    /// <summary>Done, and durable unless the collection is relaxed.</summary>
    Committed,

    /// <summary>A create found the key present.</summary>
    AlreadyExists,

    /// <summary>An update or a deletion found the key absent.</summary>
    NotFound,

    /// <summary>The entry has another revision than the expected one.</summary>
    Conflict,

    /// <summary>Nothing wrong with this operation, but another one of its transaction failed.</summary>
    Aborted,
}

/// <summary>The answer to one <see cref="WriteOperation"/>.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Entry">
/// When committed the new entry, or the deleted one; otherwise the current entry, if there is one.
/// </param>
/// <param name="Revision">
/// When committed the revision of this write (a deletion's own one); otherwise the store's revision at the decision.
/// </param>
public readonly record struct WriteResult(WriteOutcome Outcome, StoredEntry? Entry, long Revision)
{
    /// <summary>Whether the write took place.</summary>
    public bool IsCommitted => Outcome == WriteOutcome.Committed;
}
