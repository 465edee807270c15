using System.Buffers;
using System.Buffers.Binary;
using System.Threading.Channels;

namespace Kube1.ApiServer.Streaming.Spdy;

/// <summary>
/// One side of a SPDY/3.1 connection over an upgraded stream, as kubelets and CRI stream servers speak it. Kubernetes'
/// own implementation (moby/spdystream) knows no flow control: it neither grants nor minds windows, and TCP does the
/// slowing. So windows count only toward a peer that has sent SETTINGS or WINDOW_UPDATE itself.
/// </summary>
internal sealed partial class SpdySession : IAsyncDisposable
{
    // Control frames are streams' headers and small numbers; data frames may have their full 24 bits and are streamed.
    private const int MaxControlBytes = SpdyHeaderCodec.MaxBlockBytes;

    // exec has five streams; a port forward opens two per connection and closes them again.
    private const int MaxStreams = 1024;

    // Streams that were opened and not yet accepted.
    private const int MaxWaiting = 64;

    private const int DataChunkBytes = 32 * 1024;
    private const int DefaultWindowBytes = 64 * 1024; // SPDY/3.1 section 2.6.8
    private const int SettingInitialWindow = 7;

    private readonly Stream _transport;
    private readonly bool _isServer;
    private readonly SpdyHeaderCodec _codec = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly Lock _gate = new();
    private readonly Dictionary<int, SpdyStream> _streams = [];
    private readonly Channel<SpdyStream> _accepted = Channel.CreateBounded<SpdyStream>(MaxWaiting);
    private TaskCompletionSource _windowChanged = NewSignal();
    private Exception? _failure;
    private int _nextId;
    private int _lastPeerId;
    private int _peerInitialWindow = DefaultWindowBytes;
    private bool _peerUsesWindows;

    public SpdySession(Stream transport, bool isServer)
    {
        _transport = transport;
        _isServer = isServer;
        _nextId = isServer ? 2 : 1;
    }

    /// <summary>Streams that the peer opened.</summary>
    public ChannelReader<SpdyStream> Accepted => _accepted.Reader;

    /// <summary>Reads frames until the peer closes (returns) or breaks (throws); then all streams end.</summary>
    /// <exception cref="IOException">A malformed frame or a broken connection.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        Exception? failure = null;
        try
        {
            while (await ReadFrameAsync(ct).ConfigureAwait(false))
            {
            }
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        finally
        {
            EndAll(failure ?? new SpdyException("the connection was closed"));
        }
    }

