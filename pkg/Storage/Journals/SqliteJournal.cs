using System.Text;
using Microsoft.Extensions.Logging;
using SQLitePCL;
using Kube1.Storage.Writing;
using SqliteStatement = Kube1.Storage.Journals.SqliteDatabase.SqliteStatement;

namespace Kube1.Storage.Journals;

/// <summary>
/// The embedded journal: one SQLite database in WAL mode with <c>synchronous=FULL</c>, which holds the current entries
/// and nothing else. A commit appends to the log and syncs it once; moving the log into the database happens beside
/// (<see cref="SqliteCheckpointer"/>).
/// </summary>
internal sealed class SqliteJournal : IJournal
{
    public const string FileName = "kube1.db";

    private const string DiskFull = "the disk is full: free some space on its file system";

    private readonly string _filePath;
    private readonly DirectoryLock _directoryLock;
    private readonly SqliteDatabase _database;
    private readonly SqliteCheckpointer _checkpointer;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _rollback;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _update;
    private readonly SqliteStatement _delete;
    private readonly SqliteStatement _reserve;

    private SqliteJournal(string filePath, DirectoryLock directoryLock, SqliteDatabase database, ILogger logger)
    {
        _filePath = filePath;
        _directoryLock = directoryLock;
        _database = database;
        _begin = database.Prepare("begin immediate");
        _commit = database.Prepare("commit");
        _rollback = database.Prepare("rollback");
        _insert = database.Prepare(
            "insert into objects (create_revision, revision, value, collection, key) values (?1, ?2, ?3, ?4, ?5)");
        _update = database.Prepare("update objects set revision = ?2, value = ?3 where create_revision = ?1");
        _delete = database.Prepare("delete from objects where create_revision = ?1");
        _reserve = database.Prepare("update meta set value = ?1 where name = 'reserved_revision'");
        _checkpointer = new SqliteCheckpointer(filePath, database, logger);
    }

    public Action? TidyDue
    {
        get => _checkpointer.TidyDue;
        set => _checkpointer.TidyDue = value;
    }

    /// <summary>Opens or creates the database in a directory.</summary>
    /// <exception cref="StoreOpenException">It is locked, damaged, newer, not ours or not accessible.</exception>
    public static SqliteJournal Open(string directoryPath, ILogger logger)
    {
        string filePath = Path.Combine(directoryPath, FileName);
        DirectoryLock? directoryLock = null;
        SqliteDatabase? database = null;
        try
        {
            PrivateFiles.CreateDirectory(directoryPath);
            directoryLock = DirectoryLock.Acquire(directoryPath);
            PrivateFiles.CreateFile(filePath);
            SqliteSchema.CheckFile(filePath);
            database = new SqliteDatabase(filePath);
            SqliteSchema.Open(database, filePath, RevisionCounter.First);
            return new SqliteJournal(filePath, directoryLock, database, logger);
        }
        catch (Exception exception)
        {
            database?.Dispose();
            directoryLock?.Dispose();
            throw exception switch
            {
                SqliteError error => SqliteSchema.Explain(error, filePath),
                UnauthorizedAccessException or IOException => new StoreOpenException(
                    $"The store directory {directoryPath} is not usable ({exception.Message}): make it a directory "
                    + "that this user may write to, on a disk with free space.",
                    exception),
                _ => exception,
            };
        }
    }

    public JournalContents Load()
    {
        try
        {
            // On the other core: a full check reads every page once more.
            Task check = Task.Run(() => SqliteSchema.CheckIntegrity(_filePath));
            try
            {
                return LoadRows();
            }
            finally
            {
                check.GetAwaiter().GetResult();
            }
        }
        catch (SqliteError error)
        {
            throw SqliteSchema.Explain(error, _filePath);
        }
    }

    private JournalContents LoadRows()
    {
        long reserved = _database.QueryNumber("select value from meta where name = 'reserved_revision'")
            ?? throw SqliteSchema.Damaged(_filePath, "the revision counter is missing", null);
        var collections = new Dictionary<string, LoadedCollection>();
        LoadedCollection? collection = null;
        byte[] collectionName = [];
        using SqliteStatement rows = _database.Prepare(
            "select create_revision, revision, collection, key, value from objects");
        while (rows.Step())
        {
            ReadOnlySpan<byte> name = rows.Bytes(2);
            if (collection is null || !name.SequenceEqual(collectionName))
            {
                collectionName = name.ToArray();
                string text = Encoding.UTF8.GetString(name);
                if (!collections.TryGetValue(text, out collection))
                {
                    collections.Add(text, collection = new LoadedCollection());
                }
            }
            long createRevision = rows.Number(0);
            long revision = rows.Number(1);
            if (revision > reserved || createRevision > revision)
            {
                throw SqliteSchema.Damaged(_filePath, $"the row of {rows.Text(3)} has an impossible revision", null);
            }
            collection.Entries.Add(new StoredEntry(
                rows.Text(3), rows.Bytes(4).ToArray(), createRevision, revision, collection.Describer));
        }
        return new JournalContents(reserved, collections);
    }

