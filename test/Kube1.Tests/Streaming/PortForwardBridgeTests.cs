using System.Net.WebSockets;
using System.Text;
using Kube1.ApiServer.Streaming.Spdy;
using Microsoft.AspNetCore.Http;

namespace Kube1.Tests.Streaming;

/// <summary>portforward over a WebSocket with two channels a port, as clients in other languages than Go speak it.</summary>
public sealed class PortForwardBridgeTests
{
    private ProxiedCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await ProxiedCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [TestCase("v4.channel.k8s.io"), TestCase("v4.base64.channel.k8s.io"), TestCase(null), CancelAfter(60_000)]
    public async Task Forward_TwoPorts_EachHasItsChannels(string? protocol, CancellationToken ct)
    {
        _cluster.Backend.Handle = context => ServeAsync(context, ct);
        using var client = await ConnectAsync(protocol, "ports=80&ports=8080", ct);
        var channels = new Channels(client, protocol == "v4.base64.channel.k8s.io");

        await channels.SendAsync(0, "one", ct);
        await channels.SendAsync(2, "two", ct);
        await channels.ReadToEndAsync(ct);

        Assert.That(client.SubProtocol, Is.EqualTo(protocol));
        Assert.That(channels.Text(0), Is.EqualTo("P\080:one"));
        Assert.That(channels.Text(1), Is.EqualTo("P\0"));
        Assert.That(channels.Text(2), Is.EqualTo("\u0090\u001f8080:two"));
        Assert.That(channels.Text(3), Is.EqualTo("\u0090\u001fno luck"));
    }

    [TestCase("", "query parameter \"port\" is required")]
    [TestCase("ports=0", "port \"0\" must be > 0")]
    [TestCase("ports=80,x", "cannot convert to []int32: strconv.ParseUint: parsing \"x\": invalid syntax")]
    public async Task Forward_WithoutAPort_BadRequest(string query, string message)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{ProxiedCluster.Pods}/web/portforward?{query}");
        request.Headers.Add("Connection", "Upgrade");
        request.Headers.Add("Upgrade", "websocket");
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        request.Headers.Add("Sec-WebSocket-Protocol", "v4.channel.k8s.io");

        using var response = await _cluster.Http.SendAsync(request);

        Assert.That((int)response.StatusCode, Is.EqualTo(400));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain(message.Replace("\"", "\\\"")));
    }

    // Says the port and what it has heard; the second one complains as well.
    private static async Task ServeAsync(HttpContext context, CancellationToken ct)
    {
        await using var session = new SpdySession(await SpdyBackends.UpgradeAsync(context), isServer: true);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var run = session.RunAsync(stop.Token);
        var open = new List<SpdyStream>();
        while (open.Count < 4)
        {
            open.Add(await session.Accepted.ReadAsync(ct));
            await session.ReplyAsync(open[^1], ct);
        }

        Assert.That(open.Select(s => s.Header("streamtype")), Is.EqualTo(["error", "data", "error", "data"]));
        foreach (var data in open.Where(s => s.Header("streamtype") == "data"))
        {
            var heard = new byte[3];
            await data.ReadAsync(heard, ct);
            await data.WriteAsync(Encoding.ASCII.GetBytes($"{data.Header("port")}:{Encoding.ASCII.GetString(heard)}"), ct);
        }

        await open[2].WriteAsync("no luck"u8.ToArray(), ct);
        foreach (var stream in open)
        {
            await stream.CloseWritesAsync(ct);
        }

        // Until the API server has read all of it.
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<ClientWebSocket> ConnectAsync(string? protocol, string query, CancellationToken ct)
    {
        var client = new ClientWebSocket();
        if (protocol is not null)
        {
            client.Options.AddSubProtocol(protocol);
        }

        var address = new Uri(_cluster.Cluster.Address!, $"{ProxiedCluster.Pods}/web/portforward?{query}");
        await _cluster.ConnectAsync(client, address, "1.1", ct);
        return client;
    }

    private sealed class Channels(WebSocket socket, bool base64)
    {
        private readonly Dictionary<int, string> _texts = [];

        public string Text(int channel) => _texts.GetValueOrDefault(channel, "");

        public Task SendAsync(int channel, string text, CancellationToken ct) => base64
            ? socket.SendAsync(
                Encoding.ASCII.GetBytes(channel + Convert.ToBase64String(Encoding.Latin1.GetBytes(text))),
                WebSocketMessageType.Text, true, ct)
            : socket.SendAsync(
                (byte[])[(byte)channel, .. Encoding.Latin1.GetBytes(text)], WebSocketMessageType.Binary, true, ct);

        public async Task ReadToEndAsync(CancellationToken ct)
        {
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer, ct) is { MessageType: not WebSocketMessageType.Close } message)
            {
                var bytes = buffer.AsSpan(0, message.Count);
                var channel = base64 ? bytes[0] - '0' : bytes[0];
                _texts[channel] = Text(channel) + Encoding.Latin1.GetString(
                    base64 ? Convert.FromBase64String(Encoding.ASCII.GetString(bytes[1..])) : bytes[1..]);
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", ct);
        }
    }
}
