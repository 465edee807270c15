using System.Diagnostics;
using System.Threading.Channels;
using Kube1.Storage.Journals;
using Microsoft.Extensions.Logging;

namespace Kube1.Storage.Writing;

/// <summary>
/// The only writer. It takes all requests that wait, decides them in memory, commits them to the journal at once, and only
/// then publishes the new state, completes the requests and wakes the watches. So many writers share one disk sync, and
/// nothing is ever seen or acknowledged that a crash could take back, except in relaxed collections.
/// </summary>
internal sealed partial class StoreWriter : IAsyncDisposable
{
    /// <summary>
    /// Requests that may wait; more callers wait to be queued. Beyond what one sync can carry there is nothing to gain.
    /// </summary>
    private const int MaxQueuedRequests = 4096;

    /// <summary>Operations in one commit: it stays within some ten milliseconds, so that latency stays even.</summary>
    private const int MaxBatchOperations = 512;

    /// <summary>Bytes in one commit, for the same reason.</summary>
    private const int MaxBatchSizeBytes = 8 * 1024 * 1024;

    private readonly Store _store;
    private readonly IJournal _journal;
    private readonly RevisionCounter _revisions;
    private readonly UnsavedEntries _unsaved = new();
    private readonly WriteBatch _batch;
    private readonly StoreOptions _options;
    private readonly ILogger _logger;
    private readonly Channel<WriteRequest> _queue;
    private readonly ITimer _saveTimer;
    private readonly List<WriteRequest> _taken = [];
    private readonly Task _loop;
    private DateTimeOffset? _saveAt;
    private volatile bool _saveDue;
    private volatile StoreUnavailableException? _failure;