    public void Commit(IReadOnlyList<JournalChange> changes, long? reservedRevision)
    {
        try
        {
            CommitOnce(changes, reservedRevision);
        }
        catch (SqliteError error) when (error.PrimaryCode == raw.SQLITE_FULL && TryReuseLog())
        {
            // The log needed to grow, but all of it is in the database by now: the second try starts it over.
            CommitOrExplain(changes, reservedRevision);
        }
        catch (SqliteError error)
        {
            throw Explain(error);
        }
        _checkpointer.Committed();
    }

    private void CommitOrExplain(IReadOnlyList<JournalChange> changes, long? reservedRevision)
    {
        try
        {
            CommitOnce(changes, reservedRevision);
        }
        catch (SqliteError error)
        {
            throw Explain(error);
        }
    }

    private void CommitOnce(IReadOnlyList<JournalChange> changes, long? reservedRevision)
    {
        _begin.Run();
        try
        {
            // Deletions first: a key that was deleted and created again is two rows, and the index is unique.
            foreach (JournalChange change in changes)
            {
                if (change.SavedCreateRevision != 0 && change.Entry?.CreateRevision != change.SavedCreateRevision)
                {
                    _delete.Bind(1, change.SavedCreateRevision).Run();
                }
            }
            foreach (JournalChange change in changes)
            {
                if (change.Entry is { } entry)
                {
                    Save(change, entry);
                }
            }
            if (reservedRevision is { } reserved)
            {
                _reserve.Bind(1, reserved).Run();
            }
            _commit.Run();
        }
        catch
        {
            // Some errors have rolled back already.
            if (_database.InTransaction)
            {
                _rollback.Run();
            }
            throw;
        }
    }

    private void Save(JournalChange change, StoredEntry entry)
    {
        if (entry.CreateRevision == change.SavedCreateRevision)
        {
            _update.Bind(1, entry.CreateRevision).Bind(2, entry.Revision).Bind(3, entry.Value.Span).Run();
            return;
        }
        _insert.Bind(1, entry.CreateRevision).Bind(2, entry.Revision).Bind(3, entry.Value.Span)
            .Bind(4, change.Collection).Bind(5, entry.Key).Run();
    }

    private bool TryReuseLog()
    {
        try
        {
            (int logPages, int copiedPages) = _database.Checkpoint();
            return logPages == copiedPages;
        }
        catch (SqliteError)
        {
            // The disk is too full even for this; the error of the commit is the one to tell.
            return false;
        }
    }

    private JournalException Explain(SqliteError error)
    {
        string cause = error.PrimaryCode switch
        {
            raw.SQLITE_FULL => DiskFull,
            _ when error.Code == raw.SQLITE_IOERR_SHMSIZE => DiskFull,
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED =>
                "another program holds a transaction open: close the program that uses this file",
            raw.SQLITE_READONLY or raw.SQLITE_PERM => $"it is not writable ({error.Message}): make it writable again",
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB =>
                $"it is damaged ({error.Message}): stop kube1 and restore it from a backup",
            _ => $"the disk reported an error ({error.Message}): check it with the system's log",
        };
        // A full disk fails before the record that ends the transaction; an I/O error may come after it.
        bool leftNothing = error.PrimaryCode is raw.SQLITE_FULL or raw.SQLITE_BUSY or raw.SQLITE_LOCKED;
        return new JournalException($"The database {_filePath} refuses writes because {cause}.", leftNothing);
    }

    public bool Tidy() => _checkpointer.Tidy();

    public Task BackupAsync(string filePath, CancellationToken cancellationToken) => Task.Run(
        () => SqliteBackup.Write(_filePath, filePath), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _checkpointer.DisposeAsync().ConfigureAwait(false);
        foreach (SqliteStatement statement in
            (ReadOnlySpan<SqliteStatement>)[_begin, _commit, _rollback, _insert, _update, _delete, _reserve])
        {
            statement.Dispose();
        }
        // The last connection moves the log into the database and removes it.
        _database.Dispose();
        _directoryLock.Dispose();
    }
}
