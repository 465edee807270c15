using Kube1.Api.Errors;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Http;

/// <summary>
/// A request's body that must be there in time: a client that stalls would otherwise keep its place among the requests
/// in flight. Throws upstream's 504 when the time is up, and 400 for a body that breaks the protocol.
/// </summary>
internal sealed class TimedBody(Stream body, TimeProvider time, TimeSpan limit) : Stream
{
    private CancellationTokenSource? _deadline;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _deadline ??= new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _deadline.Token);
        try
        {
            return await body.ReadAsync(buffer, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (
            _deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw ApiErrors.Timeout("Timeout: request did not complete within the allotted timeout", 0);
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            // A size of a chunk that no number holds, for which Kestrel has no better exception; or a broken connection.
            throw ApiErrors.BadRequest(e.Message);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _deadline?.Dispose();
        }

        base.Dispose(disposing);
    }
}
