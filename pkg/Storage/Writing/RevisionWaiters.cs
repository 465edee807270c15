namespace Kube1.Storage.Writing;

/// <summary>Those who wait for a revision that is still to come.</summary>
internal sealed class RevisionWaiters
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<TaskCompletionSource, long> _waiting = new();
    private bool _closed;

    /// <summary>Completes at <see cref="Release"/> of this revision or a later one.</summary>
    public async Task WaitAsync(long revision, Func<long> current, CancellationToken cancellationToken)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(Store));
            // Looked at under the lock: Release comes after the revision is published and takes the same lock.
            if (current() >= revision)
            {
                return;
            }
            _waiting.Enqueue(source, revision);
        }
        try
        {
            await source.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                _waiting.Remove(source, out _, out _);
            }
            throw;
        }
    }

    public void Release(long revision)
    {
        lock (_lock)
        {
            while (_waiting.TryPeek(out TaskCompletionSource? source, out long wanted) && wanted <= revision)
            {
                _waiting.Dequeue();
                source.TrySetResult();
            }
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            while (_waiting.TryDequeue(out TaskCompletionSource? source, out _))
            {
                source.TrySetException(new ObjectDisposedException(nameof(Store)));
            }
        }
    }
}
