using System.Text;
using SQLitePCL;

namespace Kube1.Storage.Journals;

/// <summary>SQLite said no. <see cref="Code"/> is the extended result code, https://sqlite.org/rescode.html.</summary>
internal sealed class SqliteError(int code, string message) : Exception($"{message} (SQLite code {code})")
{
    public int Code { get; } = code;

    /// <summary>The primary result code: the low byte.</summary>
    public int PrimaryCode => Code & 0xFF;
}

/// <summary>
/// One SQLite connection, used by one thread at a time. Directly over the C API: binds and reads bytes in place, reports
/// exact result codes, and costs nothing at start-up.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    /// <summary>
    /// Connections of one process (writer, checkpointer, backup) and a curious <c>sqlite3</c> shell meet for
    /// milliseconds only; longer means that somebody holds a transaction open.
    /// </summary>
    private const int BusyTimeoutMs = 5000;

    private readonly sqlite3 _handle;

    static SqliteDatabase() => Batteries_V2.Init();

    public SqliteDatabase(string filePath, bool readOnly = false)
    {
        int flags = raw.SQLITE_OPEN_NOMUTEX | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE);
        int code = raw.sqlite3_open_v2(filePath, out _handle, flags, null);
        if (code != raw.SQLITE_OK)
        {
            var error = new SqliteError(code, raw.sqlite3_errstr(code).utf8_to_string());
            _handle.Dispose();
            throw error;
        }
        raw.sqlite3_extended_result_codes(_handle, 1);
        raw.sqlite3_busy_timeout(_handle, BusyTimeoutMs);
    }

    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>Pages that this connection has written since it was opened; wraps around.</summary>
    public int PagesWritten
    {
        get
        {
            Check(raw.sqlite3_db_status(_handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out int current, out _, 0));
            return current;
        }
    }

    public SqliteStatement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out sqlite3_stmt statement));
        return new SqliteStatement(this, statement);
    }

    /// <summary>Runs one or more statements, whose rows are dropped.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    /// <summary>The first column of the first row as a number; null without a row.</summary>
    public long? QueryNumber(string sql)
    {
        using SqliteStatement statement = Prepare(sql);
        return statement.Step() ? statement.Number(0) : null;
    }

    /// <summary>The first column of the first row as text; null without a row.</summary>
    public string? QueryText(string sql)
    {
        using SqliteStatement statement = Prepare(sql);
        return statement.Step() ? statement.Text(0) : null;
    }

    /// <summary>Copies finished transactions from the log to the database without waiting for anybody.</summary>
    /// <returns>Pages in the log, and how many of them are copied.</returns>
    public (int LogPages, int CopiedPages) Checkpoint()
    {
        Check(raw.sqlite3_wal_checkpoint_v2(
            _handle, null, raw.SQLITE_CHECKPOINT_PASSIVE, out int logPages, out int copiedPages));
        return (logPages, copiedPages);
    }

    public void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw new SqliteError(raw.sqlite3_extended_errcode(_handle), raw.sqlite3_errmsg(_handle).utf8_to_string());
        }
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>A prepared statement. Parameters count from 1, columns from 0, as in the C API.</summary>
    internal sealed class SqliteStatement(SqliteDatabase database, sqlite3_stmt handle) : IDisposable
    {
        /// <summary>Keys are short: namespace and name have at most 63 and 253 characters.</summary>
        private const int StackTextBytes = 1024;

        public SqliteStatement Bind(int index, long value)
        {
            database.Check(raw.sqlite3_bind_int64(handle, index, value));
            return this;
        }

        public SqliteStatement Bind(int index, ReadOnlySpan<byte> value)
        {
            // An empty span may have no address, which SQLite takes for NULL.
            database.Check(value.IsEmpty
                ? raw.sqlite3_bind_zeroblob(handle, index, 0)
                : raw.sqlite3_bind_blob(handle, index, value));
            return this;
        }

        public SqliteStatement Bind(int index, string value)
        {
            int size = Encoding.UTF8.GetMaxByteCount(value.Length);
            Span<byte> bytes = size <= StackTextBytes ? stackalloc byte[StackTextBytes] : new byte[size];
            bytes = bytes[..Encoding.UTF8.GetBytes(value, bytes)];
            database.Check(raw.sqlite3_bind_text(handle, index, bytes));
            return this;
        }

        /// <summary>Advances to the next row; false after the last one.</summary>
        public bool Step()
        {
            int code = raw.sqlite3_step(handle);
            if (code is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
            {
                database.Check(code);
            }
            return code == raw.SQLITE_ROW;
        }

        /// <summary>Runs a statement without rows and makes it ready for the next run.</summary>
        public void Run()
        {
            try
            {
                Step();
            }
            finally
            {
                // Repeats the error that Step has thrown.
                _ = raw.sqlite3_reset(handle);
            }
        }

        public long Number(int column) => raw.sqlite3_column_int64(handle, column);

        public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

        /// <summary>Valid until the next step.</summary>
        public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

        public void Dispose() => handle.Dispose();
    }
}
