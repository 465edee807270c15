using SQLitePCL;

namespace Kube1.Storage.Journals;

/// <summary>The format of the database file: how a new one is made and a strange one refused.</summary>
internal static class SqliteSchema
{
    /// <summary>In <c>PRAGMA user_version</c>. Raise it with every change of the tables.</summary>
    public const int Version = 1;

    /// <summary>"Kub1" in <c>PRAGMA application_id</c>: tells our file from any other SQLite database.</summary>
    private const int ApplicationId = 0x4B756231;

    private static ReadOnlySpan<byte> FileMagic => "SQLite format 3\0"u8;

    /// <summary>
    /// A row is the current state of a key; create_revision identifies it for life, so that an update touches no index.
    /// The view is for people: <c>select json ->> '$.metadata.name' from documents where collection = 'pods'</c>.
    /// </summary>
    private const string Tables = """
        create table objects (
          create_revision integer primary key,
          revision integer not null,
          collection text not null,
          key text not null,
          value blob not null
        ) strict;
        create unique index objects_by_key on objects (collection, key);
        create table meta (name text primary key, value integer not null) strict, without rowid;
        create view documents as
          select collection, key, create_revision, revision, cast(value as text) as json from objects;
        """;

    /// <summary>Refuses a file that SQLite would not recognise or would recognise too late.</summary>
    public static void CheckFile(string filePath)
    {
        using FileStream file = File.OpenRead(filePath);
        Span<byte> magic = stackalloc byte[FileMagic.Length];
        int length = file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        if (length > 0 && !magic[..length].SequenceEqual(FileMagic))
        {
            throw new StoreOpenException(
                $"{filePath} is not a Kube1 database or its header is damaged: restore it from a backup, or move it "
                + "away to start with an empty cluster.");
        }
    }

    /// <summary>Prepares a connection for the journal, and the file too when it is new.</summary>
    public static void Open(SqliteDatabase database, string filePath, long firstRevision)
    {
        bool isNew = database.QueryNumber("pragma page_count") == 0;
        if (isNew)
        {
            // Has to come before the first table.
            database.Execute("pragma auto_vacuum = incremental");
        }
        else
        {
            CheckFormat(database, filePath);
        }
        database.Execute("pragma journal_mode = wal");
        Configure(database);
        if (isNew)
        {
            database.Execute($"""
                begin immediate;
                {Tables}
                insert into meta (name, value) values ('reserved_revision', {firstRevision});
                pragma application_id = {ApplicationId};
                pragma user_version = {Version};
                commit;
                """);
        }
    }

    /// <summary>The settings of every connection that writes.</summary>
    public static void Configure(SqliteDatabase database) => database.Execute("""
        pragma synchronous = full;
        pragma wal_autocheckpoint = 0;
        pragma journal_size_limit = 16777216;
        """);

    /// <summary>Walks the whole file; what it finds would otherwise surface in the middle of a write.</summary>
    public static void CheckIntegrity(string filePath)
    {
        using var database = new SqliteDatabase(filePath, readOnly: true);
        string? report = database.QueryText("pragma quick_check(1)");
        if (report != "ok")
        {
            throw Damaged(filePath, report ?? "no report", null);
        }
    }

    public static StoreOpenException Damaged(string filePath, string detail, Exception? cause) => new(
        $"The database {filePath} is damaged ({detail.ReplaceLineEndings(" ")}): restore it from a backup, or move it "
        + "away to start with an empty cluster.",
        cause);

    /// <summary>Turns what SQLite says while a database is opened and loaded into one sentence with the fix.</summary>
    public static StoreOpenException Explain(SqliteError error, string filePath) => error.PrimaryCode switch
    {
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => Damaged(filePath, error.Message, error),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new(
            $"The database {filePath} is locked by another program: close it there, then start again.", error),
        raw.SQLITE_FULL => new($"The disk of {filePath} is full: free some space, then start again.", error),
        raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_READONLY or raw.SQLITE_AUTH => new(
            $"The database {filePath} cannot be opened for writing ({error.Message}): make the file and its directory "
            + "writable for this user.",
            error),
        _ => new(
            $"The database {filePath} cannot be read ({error.Message}): check the disk, or restore it from a backup.",
            error),
    };

    private static void CheckFormat(SqliteDatabase database, string filePath)
    {
        long application = database.QueryNumber("pragma application_id") ?? 0;
        if (application != ApplicationId)
        {
            throw new StoreOpenException(
                $"{filePath} is a SQLite database of another program: move it away, or choose another data directory.");
        }
        long version = database.QueryNumber("pragma user_version") ?? 0;
        if (version > Version)
        {
            throw new StoreOpenException(
                $"{filePath} has format {version} and this kube1 knows formats up to {Version}: start the newer kube1 "
                + "that wrote it, or restore a backup made by this version.");
        }
        if (version < 1)
        {
            throw Damaged(filePath, $"format {version} does not exist", null);
        }
    }
}
