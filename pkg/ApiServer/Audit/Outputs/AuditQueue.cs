using System.Threading.Channels;

namespace Kube1.ApiServer.Audit.Outputs;

/// <summary>
/// Events that wait for their output, so that requests need not: what finds the queue full is lost
/// (k8s.io/apiserver/plugin/pkg/audit/buffered). Disposing it sends what waits.
/// </summary>
internal sealed class AuditQueue : IAsyncDisposable
{
    /// <summary>Upstream's name.</summary>
    private const string PluginName = "buffered";

    /// <summary>Events with objects may be large: what waits may have so much together, whatever their number is.</summary>
    private const long MaxQueuedBytes = 128 * 1024 * 1024;

    private readonly IAuditOutput _output;
    private readonly AuditDeliveryOptions _options;
    private readonly AuditFailures _failures;
    private readonly TimeProvider _time;
    private readonly AuditStop _stop;
    private readonly Channel<ReadOnlyMemory<byte>> _waiting;
    private readonly SemaphoreSlim _places;
    private readonly BatchThrottle? _throttle;
    private readonly Task _sending;
    private long _queuedBytes;

    public AuditQueue(
        IAuditOutput output, AuditDeliveryOptions options, AuditFailures failures, TimeProvider time, AuditStop stop)
    {
        (_output, _options, _failures, _time, _stop) = (output, options, failures, time, stop);
        _waiting = Channel.CreateBounded<ReadOnlyMemory<byte>>(
            new BoundedChannelOptions(options.BufferSize) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _places = new SemaphoreSlim(output.MaxConcurrency);
        _throttle = options.ThrottleEnabled ? new BatchThrottle(options.ThrottleQps, options.ThrottleBurst, time) : null;
        _sending = Task.Run(SendAllAsync, CancellationToken.None);
    }

    /// <summary>Takes an event, which nobody changes any more.</summary>
    public void Add(ReadOnlyMemory<byte> json)
    {
        if (Interlocked.Add(ref _queuedBytes, json.Length) <= MaxQueuedBytes && _waiting.Writer.TryWrite(json))
        {
            return;
        }

        Interlocked.Add(ref _queuedBytes, -json.Length);
        _failures.Report(
            PluginName, _stop.Begun.IsCancellationRequested ? "audit backend shut down" : "audit buffer queue blocked", json);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _sending.ConfigureAwait(false);
        _places.Dispose();
    }

    private async Task SendAllAsync()
    {
        var underWay = new List<Task>();
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            var batch = await CollectAsync().ConfigureAwait(false);
            if (_throttle is not null)
            {
                await _throttle.WaitAsync(_stop.Begun).ConfigureAwait(false);
            }

            await _places.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            underWay.RemoveAll(task => task.IsCompleted);
            underWay.Add(SendAsync(batch));
        }

        await Task.WhenAll(underWay).ConfigureAwait(false);
    }

    // Until the batch is full, or has waited for more as long as it may, or no more will come.
    private async Task<List<ReadOnlyMemory<byte>>> CollectAsync()
    {
        var batch = new List<ReadOnlyMemory<byte>>();
        var sizeBytes = 0L;
        CancellationTokenSource? patience = null;
        try
        {
            while (batch.Count < _options.MaxBatchSize)
            {
                if (_waiting.Reader.TryPeek(out var next))
                {
                    if (_options.TruncateEnabled && batch.Count > 0 && sizeBytes + next.Length > _options.TruncateMaxBatchBytes)
                    {
                        break;
                    }

                    _waiting.Reader.TryRead(out next);
                    Interlocked.Add(ref _queuedBytes, -next.Length);
                    batch.Add(next);
                    sizeBytes += next.Length;
                    continue;
                }

                patience ??= new CancellationTokenSource(
                    _options.MaxBatchWait > TimeSpan.Zero ? _options.MaxBatchWait : TimeSpan.Zero, _time);
                if (!await _waiting.Reader.WaitToReadAsync(patience.Token).ConfigureAwait(false))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It has waited long enough.
        }
        finally
        {
            patience?.Dispose();
        }

        return batch;
    }

    private async Task SendAsync(List<ReadOnlyMemory<byte>> batch)
    {
        try
        {
            await _output.WriteAsync(batch, _stop).ConfigureAwait(false);
        }
        catch (AuditOutputException e)
        {
            _failures.Report(_output.Name, e.Message, batch);
        }
        finally
        {
            _places.Release();
        }
    }
}
