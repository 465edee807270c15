using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text;
using Kube1.ApiServer.Streaming;
using Kube1.ApiServer.Streaming.Proxies;
using Kube1.ApiServer.Streaming.Spdy;
using Kube1.Client.Streaming;

namespace Kube1.Tests.Fuzzing;

/// <summary>SPDY frames, messages of exec and attach, and what stands before an upgraded connection.</summary>
public sealed class StreamFuzzTests
{
    [TestCase(true)]
    [TestCase(false)]
    public void SpdyFrames_Any_AreServedOrEndTheSession(bool isServer) => Fuzz.Check(new FuzzTarget(
        "SPDY frames", [.. SpdyConnections(isServer), .. Corpus.Read("spdy.txt"), .. Floods(isServer)],
        bytes => ServeAsync(bytes, isServer).GetAwaiter().GetResult())
    {
        MayThrow = static e => e is IOException,
        // A frame of eight bytes opens a stream, which has buffers.
        BytesPerByte = 4000,
    });

    [Test]
    public void SpdyHeaders_Any_AreReadOrRefused() => Fuzz.Check(new FuzzTarget(
        "SPDY headers", [HeaderBlock(1), HeaderBlock(20), HeaderBlock(0), .. Corpus.Read("spdyheaders.txt")],
        static bytes =>
        {
            var codec = new SpdyHeaderCodec();
            codec.Decode(bytes);
            codec.Decode(bytes);
        }) { MayThrow = static e => e is SpdyException });

    [TestCase("v5.channel.k8s.io")]
    [TestCase("v4.base64.channel.k8s.io")]
    public void ExecMessages_Any_AreServedOrDropped(string protocol) => Fuzz.Check(new FuzzTarget(
        "exec messages " + protocol, [.. Corpus.Read("exec.txt"), [0, .. "ls\n"u8], [4, .. "{\"Width\":80}"u8], [255, 0], [255]],
        bytes => RunBridgeAsync(bytes, protocol).GetAwaiter().GetResult()));

    [Test]
    public void ExitStatus_Any_HasAText() => Fuzz.Check(new FuzzTarget(
        "exit status", Corpus.Texts("{\"status\":\"Success\"}", "{\"status\":\"Failure\",\"message\":\"x\"}", "{\"status\":1}", "[]", ""),
        static bytes => RemoteCommandBridge.FailureText(bytes)));