    /// <summary>Opens a stream.</summary>
    public async ValueTask<SpdyStream> OpenAsync(
        IReadOnlyList<KeyValuePair<string, string>> headers, CancellationToken ct)
    {
        await _sending.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            SpdyStream stream;
            lock (_gate)
            {
                ThrowIfEnded();
                stream = new SpdyStream(this, _nextId, headers, _peerInitialWindow);
                _nextId += 2;
                _streams.Add(stream.Id, stream);
            }

            var block = _codec.Encode(headers);
            var payload = new byte[10 + block.Length];
            BinaryPrimitives.WriteInt32BigEndian(payload, stream.Id);
            block.CopyTo(payload.AsSpan(10));
            var frame = SpdyFrameHeader.Control(SpdyFrameType.SynStream, 0, payload);
            await SendLockedAsync(frame, ct).ConfigureAwait(false);
            return stream;
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Accepts a stream that the peer opened.</summary>
    public async ValueTask ReplyAsync(SpdyStream stream, CancellationToken ct)
    {
        await _sending.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var block = _codec.Encode([]);
            var payload = new byte[4 + block.Length];
            BinaryPrimitives.WriteInt32BigEndian(payload, stream.Id);
            block.CopyTo(payload.AsSpan(4));
            var frame = SpdyFrameHeader.Control(SpdyFrameType.SynReply, 0, payload);
            await SendLockedAsync(frame, ct).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Asks for a sign of life; a peer that has gone shows as a broken connection.</summary>
    public ValueTask PingAsync(uint id, CancellationToken ct)
    {
        var payload = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(payload, id);
        return SendControlAsync(SpdyFrameType.Ping, payload, ct);
    }

    /// <summary>Tells the peer that this connection takes no more streams.</summary>
    public ValueTask GoAwayAsync(CancellationToken ct)
    {
        var payload = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(payload, _lastPeerId);
        return SendControlAsync(SpdyFrameType.GoAway, payload, ct);
    }

    public ValueTask DisposeAsync()
    {
        EndAll(new SpdyException("the session was closed"));
        _sending.Dispose();
        return _transport.DisposeAsync();
    }

    internal async ValueTask SendDataAsync(SpdyStream stream, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        while (!data.IsEmpty)
        {
            var count = await TakeWindowAsync(stream, Math.Min(data.Length, DataChunkBytes), ct).ConfigureAwait(false);
            await SendDataFrameAsync(stream.Id, data[..count], fin: false, ct).ConfigureAwait(false);
            data = data[count..];
        }
    }

    internal async ValueTask SendEndAsync(SpdyStream stream, CancellationToken ct)
    {
        await SendDataFrameAsync(stream.Id, default, fin: true, ct).ConfigureAwait(false);
        Forget(stream);
    }

    internal ValueTask ConsumedAsync(SpdyStream stream, int count, CancellationToken ct)
    {
        if (!Volatile.Read(ref _peerUsesWindows))
        {
            return ValueTask.CompletedTask;
        }

        var payload = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(payload, stream.Id);
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(4), count);
        return SendControlAsync(SpdyFrameType.WindowUpdate, payload, ct);
    }

    /// <summary>Tells the peer this side's initial window; toward Kubernetes' own peers it is not needed.</summary>
    internal ValueTask SendSettingsAsync(int initialWindow, CancellationToken ct)
    {
        Volatile.Write(ref _peerUsesWindows, true);
        var payload = new byte[12];
        BinaryPrimitives.WriteInt32BigEndian(payload, 1);
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(4), SettingInitialWindow);
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(8), initialWindow);
        return SendControlAsync(SpdyFrameType.Settings, payload, ct);
    }

    private async ValueTask<int> TakeWindowAsync(SpdyStream stream, int wanted, CancellationToken ct)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                ThrowIfEnded();
                if (!_peerUsesWindows)
                {
                    stream.SendWindow -= wanted; // remembered, should the peer turn out to mind
                    return wanted;
                }

                if (stream.SendWindow > 0)
                {
                    var granted = (int)Math.Min(wanted, stream.SendWindow);
                    stream.SendWindow -= granted;
                    return granted;
                }

                changed = _windowChanged.Task;
            }

            await changed.WaitAsync(ct).ConfigureAwait(false);
        }
    }

    private async ValueTask SendDataFrameAsync(int streamId, ReadOnlyMemory<byte> data, bool fin, CancellationToken ct)
    {
        var frame = ArrayPool<byte>.Shared.Rent(SpdyFrameHeader.Bytes + data.Length);
        await _sending.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            SpdyFrameHeader.WriteData(frame, streamId, fin, data.Length);
            data.CopyTo(frame.AsMemory(SpdyFrameHeader.Bytes));
            await SendLockedAsync(frame.AsMemory(0, SpdyFrameHeader.Bytes + data.Length), ct).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    private async ValueTask SendControlAsync(SpdyFrameType type, ReadOnlyMemory<byte> payload, CancellationToken ct)
    {
        await _sending.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await SendLockedAsync(SpdyFrameHeader.Control(type, 0, payload.Span), ct).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async ValueTask SendLockedAsync(ReadOnlyMemory<byte> frame, CancellationToken ct)
    {
        await _transport.WriteAsync(frame, ct).ConfigureAwait(false);
        await _transport.FlushAsync(ct).ConfigureAwait(false);
    }

    private void EndIfFin(SpdyStream stream, SpdyFrameHeader header)
    {
        if (header.Fin)
        {
            stream.EndReceive();
            Forget(stream);
        }
    }

    private SpdyStream? Find(int id)
    {
        lock (_gate)
        {
            return _streams.GetValueOrDefault(id);
        }
    }

    private void Forget(SpdyStream stream)
    {
        if (stream.IsClosed)
        {
            lock (_gate)
            {
                _streams.Remove(stream.Id);
            }
        }
    }

    private void EndAll(Exception failure)
    {
        SpdyStream[] open;
        lock (_gate)
        {
            _failure ??= failure;
            open = [.. _streams.Values];
            _streams.Clear();
            _windowChanged.TrySetResult();
        }

        _accepted.Writer.TryComplete();
        foreach (var stream in open)
        {
            stream.EndReceive(failure);
        }
    }

    private void ThrowIfEnded()
    {
        if (_failure is not null)
        {
            throw new SpdyException(_failure.Message, _failure);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
