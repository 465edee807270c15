using System.Buffers;
using System.Buffers.Binary;

namespace Kube1.ApiServer.Streaming.Spdy;

/// <summary>The receiving half: each frame is checked and given to its stream.</summary>
internal sealed partial class SpdySession
{
    private async ValueTask<bool> ReadFrameAsync(CancellationToken ct)
    {
        var bytes = new byte[SpdyFrameHeader.Bytes];
        var got = await _transport.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct)
            .ConfigureAwait(false);
        if (got == 0)
        {
            return false;
        }

        if (got < bytes.Length)
        {
            throw new SpdyException("the connection ended within a frame");
        }

        var header = SpdyFrameHeader.Parse(bytes);
        if (!header.IsControl)
        {
            await ReceiveDataAsync(header, ct).ConfigureAwait(false);
            return true;
        }

        if (header.Length > MaxControlBytes)
        {
            throw new SpdyException($"a control frame is larger than {MaxControlBytes} bytes");
        }

        var payload = new byte[header.Length];
        await ReadExactlyAsync(payload, ct).ConfigureAwait(false);
        await ReceiveControlAsync(header, payload, ct).ConfigureAwait(false);
        return true;
    }

    private async ValueTask ReceiveDataAsync(SpdyFrameHeader header, CancellationToken ct)
    {
        var stream = Find(header.StreamId);
        var buffer = ArrayPool<byte>.Shared.Rent(DataChunkBytes);
        try
        {
            for (var left = header.Length; left > 0;)
            {
                var chunk = buffer.AsMemory(0, Math.Min(left, DataChunkBytes));
                await ReadExactlyAsync(chunk, ct).ConfigureAwait(false);
                left -= chunk.Length;
                if (stream is not null)
                {
                    await stream.ReceiveAsync(chunk, ct).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (stream is not null && header.Fin)
        {
            stream.EndReceive();
            Forget(stream);
        }
    }

    private async ValueTask ReceiveControlAsync(SpdyFrameHeader header, byte[] payload, CancellationToken ct)
    {
        switch (header.Type)
        {
            case SpdyFrameType.SynStream:
                await ReceiveSynStreamAsync(header, payload, ct).ConfigureAwait(false);
                break;
            case SpdyFrameType.SynReply or SpdyFrameType.Headers:
                // Decoded in any case: the compression state goes on with each block.
                var id = Integer(payload, 0);
                _codec.Decode(payload[4..]);
                if (Find(id) is { } replied)
                {
                    replied.OnReply();
                    EndIfFin(replied, header);
                }

                break;
            case SpdyFrameType.RstStream:
                if (Find(Integer(payload, 0)) is { } reset)
                {
                    reset.EndReceive(
                        new SpdyException($"the peer reset stream {reset.Id} (status {Integer(payload, 4)})"));
                    Forget(reset);
                }

                break;
            case SpdyFrameType.Ping:
                var ping = (uint)Integer(payload, 0);
                // Odd pings are the client's; only the other side's are answered.
                if (ping % 2 == 1 == _isServer)
                {
                    await PingAsync(ping, ct).ConfigureAwait(false);
                }

                break;
            case SpdyFrameType.Settings:
                ReceiveSettings(payload);
                break;
            case SpdyFrameType.WindowUpdate:
                ReceiveWindowUpdate(Integer(payload, 0), Integer(payload, 4));
                break;
            case SpdyFrameType.GoAway:
                break; // what is open is finished; the peer closes the connection itself
            default:
                break; // unknown control frames are ignored (section 2.2.1)
        }
    }

    private async ValueTask ReceiveSynStreamAsync(SpdyFrameHeader header, byte[] payload, CancellationToken ct)
    {
        var id = Integer(payload, 0);
        if (payload.Length < 10)
        {
            throw new SpdyException("a SYN_STREAM frame is cut short");
        }

        var headers = _codec.Decode(payload[10..]);
        SpdyStream stream;
        lock (_gate)
        {
            if (id % 2 == 0 != !_isServer || id <= _lastPeerId)
            {
                throw new SpdyException($"the peer opened a stream with the invalid id {id}");
            }

            if (_streams.Count >= MaxStreams)
            {
                throw new SpdyException($"the peer opened more than {MaxStreams} streams");
            }

            _lastPeerId = id;
            stream = new SpdyStream(this, id, headers, _peerInitialWindow);
            _streams.Add(id, stream);
        }

        EndIfFin(stream, header);
        await _accepted.Writer.WriteAsync(stream, ct).ConfigureAwait(false);
    }

    private void ReceiveSettings(byte[] payload)
    {
        var count = Integer(payload, 0);
        if (count < 0 || payload.Length - 4 != (long)count * 8)
        {
            throw new SpdyException("a SETTINGS frame has a wrong length");
        }

        for (var i = 0; i < count; i++)
        {
            if ((Integer(payload, 4 + (i * 8)) & 0xffffff) == SettingInitialWindow)
            {
                var window = Integer(payload, 8 + (i * 8));
                lock (_gate)
                {
                    foreach (var stream in _streams.Values)
                    {
                        stream.SendWindow += window - (long)_peerInitialWindow;
                    }

                    _peerInitialWindow = window;
                    UseWindows();
                }
            }
        }
    }

    private void ReceiveWindowUpdate(int streamId, int delta)
    {
        if (delta <= 0)
        {
            throw new SpdyException($"a WINDOW_UPDATE frame grants {delta} bytes");
        }

        lock (_gate)
        {
            if (_streams.TryGetValue(streamId, out var stream))
            {
                stream.SendWindow += delta;
            }

            UseWindows();
        }
    }

    // Called with the gate held.
    private void UseWindows()
    {
        _peerUsesWindows = true;
        _windowChanged.TrySetResult();
        _windowChanged = NewSignal();
    }

    private async ValueTask ReadExactlyAsync(Memory<byte> buffer, CancellationToken ct)
    {
        var got = await _transport.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct)
            .ConfigureAwait(false);
        if (got < buffer.Length)
        {
            throw new SpdyException("the connection ended within a frame");
        }
    }

    private static int Integer(byte[] payload, int at) => payload.Length >= at + 4
        ? BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(at)) & 0x7fffffff
        : throw new SpdyException("a control frame is cut short");
}
