using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text;
using Kube1.ApiServer.Streaming;
using Kube1.ApiServer.Streaming.Spdy;

namespace Kube1.Tests.Streaming;

public sealed class RemoteCommandBridgeTests
{
    private const string Failure =
        """{"status":"Failure","message":"command terminated with exit code 3","reason":"NonZeroExitCode"}""";

    [Test, CancelAfter(60_000)]
    public async Task Exec_V5StdinClosed_CommandSeesTheEndAndItsOutputComes(CancellationToken ct)
    {
        await using var session = new SessionPair(ct, runClient: false);
        var (client, server) = WebSockets("v5.channel.k8s.io");
        var protocol = ChannelProtocol.Negotiate(["v5.channel.k8s.io"])!;
        using var bridge = new RemoteCommandBridge(server, session.Client, protocol, TimeProvider.System);
        var run = bridge.RunAsync(new CommandStreams(true, true, true, false), ct);
        var kubelet = ServeCatAsync(session.Server, ct);

        await client.SendAsync((byte[])[0, .. "hello"u8], WebSocketMessageType.Binary, true, ct);
        await client.SendAsync(new byte[] { 255, 0 }, WebSocketMessageType.Binary, true, ct);
        var channels = await ReadChannelsAsync(client, ct);

        Assert.That(channels[1], Is.EqualTo("hello"));
        Assert.That(channels[2], Is.EqualTo("done"));
        Assert.That(channels[3], Is.EqualTo(Failure));
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", ct);
        await kubelet;
        await run;
    }

    [Test, CancelAfter(60_000)]
    public async Task Exec_ClientLeaves_EndsTheKubeletsSession(CancellationToken ct)
    {
        await using var session = new SessionPair(ct, runClient: false);
        var (client, server) = WebSockets("v4.channel.k8s.io");
        var protocol = ChannelProtocol.Negotiate(["v4.channel.k8s.io"])!;
        using var bridge = new RemoteCommandBridge(server, session.Client, protocol, TimeProvider.System);
        var run = bridge.RunAsync(new CommandStreams(true, true, false, true), ct);

        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", ct);

        await run;
        Assert.That(ct.IsCancellationRequested, Is.False);
    }

    [Test, CancelAfter(60_000)]
    public async Task Exec_CommandEndsWhileInputStillComes_ItsOutputComesWhole(CancellationToken ct)
    {
        await using var session = new SessionPair(ct, runClient: false);
        var (client, server) = WebSockets("v5.channel.k8s.io");
        using var bridge = new RemoteCommandBridge(
            server, session.Client, ChannelProtocol.Negotiate(["v5.channel.k8s.io"])!, TimeProvider.System);
        var run = bridge.RunAsync(new CommandStreams(true, true, false, false), ct);
        // More than the connection to the client holds, so that output waits while the input fails.
        var output = new string('x', 200_000);
        var streams = await AcceptAsync(session.Server, 3, ct);
        await streams["stdout"].WriteAsync(Encoding.ASCII.GetBytes(output), ct);
        await streams["error"].WriteAsync(Encoding.UTF8.GetBytes(Failure), ct);
        await session.Server.DisposeAsync();

        await client.SendAsync((byte[])[0, .. "late"u8], WebSocketMessageType.Binary, true, ct);
        var channels = await ReadChannelsAsync(client, ct);

        Assert.That(channels[1], Is.EqualTo(output));
        Assert.That(channels[3], Is.EqualTo(Failure));
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", ct);
        await run;
    }

