using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Client.Streaming;
using Kube1.Tests.ApiServer;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.Tests.Streaming;

/// <summary>WebSockets and other protocol upgrades through the proxy subresources.</summary>
public sealed class ProxyUpgradeTests
{
    private const string Path = ProxiedCluster.Services + "/web:80/proxy/x?a=%2F";

    private ProxiedCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await ProxiedCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [TestCase("1.1"), TestCase("2.0"), CancelAfter(60_000)]
    public async Task WebSocket_ThroughTheProxy_CarriesMessagesAndItsProtocolButNotTheToken(
        string version, CancellationToken ct)
    {
        var (target, protocols) = ("", "");
        _cluster.Backend.Handle = async context =>
        {
            target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            protocols = context.Request.Headers.SecWebSocketProtocol.ToString();
            using var socket = await context.WebSockets.AcceptWebSocketAsync("chat");
            await EchoAsync(socket, ct);
        };
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("base64url.bearer.authorization.k8s.io.c2VjcmV0");
        client.Options.AddSubProtocol("chat");
        await _cluster.ConnectAsync(client, new Uri(_cluster.Cluster.Address + Path), version, ct);
        var sent = RandomNumberGenerator.GetBytes(300_000);
        var received = new byte[sent.Length];
        var sending = client.SendAsync(sent, WebSocketMessageType.Binary, true, ct);
        for (var at = 0; at < received.Length;)
        {
            at += (await client.ReceiveAsync(received.AsMemory(at), ct)).Count;
        }

        await sending;
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", ct);

        Assert.That(client.SubProtocol, Is.EqualTo("chat"));
        Assert.That(protocols, Is.EqualTo("chat"));
        Assert.That(target, Is.EqualTo("/x?a=%2F"));
        Assert.That(received.AsSpan().SequenceEqual(sent), Is.True);
    }

    [Test, CancelAfter(60_000)]
    public async Task WebSocket_OverHttp2ToWhatIsNoStream_IsNotAllowed(CancellationToken ct)
    {
        using var client = new ClientWebSocket();
        client.Options.CollectHttpResponseDetails = true;

        Assert.That(
            async () => await _cluster.ConnectAsync(client, new Uri(_cluster.Cluster.Address + ProxiedCluster.Pods), "2.0", ct),
            Throws.InstanceOf<WebSocketException>());
        Assert.That((int)client.HttpStatusCode, Is.EqualTo(405));
    }

    [Test, CancelAfter(60_000)]
    public async Task Upgrade_ToAnyProtocol_JoinsTheTwoConnections(CancellationToken ct)
    {
        _cluster.Backend.Handle = async context =>
        {
            context.Response.Headers.Upgrade = "parrot/1";
            await using var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
            var buffer = new byte[5];
            await stream.ReadExactlyAsync(buffer, ct);
            await stream.WriteAsync(buffer.Reverse().ToArray(), ct);
        };
        await using var answer = await DialAsync("parrot/1", ct);
        await answer.Stream!.WriteAsync("hello"u8.ToArray(), ct);
        var said = new byte[5];
        await answer.Stream.ReadExactlyAsync(said, ct);

        Assert.That(answer.StatusCode, Is.EqualTo(101));
        Assert.That(answer.Header("Upgrade"), Is.EqualTo("parrot/1"));
        Assert.That(Encoding.ASCII.GetString(said), Is.EqualTo("olleh"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Upgrade_Refused_GivesTheServersAnswer(CancellationToken ct)
    {
        _cluster.Backend.Handle = context =>
        {
            context.Response.StatusCode = 403;
            context.Response.Headers["X-Why"] = "because";
            return context.Response.WriteAsync("no parrots", ct);
        };
        await using var answer = await DialAsync("parrot/1", ct);

        Assert.That(answer.StatusCode, Is.EqualTo(403));
        Assert.That(answer.Header("X-Why"), Is.EqualTo("because"));
        Assert.That(Encoding.ASCII.GetString(answer.Body.Span), Is.EqualTo("no parrots"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Upgrade_RefusedWithAPage_GivesTheWholePage(CancellationToken ct)
    {
        var page = new string('x', 300_000);
        _cluster.Backend.Handle = context =>
        {
            context.Response.StatusCode = 403;
            return context.Response.WriteAsync(page, ct);
        };
        await using var answer = await DialAsync("parrot/1", ct);

        Assert.That(Encoding.ASCII.GetString(answer.Body.Span), Is.EqualTo(page));
        Assert.That(answer.IsWhole, Is.True);
    }

    [Test, CancelAfter(60_000)]
    public async Task Upgrade_RefusedWithMoreThanIsKept_IsNotToldToBeWhole(CancellationToken ct)
    {
        _cluster.Backend.Handle = context =>
        {
            context.Response.StatusCode = 403;
            return context.Response.WriteAsync(new string('x', 3_000_000), ct);
        };
        bool isWhole;
        try
        {
            isWhole = (await DialAsync("parrot/1", ct)).IsWhole;
        }
        catch (IOException)
        {
            isWhole = false; // reset before all of it was read
        }

        Assert.That(isWhole, Is.False);
    }

    [Test, CancelAfter(60_000)]
    public async Task Upgrade_Ignored_IsAnError(CancellationToken ct)
    {
        _cluster.Backend.Handle = context => context.Response.WriteAsync("a page", ct);
        await using var answer = await DialAsync("parrot/1", ct);
        var status = JsonNode.Parse(answer.Body.Span)!.AsObject();

        Assert.That(answer.StatusCode, Is.EqualTo(500));
        Assert.That(status.Text("message"), Is.EqualTo("invalid upgrade response: status code 200"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Upgrade_ToAClosedPort_IsAnError(CancellationToken ct)
    {
        await using var answer = await DialAsync("parrot/1", ct, ProxiedCluster.Pods + "/web:81/proxy/");
        var status = JsonNode.Parse(answer.Body.Span)!.AsObject();

        Assert.That(answer.StatusCode, Is.EqualTo(500));
        Assert.That(status.Text("message"), Does.Match("^error dialing backend: dial tcp .*: connect: connection refused$"));
    }

    private Task<UpgradeResponse> DialAsync(string protocol, CancellationToken ct, string path = Path) =>
        new UpgradeDialer(TimeProvider.System).DialAsync(
            new UpgradeRequest
            {
                Uri = new Uri(_cluster.Cluster.Address + path),
                Method = "GET",
                Protocol = protocol,
                MaxRefusalBytes = 10_000_000,
                Tls = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = LoopbackServers.Trust },
            },
            ct);

    private static async Task EchoAsync(WebSocket socket, CancellationToken ct)
    {
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, ct) is { MessageType: not WebSocketMessageType.Close } message)
        {
            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, ct);
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "bye", ct);
    }
}