    public StoreWriter(
        Store store, IJournal journal, RevisionCounter revisions, StoreOptions options, ILogger logger)
    {
        _store = store;
        _journal = journal;
        _revisions = revisions;
        _options = options;
        _logger = logger;
        _batch = new WriteBatch(revisions, _unsaved);
        _queue = Channel.CreateBounded<WriteRequest>(
            new BoundedChannelOptions(MaxQueuedRequests) { SingleReader = true });
        _saveTimer = options.Time.CreateTimer(
            _ => OnSaveDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _journal.TidyDue = Wake;
        // A thread of its own: a commit blocks, and a pool of two threads would feel that.
        _loop = Task.Factory.StartNew(
            Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Why the last commit failed; null when it did not.</summary>
    public StoreUnavailableException? Failure => _failure;

    public async ValueTask<WriteResult[]> SubmitAsync(WriteRequest request)
    {
        try
        {
            await _queue.Writer.WriteAsync(request, request.CancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(Store));
        }
        return await request.Task.ConfigureAwait(false);
    }

    /// <summary>Makes the loop look around. When the queue is full it is awake anyway.</summary>
    private void Wake() => _queue.Writer.TryWrite(new WriteRequest([], mustSave: false, CancellationToken.None));

    private void OnSaveDue()
    {
        _saveDue = true;
        Wake();
    }

    private void Run()
    {
        while (WaitForRequests())
        {
            TakeBatch();
            try
            {
                Process();
            }
            catch (Exception exception)
            {
                // A defect in here, not the disk: the batch fails, its drafts are dropped, the store lives on.
                LogBatchFailed(exception);
                _batch.Discard();
                FailTaken(exception);
            }
            _taken.Clear();
            TidyWhileIdle();
        }
        SaveAtEnd();
    }

    private bool WaitForRequests()
    {
        ValueTask<bool> waiting = _queue.Reader.WaitToReadAsync();
        return waiting.IsCompleted ? waiting.Result : waiting.AsTask().GetAwaiter().GetResult();
    }

    private void TakeBatch()
    {
        int operations = 0;
        int sizeBytes = 0;
        while (operations < MaxBatchOperations && sizeBytes < MaxBatchSizeBytes
            && _queue.Reader.TryRead(out WriteRequest? request))
        {
            if (request.CancellationToken.IsCancellationRequested)
            {
                request.SetCanceled(request.CancellationToken);
                continue;
            }
            operations += request.Operations.Length;
            foreach (ref readonly WriteOperation operation in request.Operations.AsSpan())
            {
                sizeBytes += operation.Value.Length;
            }
            _taken.Add(request);
        }
        if (operations > 0)
        {
            StorageMetrics.BatchOperations.Record(operations);
        }
    }

    private void Process()
    {
        long lastRevision = _revisions.Last;
        _batch.Begin(_store.CurrentRevision);
        foreach (WriteRequest request in _taken)
        {
            _batch.Decide(request);
        }
        if (_batch.MustSave || _revisions.NeedsReservation || _saveDue)
        {
            if (!TrySave(out JournalException? failure))
            {
                _batch.Discard();
                if (failure.LeftNothing)
                {
                    _revisions.TakeBack(lastRevision);
                }
                FailTaken(failure);
                return;
            }
        }
        Publish();
    }

    private bool TrySave([System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out JournalException? failure)
    {
        failure = null;
        _saveDue = false;
        List<JournalChange> changes = _unsaved.ToChanges();
        long? reserved = _revisions.PlanReservation();
        if (changes.Count > 0 || _revisions.NeedsReservation)
        {
            long start = Stopwatch.GetTimestamp();
            try
            {
                _journal.Commit(changes, reserved);
            }
            catch (JournalException exception)
            {
                failure = exception;
                OnCommitFailed(exception);
                return false;
            }
            StorageMetrics.CommitSeconds.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
            _revisions.Reserve(reserved);
            if (_failure is not null)
            {
                LogWritesResumed();
                _failure = null;
            }
        }
        _unsaved.Clear();
        return true;
    }

    private void OnCommitFailed(JournalException exception)
    {
        StorageMetrics.FailedCommits.Add(1);
        if (_failure is null)
        {
            LogCommitFailed(exception.Message);
        }
        _failure = new StoreUnavailableException(exception.Message, exception);
    }

    private void Publish()
    {
        foreach (StoreCollection collection in _batch.Touched)
        {
            collection.PublishDraft();
        }
        if (_batch.Touched.Count > 0)
        {
            StorageMetrics.Objects.Add(_batch.AddedEntries);
            _store.PublishRevision(_revisions.Last);
        }
        _unsaved.KeepBatch();
        ScheduleSave();
        foreach (WriteRequest request in _taken)
        {
            request.Complete();
        }
        foreach (StoreCollection collection in _batch.Touched)
        {
            collection.WakeWatches();
        }
    }

    private void ScheduleSave()
    {
        if (_unsaved.Count == 0)
        {
            _saveAt = null;
            return;
        }
        // After a failure soon, whatever waits: that a write succeeds again is what tells that the disk does.
        TimeSpan delay = _unsaved.HasNews || _failure is not null ? _options.RelaxedDelay : _options.RenewalDelay;
        DateTimeOffset due = _options.Time.GetUtcNow() + delay;
        if (_saveAt is null || due < _saveAt)
        {
            _saveAt = due;
            _saveTimer.Change(delay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>
    /// The disk refused. What needs it fails; relaxed writes among the batch go on in memory as long as reserved
    /// revisions last, and the next try to save them is after the usual delay.
    /// </summary>
    private void FailTaken(Exception cause)
    {
        var relaxed = new List<WriteRequest>();
        foreach (WriteRequest request in _taken)
        {
            bool isWakeUp = request is { Operations.Length: 0, MustSave: false };
            if (request.Task.IsCompleted)
            {
                continue;
            }
            if (cause is JournalException && (isWakeUp || CanGoOnInMemory(request)))
            {
                request.Failure = null;
                relaxed.Add(request);
            }
            else
            {
                request.SetException(cause is JournalException ? _failure! : cause);
            }
        }
        _taken.Clear();
        _taken.AddRange(relaxed);
        _batch.Begin(_store.CurrentRevision);
        foreach (WriteRequest request in _taken)
        {
            _batch.Decide(request);
        }
        if (_revisions.NeedsReservation)
        {
            _batch.Discard();
            foreach (WriteRequest request in _taken)
            {
                request.SetException(_failure!);
            }
            return;
        }
        _saveAt = null;
        Publish();
    }

    private bool CanGoOnInMemory(WriteRequest request) =>
        request is { IsRelaxed: true, MustSave: false } && _revisions.Last < _revisions.Reserved;

    private void TidyWhileIdle()
    {
        while (!_queue.Reader.TryPeek(out _) && _journal.Tidy())
        {
            // One short step at a time, so that a write that arrives is taken up at once.
        }
    }

    /// <summary>A clean stop leaves nothing unsaved and an exact revision, so that watches can resume after it.</summary>
    private void SaveAtEnd()
    {
        List<JournalChange> changes = _unsaved.ToChanges();
        if (changes.Count == 0 && _revisions.Reserved == _revisions.Last)
        {
            return;
        }
        try
        {
            _journal.Commit(changes, _revisions.Last);
        }
        catch (JournalException exception)
        {
            LogSaveAtEndFailed(changes.Count, exception.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
        await _saveTimer.DisposeAsync().ConfigureAwait(false);
    }
}