    [Test, CancelAfter(60_000)]
    public async Task Exec_NodeIsLost_ClientIsNotToldOfSuccess(CancellationToken ct)
    {
        await using var session = new SessionPair(ct, runClient: false);
        var (client, server) = WebSockets("v4.channel.k8s.io");
        using var bridge = new RemoteCommandBridge(
            server, session.Client, ChannelProtocol.Negotiate(["v4.channel.k8s.io"])!, TimeProvider.System);
        var run = bridge.RunAsync(new CommandStreams(false, true, false, false), ct);
        await AcceptAsync(session.Server, 2, ct);
        await session.Server.DisposeAsync();
        var status = System.Text.Json.Nodes.JsonNode.Parse((await ReadChannelsAsync(client, ct))[3])!;

        Assert.That((string?)status["status"], Is.EqualTo("Failure"));
        Assert.That((string?)status["message"], Does.Contain("connection to the node ended"));
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", ct);
        await run;
    }

    [TestCase("v4.base64.channel.k8s.io", 4, true)]
    [TestCase("channel.k8s.io", 1, false)]
    public void Negotiate_KnownAmongUnknown_IsChosen(string name, int version, bool base64)
    {
        var chosen = ChannelProtocol.Negotiate(["v9.channel.k8s.io", name]);

        Assert.That(chosen, Is.EqualTo(new ChannelProtocol(name, version, base64)));
    }

    [Test]
    public void Negotiate_NothingKnown_IsNull() => Assert.That(ChannelProtocol.Negotiate(["nonsense"]), Is.Null);

    [TestCase("""{"status":"Success"}""", "")]
    [TestCase("plain words", "plain words")]
    [TestCase(Failure, "command terminated with exit code 3")]
    public void FailureText_Status_IsWhatOldClientsGet(string status, string expected) =>
        Assert.That(RemoteCommandBridge.FailureText(Encoding.UTF8.GetBytes(status)), Is.EqualTo(expected));

    /// <summary>A kubelet whose command copies its input and then fails.</summary>
    private static async Task ServeCatAsync(SpdySession kubelet, CancellationToken ct)
    {
        var streams = await AcceptAsync(kubelet, 4, ct);
        var buffer = new byte[100];
        while (await streams["stdin"].ReadAsync(buffer, ct) is var count and > 0)
        {
            await streams["stdout"].WriteAsync(buffer.AsMemory(0, count), ct);
        }

        await streams["stderr"].WriteAsync("done"u8.ToArray(), ct);
        await streams["error"].WriteAsync(Encoding.UTF8.GetBytes(Failure), ct);
        // As the real one: it closes the connection without closing the streams.
        await kubelet.DisposeAsync();
    }

    private static async Task<Dictionary<string, SpdyStream>> AcceptAsync(
        SpdySession kubelet, int count, CancellationToken ct)
    {
        var streams = new Dictionary<string, SpdyStream>();
        while (streams.Count < count)
        {
            var stream = await kubelet.Accepted.ReadAsync(ct);
            await kubelet.ReplyAsync(stream, ct);
            streams.Add(stream.Header("streamtype")!, stream);
        }

        return streams;
    }

    private static async Task<Dictionary<int, string>> ReadChannelsAsync(WebSocket client, CancellationToken ct)
    {
        var channels = new Dictionary<int, string>();
        var buffer = new byte[64 * 1024];
        while (await client.ReceiveAsync(buffer, ct) is { MessageType: not WebSocketMessageType.Close } message)
        {
            Assert.That(message.EndOfMessage, Is.True);
            var text = Encoding.UTF8.GetString(buffer, 1, message.Count - 1);
            channels[buffer[0]] = channels.GetValueOrDefault(buffer[0], "") + text;
        }

        return channels;
    }

    private static (WebSocket Client, WebSocket Server) WebSockets(string protocol)
    {
        var forth = new Pipe();
        var back = new Pipe();
        var client = new PipeDuplex(back.Reader, forth.Writer);
        var server = new PipeDuplex(forth.Reader, back.Writer);
        return (
            WebSocket.CreateFromStream(client, new WebSocketCreationOptions { SubProtocol = protocol }),
            WebSocket.CreateFromStream(
                server, new WebSocketCreationOptions { SubProtocol = protocol, IsServer = true }));
    }
}
