namespace Kube1.ApiServer.Audit.Outputs;

/// <summary>An output with the way to it: truncating first, then at once or through a queue.</summary>
internal sealed class AuditBackend : IAsyncDisposable
{
    private const string TruncatePluginName = "truncate";

    private readonly IAuditOutput _output;
    private readonly AuditDeliveryOptions _options;
    private readonly AuditFailures _failures;
    private readonly AuditStop _stop;
    private readonly AuditQueue? _queue;

    public AuditBackend(
        IAuditOutput output, AuditDeliveryOptions options, AuditFailures failures, TimeProvider time, AuditStop stop)
    {
        (_output, _options, _failures, _stop) = (output, options, failures, stop);
        _queue = options.Mode == AuditDeliveryOptions.Batch
            ? new AuditQueue(output, options, failures, time, stop)
            : null;
    }

    /// <summary>Takes an event; false when the request that it is of must not go on.</summary>
    public async ValueTask<bool> TakeAsync(EncodedEvent encoded)
    {
        if (Fitting(encoded) is not { } json)
        {
            return true;
        }

        if (_queue is not null)
        {
            // What the request holds is used again.
            _queue.Add(json.ToArray());
            return true;
        }

        try
        {
            await _output.WriteAsync([json], _stop).ConfigureAwait(false);
            return true;
        }
        catch (AuditOutputException e)
        {
            _failures.Report(_output.Name, e.Message, json);
            return _options.Mode != AuditDeliveryOptions.BlockingStrict;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_queue is not null)
        {
            await _queue.DisposeAsync().ConfigureAwait(false);
        }

        await _output.DisposeAsync().ConfigureAwait(false);
    }

    // Null when the event is too large even without its objects. Sizes are those of lines, as upstream's.
    private ReadOnlyMemory<byte>? Fitting(EncodedEvent encoded)
    {
        if (!_options.TruncateEnabled || encoded.Json.Length < _options.TruncateMaxEventBytes)
        {
            return encoded.Json;
        }

        var shorter = encoded.WithoutObjects();
        if (shorter.Length < _options.TruncateMaxEventBytes)
        {
            return shorter;
        }

        _failures.Report(TruncatePluginName, "event is too large even after truncating", shorter);
        return null;
    }
}
