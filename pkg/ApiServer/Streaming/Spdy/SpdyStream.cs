using System.IO.Pipelines;

namespace Kube1.ApiServer.Streaming.Spdy;

/// <summary>One stream of a session. Reading and writing end independently.</summary>
internal sealed class SpdyStream
{
    // What may wait unread; then the connection is read no further, and TCP slows the peer.
    public const int ReceiveBufferBytes = 256 * 1024;

    private readonly SpdySession _session;
    private readonly Pipe _received = new(new PipeOptions(
        pauseWriterThreshold: ReceiveBufferBytes, resumeWriterThreshold: ReceiveBufferBytes / 2,
        useSynchronizationContext: false));

    private readonly TaskCompletionSource _replied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _writesEnded;
    private volatile bool _receiveEnded;
    private volatile Exception? _failure;

    internal SpdyStream(
        SpdySession session, int id, IReadOnlyList<KeyValuePair<string, string>> headers, long sendWindow)
    {
        _session = session;
        Id = id;
        Headers = headers;
        SendWindow = sendWindow;
    }

    public int Id { get; }

    /// <summary>The headers with which it was opened; names in lower case.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    /// <summary>Completes with the peer's SYN_REPLY.</summary>
    public Task Replied => _replied.Task;

    /// <summary>Bytes that may still be sent, toward a peer with flow control. Guarded by the session.</summary>
    internal long SendWindow { get; set; }

    internal bool IsClosed => _receiveEnded && Volatile.Read(ref _writesEnded) != 0;

    public string? Header(string name) => Headers.FirstOrDefault(h => h.Key == name).Value;

    /// <summary>Bytes of the peer; 0 when it has closed its side.</summary>
    /// <exception cref="IOException">The stream was reset or the session is over.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        var result = await _received.Reader.ReadAsync(ct).ConfigureAwait(false);
        var count = (int)Math.Min(buffer.Length, result.Buffer.Length);
        var taken = result.Buffer.Slice(0, count);
        System.Buffers.BuffersExtensions.CopyTo(taken, buffer.Span);
        _received.Reader.AdvanceTo(taken.End);
        if (count > 0)
        {
            await _session.ConsumedAsync(this, count, ct).ConfigureAwait(false);
            return count;
        }

        return _failure is { } failure ? throw new SpdyException(failure.Message, failure) : 0;
    }

    /// <summary>Sends data; waits while the connection, or the peer's window, is full.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken ct) =>
        Volatile.Read(ref _writesEnded) != 0
            ? throw new IOException($"stream {Id} is closed for writing")
            : _session.SendDataAsync(this, data, ct);

    /// <summary>Closes this side; the peer may go on.</summary>
    public ValueTask CloseWritesAsync(CancellationToken ct) =>
        Interlocked.Exchange(ref _writesEnded, 1) == 0 ? _session.SendEndAsync(this, ct) : ValueTask.CompletedTask;

    internal async ValueTask ReceiveAsync(ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        try
        {
            await _received.Writer.WriteAsync(data, ct).ConfigureAwait(false);
        }
        catch (InvalidOperationException) when (_receiveEnded)
        {
            // Ended by this side meanwhile: what still comes is dropped.
        }
    }

    internal void EndReceive(Exception? failure = null)
    {
        // Not handed to the pipe, which would then drop what came before: peers reset streams right after their last
        // data.
        _failure ??= failure;
        _receiveEnded = true;
        _received.Writer.Complete();
        if (failure is not null)
        {
            Interlocked.Exchange(ref _writesEnded, 1);
            _replied.TrySetException(failure);
            _ = _replied.Task.Exception; // seen: not every stream's opener waits for the reply
        }
    }

    internal void OnReply() => _replied.TrySetResult();
}
