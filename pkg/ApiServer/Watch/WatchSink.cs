using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Streaming;

namespace Kube1.ApiServer.Watch;

/// <summary>
/// Where the frames of a watch go: a response that never ends, or the messages of a WebSocket (text for JSON, binary for
/// protobuf, which needs no lengths there).
/// </summary>
internal abstract class WatchSink : IAsyncDisposable
{
    /// <summary>What was written since the last flush.</summary>
    public int UnflushedBytes { get; protected set; }

    /// <summary>Takes a frame that nobody changes any more.</summary>
    public abstract void Write(ReadOnlyMemory<byte> frame);

    /// <summary>Takes a frame whose bytes the caller uses again.</summary>
    public abstract void WriteCopy(ReadOnlyMemory<byte> frame);

    /// <summary>Sends what was written; waits for a client that does not take it.</summary>
    public abstract ValueTask FlushAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Answers the request, so that the client knows that its watch stands.</summary>
    public static async ValueTask<WatchSink> OpenAsync(RequestScope scope, bool protobuf, CancellationTokenSource life)
    {
        var http = scope.Http;
        if (ClientUpgrade.IsWebSocket(http))
        {
            var socket = await ClientUpgrade.AcceptWebSocketAsync(http, null).ConfigureAwait(false);
            return new SocketSink(socket, protobuf, life);
        }

        http.Response.StatusCode = 200;
        http.Response.ContentType = protobuf ? MediaTypes.Protobuf + MediaTypes.WatchParameter : MediaTypes.Json;
        await http.Response.StartAsync(scope.Aborted).ConfigureAwait(false);
        await http.Response.BodyWriter.FlushAsync(scope.Aborted).ConfigureAwait(false);
        return new ResponseSink(http.Response.BodyWriter);
    }

    private sealed class ResponseSink(PipeWriter output) : WatchSink
    {
        public override void Write(ReadOnlyMemory<byte> frame)
        {
            output.Write(frame.Span);
            UnflushedBytes += frame.Length;
        }

        public override void WriteCopy(ReadOnlyMemory<byte> frame) => Write(frame);

        public override async ValueTask FlushAsync(CancellationToken cancellationToken)
        {
            if (UnflushedBytes == 0)
            {
                return;
            }

            UnflushedBytes = 0;
            var result = await output.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (result.IsCompleted)
            {
                throw new OperationCanceledException("the client has closed the watch");
            }
        }

        public override ValueTask DisposeAsync() => default;
    }

    private sealed class SocketSink : WatchSink
    {
        /// <summary>The length before a protobuf frame.</summary>
        private const int LengthBytes = 4;

        private readonly WebSocket _socket;
        private readonly bool _protobuf;
        private readonly List<ReadOnlyMemory<byte>> _frames = [];
        private readonly Task _reading;

        public SocketSink(WebSocket socket, bool protobuf, CancellationTokenSource life)
        {
            _socket = socket;
            _protobuf = protobuf;
            _reading = ReadAsync(life);
        }

        public override void Write(ReadOnlyMemory<byte> frame)
        {
            _frames.Add(_protobuf ? frame[LengthBytes..] : frame);
            UnflushedBytes += frame.Length;
        }

        public override void WriteCopy(ReadOnlyMemory<byte> frame) => Write(frame.ToArray());

        public override async ValueTask FlushAsync(CancellationToken cancellationToken)
        {
            UnflushedBytes = 0;
            var type = _protobuf ? WebSocketMessageType.Binary : WebSocketMessageType.Text;
            foreach (var frame in _frames)
            {
                await _socket.SendAsync(frame, type, endOfMessage: true, cancellationToken).ConfigureAwait(false);
            }

            _frames.Clear();
        }

        public override async ValueTask DisposeAsync()
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None)
                    .ConfigureAwait(false);
            }

            _socket.Dispose();
            await _reading.ConfigureAwait(false);
        }

        // A watcher has nothing to say but goodbye; hearing it ends the watch.
        private async Task ReadAsync(CancellationTokenSource life)
        {
            var ignored = new byte[256];
            try
            {
                while ((await _socket.ReceiveAsync(ignored.AsMemory(), life.Token).ConfigureAwait(false)).MessageType
                    != WebSocketMessageType.Close)
                {
                }
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The connection broke, the client broke the protocol, or the watch has ended: nobody listens any more.
            }

            await life.CancelAsync().ConfigureAwait(false);
        }
    }
}
