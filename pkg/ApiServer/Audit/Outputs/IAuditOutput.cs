namespace Kube1.ApiServer.Audit.Outputs;

/// <summary>Where events end up. Each is one JSON object without line breaks.</summary>
internal interface IAuditOutput : IAsyncDisposable
{
    /// <summary>The name in metrics and logs.</summary>
    string Name { get; }

    /// <summary>How many batches may be on their way at once.</summary>
    int MaxConcurrency { get; }

    /// <summary>
    /// Takes events in their order; the memory is the caller's again when the task ends. Throws
    /// <see cref="AuditOutputException"/> when they are not all there.
    /// </summary>
    ValueTask WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> events, AuditStop stop);
}

/// <summary>An output has not taken events.</summary>
internal sealed class AuditOutputException(string message, Exception? inner = null) : Exception(message, inner);
