namespace Kube1.Kubelet.PodWorkers;

/// <summary>Wakes one waiting loop; any number of wakes before the loop looks are one.</summary>
internal sealed class WakeSignal
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _pending = New();

    public void Set()
    {
        lock (_gate)
        {
            _pending.TrySetResult();
        }
    }

    /// <summary>Waits for a wake, at most <paramref name="timeout"/> (null: for ever).</summary>
    public async Task WaitAsync(TimeSpan? timeout, TimeProvider time, CancellationToken ct)
    {
        Task pending;
        lock (_gate)
        {
            pending = _pending.Task;
        }

        if (!pending.IsCompleted)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var timer = Task.Delay(timeout ?? Timeout.InfiniteTimeSpan, time, stop.Token);
            await Task.WhenAny(pending, timer);
            await stop.CancelAsync();
            ct.ThrowIfCancellationRequested();
        }

        lock (_gate)
        {
            if (_pending.Task.IsCompleted)
            {
                _pending = New();
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
