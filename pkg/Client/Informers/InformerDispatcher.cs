using System.Collections.Immutable;
using System.Threading.Channels;
using Kube1.Api.Models;
using Microsoft.Extensions.Logging;

namespace Kube1.Client.Informers;

/// <summary>Carries the changes of one informer to its handlers, in order.</summary>
internal sealed partial class InformerDispatcher<T>(InformerCache<T> cache, ILogger logger)
    where T : class, IKubernetesKind
{
    /// <summary>
    /// Handlers only enqueue, so this fills only when the machine is starved; then the watch waits, and in the end the
    /// server drops it and the informer relists.
    /// </summary>
    private const int MaxPending = 4096;

    private readonly ILogger _logger = logger;
    private readonly Channel<Notification> _pending = Channel.CreateBounded<Notification>(MaxPending);
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableList<Handler> _handlers = [];
    private long _lastSequence;

    public Task Synced => _synced.Task;

    /// <summary>
    /// Applies a change to the cache and numbers it, as one step: a handler sees it or starts after it.
    /// </summary>
    public ValueTask PublishAsync(Func<InformerCache<T>, (T? Old, T? New)> apply, CancellationToken ct)
    {
        Notification notification;
        lock (cache.Sync)
        {
            var (old, current) = apply(cache);
            if (old is null && current is null)
            {
                return ValueTask.CompletedTask;
            }

            notification = new Notification(++_lastSequence, old, current, false);
        }

        return _pending.Writer.WriteAsync(notification, ct);
    }

    /// <summary>The first filling of the cache is complete.</summary>
    public ValueTask PublishSyncedAsync(CancellationToken ct) =>
        _synced.Task.IsCompleted
            ? ValueTask.CompletedTask
            : _pending.Writer.WriteAsync(new Notification(0, null, null, true), ct);

    public IDisposable AddHandler(Action<T>? added, Action<T, T>? updated, Action<T>? deleted)
    {
        Handler handler;
        lock (cache.Sync)
        {
            handler = new Handler(this, _lastSequence, cache.All(), added, updated, deleted);
            ImmutableInterlocked.Update(ref _handlers, list => list.Add(handler));
        }

        // Wakes the dispatcher; when the queue is full it is awake anyway.
        _pending.Writer.TryWrite(new Notification(0, null, null, false));
        return handler;
    }

    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            await foreach (var notification in _pending.Reader.ReadAllAsync(ct).ConfigureAwait(false))
            {
                foreach (var handler in _handlers)
                {
                    Deliver(handler, notification);
                }

                if (notification.Synced)
                {
                    _synced.TrySetResult();
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private void Deliver(Handler handler, Notification notification)
    {
        foreach (var obj in handler.TakeInitial())
        {
            Call(handler, null, obj);
        }

        if (notification.Sequence > handler.Since)
        {
            Call(handler, notification.Old, notification.New);
        }
    }

    private void Call(Handler handler, T? old, T? current)
    {
        try
        {
            handler.Call(old, current);
        }
#pragma warning disable CA1031 // A faulty handler must not silence the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogHandlerFailed(e, typeof(T).Name);
        }
    }

    private readonly record struct Notification(long Sequence, T? Old, T? New, bool Synced);

    private sealed class Handler(
        InformerDispatcher<T> owner, long since, T[] initial, Action<T>? added, Action<T, T>? updated, Action<T>? deleted)
        : IDisposable
    {
        private T[]? _initial = initial;

        public long Since { get; } = since;

        public T[] TakeInitial()
        {
            var objects = _initial ?? [];
            _initial = null;
            return objects;
        }

        public void Call(T? old, T? current)
        {
            if (current is null)
            {
                deleted?.Invoke(old!);
            }
            else if (old is null)
            {
                added?.Invoke(current);
            }
            else
            {
                updated?.Invoke(old, current);
            }
        }

        public void Dispose() => ImmutableInterlocked.Update(ref owner._handlers, list => list.Remove(this));
    }
}
