using System.Collections.Concurrent;
using Kube1.Storage.Journals;
using Kube1.Storage.Trees;
using Kube1.Storage.Writing;
using Microsoft.Extensions.Logging;

namespace Kube1.Storage;

/// <summary>
/// All state of a cluster: collections of keys and bytes under one revision counter. It lives in memory, where reads are
/// lock-free, and a journal on disk makes it durable. See "Storage" in the design.
/// </summary>
public sealed class Store : IAsyncDisposable
{
    private readonly StoreOptions _options;
    private readonly IJournal _journal;
    private readonly ConcurrentDictionary<string, StoreCollection> _collections = new(StringComparer.Ordinal);
    private readonly Lock _registration = new();
    private readonly RevisionWaiters _waiters = new();
    private readonly StoreWriter _writer;
    private readonly long _loadedRevision;
    private long _currentRevision;
    private int _disposed;

    private Store(StoreOptions options, IJournal journal, JournalContents contents, ILogger logger)
    {
        _options = options;
        _journal = journal;
        _loadedRevision = contents.ReservedRevision;
        _currentRevision = contents.ReservedRevision;
        int objects = 0;
        Parallel.ForEach(contents.Collections, loaded =>
        {
            (string name, LoadedCollection collection) = loaded;
            collection.Entries.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
            EntryTree tree = EntryTree.FromSorted(
                System.Runtime.InteropServices.CollectionsMarshal.AsSpan(collection.Entries));
            _collections[name] = new StoreCollection(
                this, new CollectionDefinition(name), collection.Describer, options, tree, _loadedRevision);
            Interlocked.Add(ref objects, collection.Entries.Count);
        });
        StorageMetrics.Objects.Add(objects);
        var revisions = new RevisionCounter(contents.ReservedRevision, options.RevisionBlock);
        _writer = new StoreWriter(this, journal, revisions, options, logger);
    }

    /// <summary>The revision of the last published write.</summary>
    public long CurrentRevision => Volatile.Read(ref _currentRevision);

    /// <summary>
    /// Why writes fail now; null when the last one did not. For readiness: reads work in any case.
    /// </summary>
    public StoreUnavailableException? WriteFailure => _writer.Failure;

    /// <summary>Opens or creates the store in a directory and reads it into memory.</summary>
    /// <exception cref="StoreOpenException">The database is locked, damaged, newer or not accessible.</exception>
    public static Task<Store> OpenAsync(
        StoreOptions options, IReadOnlyList<CollectionDefinition> collections, ILogger logger,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(collections);
        return Task.Run(
            () => OpenAsync(
                options, collections, SqliteJournal.Open(options.DirectoryPath, logger), logger, cancellationToken),
            cancellationToken);
    }

