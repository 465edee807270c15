using System.Buffers;
using System.Net.WebSockets;
using System.Text;

namespace Kube1.ApiServer.Streaming;

/// <summary>
/// A client's WebSocket whose messages begin with the number of their channel
/// (k8s.io/apimachinery/pkg/util/httpstream/wsstream): a byte, or a digit before what is base64.
/// </summary>
internal sealed class ChannelSocket(WebSocket socket, bool base64, TimeProvider time) : IDisposable
{
    /// <summary>What is worth reading at once; kubectl sends as much.</summary>
    public const int BufferBytes = 32 * 1024;

    // A message in base64 must be whole to be decoded.
    private const int MaxTextMessageBytes = 1024 * 1024;

    // A client answers a close frame at once; one that does not is left.
    private static readonly TimeSpan CloseWait = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _sending = new(1, 1);

    /// <summary>Hands over what comes, a piece of a message at a time, until the client closes.</summary>
    /// <exception cref="IOException">The client breaks the protocol.</exception>
    public async Task ReceiveAsync(
        Func<int, ReadOnlyMemory<byte>, CancellationToken, ValueTask> dispatch, CancellationToken ct)
    {
        var buffer = new byte[BufferBytes];
        var text = new ArrayBufferWriter<byte>();
        var channel = -1;
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(), ct).ConfigureAwait(false);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            ReadOnlyMemory<byte> data = buffer.AsMemory(0, result.Count);
            if (base64)
            {
                text.Write(data.Span);
                if (text.WrittenCount > MaxTextMessageBytes)
                {
                    throw new IOException("a message of the client is too large");
                }

                if (!result.EndOfMessage)
                {
                    continue;
                }

                data = Decode(text.WrittenSpan);
                text.ResetWrittenCount();
            }

            if (channel < 0)
            {
                if (data.IsEmpty)
                {
                    continue;
                }

                channel = data.Span[0];
                data = data[1..];
            }

            await dispatch(channel, data, ct).ConfigureAwait(false);
            channel = result.EndOfMessage ? -1 : channel;
        }
    }

    /// <summary>Sends a message, whose first byte is its channel.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken ct)
    {
        var type = WebSocketMessageType.Binary;
        if (base64)
        {
            var encoded = (char)('0' + message.Span[0]) + Convert.ToBase64String(message.Span[1..]);
            message = Encoding.ASCII.GetBytes(encoded);
            type = WebSocketMessageType.Text;
        }

        await _sending.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await socket.SendAsync(message, type, endOfMessage: true, ct).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>
    /// Closes and waits for the client's answer, by which <paramref name="input"/> ends: a connection that is dropped
    /// before it is reset, which can cost the client output that it has not read yet.
    /// </summary>
    public async Task CloseAsync(Task input, CancellationToken ct)
    {
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", ct).ConfigureAwait(false);
        using var waited = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(input, Task.Delay(CloseWait, time, waited.Token)).ConfigureAwait(false);
        await waited.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Waits for what moves bytes, whichever way it ends: a stream's end by reset, or a connection that went away. The
    /// bridge ends by itself.
    /// </summary>
    public static async Task Quietly(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or WebSocketException or OperationCanceledException
            or ObjectDisposedException or InvalidOperationException)
        {
            // See above.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sending.Dispose();

    private static byte[] Decode(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return [];
        }

        try
        {
            return [(byte)(text[0] - '0'), .. Convert.FromBase64String(Encoding.ASCII.GetString(text[1..]))];
        }
        catch (FormatException e)
        {
            throw new IOException("a message of the client is no base64", e);
        }
    }
}
