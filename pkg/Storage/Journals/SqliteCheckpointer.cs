using Microsoft.Extensions.Logging;

namespace Kube1.Storage.Journals;

/// <summary>
/// Keeps the write-ahead log short without making a commit wait. A connection of its own copies the log into the
/// database while commits go on; what they add meanwhile is little, and the writer copies that itself when nothing waits,
/// after which the next commit starts the log over. Free pages go back to the file system in small steps at the same
/// moments. Nothing happens while nothing is written.
/// </summary>
internal sealed partial class SqliteCheckpointer : IAsyncDisposable
{
    /// <summary>4 MiB of log: a copy takes some ten milliseconds, and a start after a crash reads no more than that.</summary>
    private const int LogPages = 1024;

    private const long PageSizeBytes = 4096;

    /// <summary>
    /// 64 MiB: writes come so fast that the writer never rests. Then one of them waits for the rest of the copy, so that
    /// the log does not fill the disk.
    /// </summary>
    private const int MaxLogPages = 16 * LogPages;

    /// <summary>Free pages that may stay for reuse: 4 MiB.</summary>
    private const int KeptFreePages = 1024;

    /// <summary>Pages given back in one step, so that a write that arrives waits a few milliseconds at most.</summary>
    private const int VacuumPages = 128;

    private readonly SqliteDatabase _writer;
    private readonly SqliteDatabase _background;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private int _pagesAtCheckpoint;
    private bool _started;
    private volatile bool _copied;
    private bool _vacuum;

    public SqliteCheckpointer(string filePath, SqliteDatabase writer, ILogger logger)
    {
        _writer = writer;
        _logger = logger;
        _background = new SqliteDatabase(filePath);
        SqliteSchema.Configure(_background);
        _pagesAtCheckpoint = writer.PagesWritten;
        var log = new FileInfo(filePath + "-wal");
        if (log.Exists && log.Length >= LogPages * PageSizeBytes)
        {
            // What a crash left, or several in a row: it would only grow otherwise.
            _started = true;
            _wake.Release();
        }
        _loop = Task.Run(() => RunAsync(_stop.Token));
    }

    public Action? TidyDue { get; set; }

    private int PagesSinceCheckpoint => unchecked(_writer.PagesWritten - _pagesAtCheckpoint);

    /// <summary>Called by the writer after each commit.</summary>
    public void Committed()
    {
        int pages = PagesSinceCheckpoint;
        if (pages >= LogPages && !_started)
        {
            _started = true;
            _wake.Release();
        }
        else if (pages >= MaxLogPages && _copied)
        {
            Finish();
        }
    }

    /// <summary>Called by the writer when no write waits; true when there is more to do.</summary>
    public bool Tidy()
    {
        if (_copied)
        {
            Finish();
        }
        if (!_vacuum)
        {
            return false;
        }
        try
        {
            _writer.Execute($"pragma incremental_vacuum({VacuumPages})");
            _vacuum = HasFreePages();
        }
        catch (SqliteError error)
        {
            LogTidyFailed(error.Message);
            _vacuum = false;
        }
        return _vacuum;
    }

    private void Finish()
    {
        _copied = false;
        _started = false;
        try
        {
            (int logPages, int copiedPages) = _writer.Checkpoint();
            // Only a reader of an old state (a backup under way) leaves a rest; the next round takes it.
            LogCheckpoint(logPages, copiedPages);
            _vacuum = HasFreePages();
        }
        catch (SqliteError error)
        {
            LogTidyFailed(error.Message);
        }
        _pagesAtCheckpoint = _writer.PagesWritten;
    }

    private bool HasFreePages() => _writer.QueryNumber("pragma freelist_count") > KeptFreePages;

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _wake.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    _background.Checkpoint();
                }
                catch (SqliteError error)
                {
                    // A full disk, mostly. The log keeps everything, and the writer tries again after more commits.
                    LogTidyFailed(error.Message);
                }
                _copied = true;
                TidyDue?.Invoke();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The journal closes.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _background.Dispose();
        _wake.Dispose();
        _stop.Dispose();
    }

    [LoggerMessage(LogLevel.Debug, "The database log had {LogPages} pages, {CopiedPages} of them are in the database")]
    private partial void LogCheckpoint(int logPages, int copiedPages);

    [LoggerMessage(LogLevel.Warning, "The database could not be tidied and will be later: {Reason}")]
    private partial void LogTidyFailed(string reason);
}
