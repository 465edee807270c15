namespace Kube1.ApiServer.Streaming;

/// <summary>
/// The stream under a WebSocket that a client has opened. A server must not take frames that are not masked (RFC 6455 section
/// 5.1), but .NET's does. Here something takes the place of such a frame for which it ends the connection as the protocol
/// wants it, and nothing comes after that.
/// </summary>
internal sealed class ClientFrames(Stream inner) : Stream
{
    private const byte Masked = 0x80;

    private const int MaskBytes = 4;

    // A frame with reserved bits, no payload and a mask.
    private static readonly byte[] Refused = [0x70, Masked, 0, 0, 0, 0];

    // What is left of the current frame's mask and payload.
    private ulong _skip;
    private ulong _length;
    private int _lengthBytes;
    private byte? _held;
    private bool _inHeader;
    private ReadOnlyMemory<byte>? _refusal;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_refusal is null)
        {
            var count = 0;
            if (_held is { } held && buffer.Length > 1)
            {
                buffer.Span[count++] = held;
                _held = null;
            }

            var got = await inner.ReadAsync(buffer[count..], cancellationToken).ConfigureAwait(false);
            if (got == 0)
            {
                return 0;
            }

            if (Inspect(buffer.Span[..(count + got)]) is > 0 and var sound)
            {
                return sound;
            }
        }

        var refusal = _refusal.Value;
        var rest = Math.Min(refusal.Length, buffer.Length);
        refusal[..rest].CopyTo(buffer);
        _refusal = refusal[rest..];
        return rest;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    // How many of these bytes may be handed on. The first byte of a frame is held back until the second, which says whether
    // the frame is masked, is there too.
    private int Inspect(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length;)
        {
            if (_skip > 0)
            {
                var skipped = (int)Math.Min(_skip, (ulong)(bytes.Length - i));
                _skip -= (ulong)skipped;
                i += skipped;
            }
            else if (_inHeader)
            {
                _length = (_length << 8) | bytes[i++];
                _lengthBytes--;
                EndHeader();
            }
            else if (i == bytes.Length - 1)
            {
                _held = bytes[i];
                return i;
            }
            else if ((bytes[i + 1] & Masked) == 0)
            {
                _refusal = Refused;
                return i;
            }
            else
            {
                var length = bytes[i + 1] & ~Masked;
                (_length, _lengthBytes) = length switch
                {
                    126 => (0ul, 2),
                    127 => (0ul, 8),
                    _ => ((ulong)length, 0),
                };
                i += 2;
                EndHeader();
            }
        }

        return bytes.Length;
    }

    private void EndHeader()
    {
        _inHeader = _lengthBytes > 0;
        if (!_inHeader)
        {
            // A length beyond an int64 is refused by who reads the frame.
            _skip = Math.Min(_length, long.MaxValue) + MaskBytes;
        }
    }
}