    [Test]
    public void ResponseHead_Any_IsReadOrRefused() => Fuzz.Check(new FuzzTarget(
        "response head", Corpus.Texts(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: SPDY/3.1\r\nA:b", "HTTP/1.1 200", "HTTP/1.0 999 x\r\n: b", "HTTP/1.1 2\0\0 x"),
        static bytes =>
        {
            ResponseHeadReader.Dechunk(bytes);
            ResponseHeadReader.Parse(Encoding.Latin1.GetString(bytes));
        }) { MayThrow = static e => e is IOException });

    [Test]
    public void Chunks_Any_AreJoined() => Fuzz.Check(new FuzzTarget(
        "chunks", Corpus.Texts("5\r\nhello\r\n0\r\n\r\n", "7fffffff\r\nx\r\n", "-1\r\n", "1;a=b\r\nx\r\n0\r\n\r\n", "\r\n"),
        static bytes => ResponseHeadReader.Dechunk(bytes)));

    [Test]
    public void HtmlTag_Any_IsReadOrAbsent() => Fuzz.Check(new FuzzTarget(
        "HTML tag", Corpus.Texts("<a href=\"/x\">", "<img src = x/>", "<a =b c='d'>", "<A\0 HREF>", "<x/////"),
        static bytes =>
        {
            // The rewriter hands over what starts so.
            byte[] text = [.. "<a"u8, .. bytes];
            if (HtmlTag.Parse(text) is { } tag)
            {
                Fuzz.Require(tag.Length <= text.Length, "a tag beyond the text");
                Fuzz.Require(
                    tag.Attributes.All(a => a.Start >= 0 && a.Length >= 0 && a.Start + a.Length <= tag.Length), "a value beyond its tag");
            }
        }));

    private static async Task ServeAsync(byte[] bytes, bool isServer)
    {
        await using var session = new SpdySession(new ScriptedStream(bytes), isServer);
        var run = session.RunAsync(CancellationToken.None);
        await foreach (var stream in session.Accepted.ReadAllAsync())
        {
            await session.ReplyAsync(stream, CancellationToken.None);
            _ = (stream.Header("streamtype"), stream.Header("port"));
        }

        await run;
    }

    private static async Task RunBridgeAsync(byte[] bytes, string protocol)
    {
        using var stop = new CancellationTokenSource();
        await using var session = new SpdySession(new ScriptedStream(null), isServer: false);
        using var socket = new ScriptedSocket(bytes);
        using var bridge = new RemoteCommandBridge(
            socket, session, ChannelProtocol.Negotiate([protocol])!, TimeProvider.System);
        await bridge.RunAsync(new CommandStreams(true, true, true, true), stop.Token);
    }

    private static IEnumerable<byte[]> SpdyConnections(bool isServer)
    {
        // What the other side of a session sends: its streams' ids have the other parity.
        var output = new MemoryStream();
        var peer = new SpdySession(new ScriptedStream(null, output), !isServer);
        for (var i = 0; i < 4; i++)
        {
            var stream = peer.OpenAsync([new("streamtype", "data"), new("port", "80")], default).AsTask().GetAwaiter().GetResult();
            stream.WriteAsync("hello"u8.ToArray(), default).AsTask().GetAwaiter().GetResult();
            if (i % 2 == 0)
            {
                stream.CloseWritesAsync(default).AsTask().GetAwaiter().GetResult();
            }

            yield return output.ToArray();
        }

        peer.PingAsync(isServer ? 1u : 2u, default).AsTask().GetAwaiter().GetResult();
        peer.SendSettingsAsync(1000, default).AsTask().GetAwaiter().GetResult();
        peer.GoAwayAsync(default).AsTask().GetAwaiter().GetResult();
        yield return output.ToArray();
        foreach (var type in Enum.GetValues<SpdyFrameType>())
        {
            yield return SpdyFrameHeader.Control(type, 1, new byte[12]);
            yield return SpdyFrameHeader.Control(type, 0, [0, 0, 0, 1]);
            yield return SpdyFrameHeader.Control(type, 0, []);
        }
    }

    // Streams, pings and settings without end.
    private static IEnumerable<byte[]> Floods(bool isServer)
    {
        var codec = new SpdyHeaderCodec();
        var streams = new MemoryStream();
        for (var i = 0; i < 3000; i++)
        {
            var block = codec.Encode([]);
            var payload = new byte[10 + block.Length];
            BinaryPrimitives.WriteInt32BigEndian(payload, (2 * i) + (isServer ? 1 : 2));
            block.CopyTo(payload.AsSpan(10));
            streams.Write(SpdyFrameHeader.Control(SpdyFrameType.SynStream, 0, payload));
        }

        yield return streams.ToArray();
        yield return [.. Enumerable.Repeat(SpdyFrameHeader.Control(SpdyFrameType.Ping, 0, [0, 0, 0, 1]), 20_000).SelectMany(f => f)];
        byte[] settings = [0, 0, 0, 1, 0, 0, 0, 7, 0x7f, 0xff, 0xff, 0xff];
        byte[] window = [0, 0, 0, 1, 0x7f, 0xff, 0xff, 0xff];
        yield return [.. Enumerable.Repeat(SpdyFrameHeader.Control(SpdyFrameType.Settings, 0, settings), 20_000).SelectMany(f => f)];
        yield return [.. Enumerable.Repeat(SpdyFrameHeader.Control(SpdyFrameType.WindowUpdate, 0, window), 20_000).SelectMany(f => f)];
    }

    private static byte[] HeaderBlock(int count) => new SpdyHeaderCodec().Encode(
        [.. Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"name{i}", $"value{i}"))]);

    /// <summary>A connection that brings these bytes and takes all; without bytes it brings nothing, and does not end.</summary>
    private sealed class ScriptedStream(byte[]? input, MemoryStream? output = null) : DuplexStream
    {
        private readonly Stream _input = input is null ? new Pipe().Reader.AsStream() : new MemoryStream(input);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _input.ReadAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            _input.ReadAsync(buffer, offset, count, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            output?.Write(buffer.Span);
            return default;
        }

        public override ValueTask CompleteWritesAsync(CancellationToken ct) => default;

        public override int Read(byte[] buffer, int offset, int count) => _input.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => output?.Write(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }

    /// <summary>A client whose messages are cut out of the input: each begins with its length and whether it ends there.</summary>
    private sealed class ScriptedSocket(byte[] script) : WebSocket
    {
        private int _at;
        private WebSocketState _state = WebSocketState.Open;

        public override WebSocketCloseStatus? CloseStatus => null;

        public override string? CloseStatusDescription => null;

        public override WebSocketState State => _state;

        public override string? SubProtocol => null;

        public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken)
        {
            if (_at >= script.Length)
            {
                _state = WebSocketState.CloseReceived;
                return Task.FromResult(new WebSocketReceiveResult(0, WebSocketMessageType.Close, true));
            }

            var length = Math.Min(script[_at] >> 1, Math.Min(script.Length - _at - 1, buffer.Count));
            var ends = (script[_at] & 1) == 0;
            script.AsSpan(_at + 1, length).CopyTo(buffer);
            _at += 1 + length;
            return Task.FromResult(new WebSocketReceiveResult(length, WebSocketMessageType.Binary, ends));
        }

        public override Task SendAsync(
            ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
            Task.CompletedTask;

        public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
            Task.CompletedTask;

        public override Task CloseOutputAsync(
            WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Abort() => _state = WebSocketState.Aborted;

        public override void Dispose()
        {
        }
    }
}
