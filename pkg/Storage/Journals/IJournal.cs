namespace Kube1.Storage.Journals;

/// <summary>
/// What makes the store's memory durable. The seam for a distributed engine; the embedded one is
/// <see cref="SqliteJournal"/>.
/// </summary>
internal interface IJournal : IAsyncDisposable
{
    /// <summary>Reads everything. Called once, before anything else.</summary>
    JournalContents Load();

    /// <summary>
    /// Makes the changes durable, all or none. It blocks: the writer calls it on its own thread, one call at a time.
    /// </summary>
    /// <param name="changes">At most one for each key.</param>
    /// <param name="reservedRevision">
    /// The highest revision that may be used from now on without asking again; null leaves it.
    /// </param>
    /// <exception cref="JournalException">Nothing was written.</exception>
    void Commit(IReadOnlyList<JournalChange> changes, long? reservedRevision);

    /// <summary>
    /// Does one short step of upkeep on the writer's thread while no write waits; true when there is more to do.
    /// </summary>
    bool Tidy();

    /// <summary>Called on any thread when <see cref="Tidy"/> has work.</summary>
    Action? TidyDue { get; set; }

    /// <summary>Writes a copy of all that is committed to a new file.</summary>
    Task BackupAsync(string filePath, CancellationToken cancellationToken);
}

/// <summary>The new state of one key.</summary>
/// <param name="Collection">The collection's name.</param>
/// <param name="SavedCreateRevision">
/// The create revision under which the key is saved now, 0 when it is not. It identifies the row.
/// </param>
/// <param name="Entry">The state to save; null deletes.</param>
internal readonly record struct JournalChange(string Collection, long SavedCreateRevision, StoredEntry? Entry);

/// <summary>What was found at start-up.</summary>
/// <param name="ReservedRevision">The highest revision that may have been used.</param>
/// <param name="Collections">The entries by collection, in no particular order.</param>
internal sealed record JournalContents(long ReservedRevision, IReadOnlyDictionary<string, LoadedCollection> Collections);

/// <summary>The entries of one collection as found at start-up, described when first asked.</summary>
internal sealed class LoadedCollection
{
    public EntryDescriber Describer { get; } = new();

    public List<StoredEntry> Entries { get; } = [];
}

/// <summary>The disk refused; the message is one sentence that names the cause and the fix.</summary>
/// <param name="message">For the user.</param>
/// <param name="leftNothing">
/// Whether it is certain that no trace of the commit is on disk. Otherwise a crash may bring it to light.
/// </param>
internal sealed class JournalException(string message, bool leftNothing) : Exception(message)
{
    public bool LeftNothing { get; } = leftNothing;
}
