using System.Net.Security;
using System.Net.Sockets;

namespace Kube1.Client.Streaming;

/// <summary>
/// The raw connection behind an upgraded request. Bytes that arrived together with the response head are read first.
/// Owns the socket, which a transport over TLS may do without.
/// </summary>
internal sealed class ConnectionStream(Socket? socket, Stream transport) : DuplexStream
{
    private ReadOnlyMemory<byte> _early;
    private int _writesCompleted;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Gives back bytes that were read too far; called once, before the stream is handed out.</summary>
    internal void PushBack(ReadOnlyMemory<byte> early) => _early = early;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_early.IsEmpty)
        {
            return await transport.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }

        var count = Math.Min(buffer.Length, _early.Length);
        _early[..count].CopyTo(buffer);
        _early = _early[count..];
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        transport.WriteAsync(buffer, cancellationToken);

    public override async ValueTask CompleteWritesAsync(CancellationToken ct)
    {
        if (Interlocked.Exchange(ref _writesCompleted, 1) != 0)
        {
            return;
        }

        if (transport is SslStream tls)
        {
            await tls.ShutdownAsync().WaitAsync(ct).ConfigureAwait(false);
        }
        else
        {
            socket?.Shutdown(SocketShutdown.Send);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) => transport.Write(buffer, offset, count);

    public override void Flush() => transport.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => transport.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            transport.Dispose();
            socket?.Dispose();
        }

        base.Dispose(disposing);
    }
}
