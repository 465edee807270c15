namespace Kube1.Storage;

/// <summary>A set of keys with one history: for the API server, one resource.</summary>
/// <param name="Name">Unique in the store and stable on disk.</param>
/// <param name="Relaxed">
/// Writes are visible and acknowledged at once and reach the disk within <see cref="StoreOptions.DefaultRelaxedDelay"/>
/// (mere renewals within <see cref="StoreOptions.DefaultRenewalDelay"/>) or with the next durable commit: for data
/// that its owner renews anyway.
/// </param>
/// <param name="Describe">
/// Computes the side data of an entry, such as its labels. It must be pure and thread-safe. It runs before an entry that
/// is written is published, and at the first use of an entry that was loaded from disk.
/// </param>
public sealed record CollectionDefinition(
    string Name, bool Relaxed = false, Func<StoredEntry, object?>? Describe = null);
