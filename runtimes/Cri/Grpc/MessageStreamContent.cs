using System.Net;
using Google.Protobuf;

namespace Kube1.Runtimes.Cri.Grpc;

/// <summary>A request body of many messages, produced while it is sent: HTTP/2's windows slow it down.</summary>
internal sealed class MessageStreamContent<TRequest>(Func<Func<TRequest, ValueTask>, CancellationToken, Task> write)
    : HttpContent
    where TRequest : IMessage
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _started;

    /// <summary>What the producer threw of its own, as opposed to what the connection did.</summary>
    public Exception? SourceFailure { get; private set; }

    /// <summary>
    /// Ends the producer and waits for it: an answer may come before the body is through, and the producer's source
    /// must not be read any more when the caller goes on.
    /// </summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            await _finished.Task.ConfigureAwait(false);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            throw new InvalidOperationException("a message stream can be sent once");
        }

        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        var connectionBroke = false;
        try
        {
            await write(SendAsync, linked.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!connectionBroke && e is not OperationCanceledException)
        {
            SourceFailure = e;
            throw;
        }
        finally
        {
            _finished.TrySetResult();
        }

        async ValueTask SendAsync(TRequest message)
        {
            try
            {
                await stream.WriteAsync(GrpcFrames.Encode(message), linked.Token).ConfigureAwait(false);
                await stream.FlushAsync(linked.Token).ConfigureAwait(false);
            }
            catch
            {
                connectionBroke = true;
                throw;
            }
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