    /// <summary>Reads a journal into memory; the store owns it then.</summary>
    internal static async Task<Store> OpenAsync(
        StoreOptions options, IReadOnlyList<CollectionDefinition> collections, IJournal journal, ILogger logger,
        CancellationToken cancellationToken)
    {
        try
        {
            JournalContents contents = journal.Load();
            cancellationToken.ThrowIfCancellationRequested();
            var store = new Store(options, journal, contents, logger);
            foreach (CollectionDefinition definition in collections)
            {
                store.GetOrAddCollection(definition);
            }
            return store;
        }
        catch
        {
            await journal.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// The collection of this name. The first definition counts; a later one with the same name is not looked at.
    /// </summary>
    public StoreCollection GetOrAddCollection(CollectionDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentException.ThrowIfNullOrEmpty(definition.Name);
        if (_collections.TryGetValue(definition.Name, out StoreCollection? collection) && collection.IsRegistered)
        {
            return collection;
        }
        lock (_registration)
        {
            collection = _collections.GetOrAdd(definition.Name, _ => new StoreCollection(
                this, definition, new EntryDescriber(), _options, default, _loadedRevision));
            if (!collection.IsRegistered)
            {
                collection.Register(definition);
            }
            return collection;
        }
    }

    /// <summary>Writes one key. Completes when the write is durable, or visible in a relaxed collection.</summary>
    /// <param name="operation">What to write.</param>
    /// <param name="cancellationToken">
    /// Heeded while the write is queued. Once it is being written its outcome is reported in any case.
    /// </param>
    /// <exception cref="StoreUnavailableException">The disk refused; nothing was written.</exception>
    public async ValueTask<WriteResult> WriteAsync(WriteOperation operation, CancellationToken cancellationToken)
    {
        WriteOperation[] operations = [operation];
        Validate(operations);
        WriteResult[] results = await _writer.SubmitAsync(
            new WriteRequest(operations, mustSave: false, cancellationToken)).ConfigureAwait(false);
        return results[0];
    }

    /// <summary>
    /// Writes several keys, all or none, each with a revision of its own, in this order. When one cannot be done, those
    /// that could have been are <see cref="WriteOutcome.Aborted"/>. A key may occur once.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The disk refused; nothing was written.</exception>
    public async ValueTask<IReadOnlyList<WriteResult>> WriteAsync(
        IReadOnlyList<WriteOperation> operations, CancellationToken cancellationToken)
    {
        WriteOperation[] copy = [.. operations];
        Validate(copy);
        return await _writer.SubmitAsync(
            new WriteRequest(copy, mustSave: false, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Completes when all that was written before is durable, relaxed writes included.</summary>
    /// <exception cref="StoreUnavailableException">The disk refused.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken) =>
        await _writer.SubmitAsync(new WriteRequest([], mustSave: true, cancellationToken)).ConfigureAwait(false);

    /// <summary>
    /// Completes when this revision has been published; without the token it may wait for ever.
    /// </summary>
    public Task WaitForRevisionAsync(long revision, CancellationToken cancellationToken) =>
        CurrentRevision >= revision
            ? Task.CompletedTask
            : _waiters.WaitAsync(revision, () => CurrentRevision, cancellationToken);

    /// <summary>
    /// Writes a copy of the whole store, as of now, to a new file of mode 0600. Reads and writes go on meanwhile. To
    /// restore it, put it in the place of the database of a stopped store.
    /// </summary>
    /// <exception cref="IOException">The file exists, or cannot be written.</exception>
    /// <exception cref="StoreUnavailableException">Relaxed writes could not be saved first.</exception>
    public async Task BackupAsync(string filePath, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await _journal.BackupAsync(filePath, cancellationToken).ConfigureAwait(false);
    }

    internal void PublishRevision(long revision)
    {
        Volatile.Write(ref _currentRevision, revision);
        _waiters.Release(revision);
    }

    private void Validate(WriteOperation[] operations)
    {
        for (int i = 0; i < operations.Length; i++)
        {
            ref readonly WriteOperation operation = ref operations[i];
            ArgumentNullException.ThrowIfNull(operation.Collection);
            ArgumentException.ThrowIfNullOrEmpty(operation.Key);
            if (!operation.Collection.BelongsTo(this))
            {
                throw new ArgumentException("The collection belongs to another store.", nameof(operations));
            }
            if (operation.Value.Length > StoreOptions.MaxValueSizeBytes)
            {
                throw new ArgumentException(
                    $"A value of {operation.Value.Length} bytes exceeds {StoreOptions.MaxValueSizeBytes}.",
                    nameof(operations));
            }
            if (operation.ExpectedRevision is not null && operation.Kind == WriteKind.Create)
            {
                throw new ArgumentException("A create expects no revision.", nameof(operations));
            }
            for (int j = 0; j < i; j++)
            {
                if (operations[j].Key == operation.Key && operations[j].Collection == operation.Collection)
                {
                    throw new ArgumentException($"The key {operation.Key} occurs twice.", nameof(operations));
                }
            }
        }
    }

    /// <summary>Finishes the queued writes, saves everything, ends the watches and releases the directory.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        await _writer.DisposeAsync().ConfigureAwait(false);
        _waiters.Close();
        foreach (StoreCollection collection in _collections.Values)
        {
            collection.Close();
        }
        await _journal.DisposeAsync().ConfigureAwait(false);
    }
}
