using System.Net.WebSockets;
using System.Text;
using Kube1.ApiServer.Streaming.Spdy;
using Kube1.Tests.ApiServer;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.Tests.Streaming;

/// <summary>pods/log, exec, attach and portforward at the API server: what the kubelet is asked, and what is refused.</summary>
public sealed class PodSubresourceTests
{
    private const string Web = ProxiedCluster.Pods + "/web";

    private ProxiedCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await ProxiedCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [TestCase("log?container=a", "/containerLogs/default/web/a")]
    [TestCase(
        "log?container=a&follow=true&tailLines=3&pretty=true&sinceTime=2026-01-02T03:04:05Z",
        "/containerLogs/default/web/a?follow=true&sinceTime=2026-01-02T03%3A04%3A05Z&tailLines=3")]
    public async Task Log_Options_ArePassedToTheKubelet(string path, string asked)
    {
        _cluster.Backend.Handle = context =>
            context.Response.WriteAsync(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        using var response = await _cluster.Http.SendRawAsync("GET", $"{Web}/{path}");

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo(asked));
        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("text/plain"));
    }

    [TestCase("log", 400, "a container name must be specified for pod web, choose one of: [a b]")]
    [TestCase("log?container=c", 400, "container c is not valid for pod web")]
    [TestCase("log?container=a&tailLines=-1", 422, "PodLogOptions \"web\" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0")]
    [TestCase("log?container=a&limitBytes=0", 422, "PodLogOptions \"web\" is invalid: limitBytes: Invalid value: 0: must be greater than 0")]
    [TestCase("log?container=a&sinceSeconds=0", 422, "PodLogOptions \"web\" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0")]
    [TestCase("log?container=a&stream=Both", 422, "PodLogOptions \"web\" is invalid: stream: Unsupported value: \"Both\": supported values: \"All\", \"Stderr\", \"Stdout\"")]
    [TestCase("log?container=a&tailLines=x", 400, "strconv.ParseInt: parsing \"x\": invalid syntax")]
    [TestCase("exec?container=a&command=ls", 400, "Upgrade request required")]
    [TestCase("attach?container=c", 400, "container c is not valid for pod web")]
    [TestCase("portforward", 400, "Upgrade request required")]
    public async Task Subresource_Wrong_IsRefusedInUpstreamsWords(string path, int code, string message)
    {
        var (answered, status) = await _cluster.Http.SendAsync("GET", $"{Web}/{path}");

        Assert.That(answered, Is.EqualTo(code), status.ToJsonString());
        Assert.That(status.Text("message"), Is.EqualTo(message));
    }

    [TestCase(400, 400, "BadRequest", "because")]
    [TestCase(404, 404, "NotFound", "pods/log \"web\" not found")]
    [TestCase(500, 500, "InternalError", "Internal error occurred: because")]
    public async Task Log_KubeletRefuses_ItsWordsBecomeAStatus(int kubelet, int code, string reason, string message)
    {
        _cluster.Backend.Handle = context =>
        {
            context.Response.StatusCode = kubelet;
            return context.Response.WriteAsync("because");
        };
        var (answered, status) = await _cluster.Http.SendAsync("GET", Web + "/log?container=a");

        Assert.That(answered, Is.EqualTo(code));
        Assert.That(status.Text("reason"), Is.EqualTo(reason));
        Assert.That(status.Text("message"), Is.EqualTo(message));
    }

    [Test]
    public async Task Log_NodeIsUnreachable_IsToldInUpstreamsWords()
    {
        var (code, status) = await _cluster.Http.SendAsync("GET", ProxiedCluster.Pods + "/lost/log");

        Assert.That(code, Is.EqualTo(500));
        Assert.That(status["reason"], Is.Null);
        Assert.That(status.Text("message"), Is.EqualTo(
            "Get \"https://192.168.0.2:81/containerLogs/default/lost/a\": dial tcp 192.168.0.2:81: connect: connection refused"));
    }

    [TestCase("1.1"), TestCase("2.0"), CancelAfter(60_000)]
    public async Task Exec_CommandReadsLittleOfALargeInput_EndsWithItsStatus(string version, CancellationToken ct)
    {
        _cluster.Backend.Handle = context => ServeHeadAsync(context, ct);
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("v5.channel.k8s.io");
        var path = $"{_cluster.Cluster.Address}{Web}/exec?container=a&command=head&stdin=true&stdout=true&stderr=false";
        await _cluster.ConnectAsync(client, new Uri(path), version, ct);
        var sending = SendInputAsync(client, ct);
        var channels = new Dictionary<int, string>();
        var buffer = new byte[64 * 1024];
        while (await client.ReceiveAsync(buffer, ct) is { MessageType: not WebSocketMessageType.Close } message)
        {
            channels[buffer[0]] = Encoding.ASCII.GetString(buffer, 1, message.Count - 1);
        }

        await sending;
        Assert.That(channels[1], Is.EqualTo("xxxxx"));
        Assert.That(channels[3], Is.EqualTo("{\"status\":\"Success\"}"));
    }

    [TestCase("exec")]
    [TestCase("attach")]
    [TestCase("portforward")]
    public async Task Stream_WithPermissionToGetOnly_IsForbiddenToCreate(string subresource)
    {
        await using var cluster = await SecureCluster.StartAsync(o => o with { Kubelets = _cluster.KubeletConnector });
        const string rbac = "apis/rbac.authorization.k8s.io/v1/namespaces/default/";
        await cluster.CreateAsync(rbac + "roles", """
            {"metadata":{"name":"r"},"rules":[{"apiGroups":[""],"resources":["pods/exec","pods/attach","pods/portforward"],"verbs":["get"]}]}
            """);
        await cluster.CreateAsync(rbac + "rolebindings", """
            {"metadata":{"name":"r"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"},
            "subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"alice"}]}
            """);
        var (code, status) = await cluster.As("alice").SendAsync("GET", $"{ProxiedCluster.Pods}/p/{subresource}");

        Assert.That(code, Is.EqualTo(403));
        Assert.That(status.Text("message"), Is.EqualTo(
            $"pods \"p\" is forbidden: User \"alice\" cannot create resource \"pods/{subresource}\" in API group \"\" in the namespace \"default\""));
    }

    /// <summary>More than all buffers of the way hold; ends when the server takes no more.</summary>
    private static async Task SendInputAsync(ClientWebSocket client, CancellationToken ct)
    {
        var message = new byte[32 * 1024];
        message.AsSpan(1).Fill((byte)'x');
        for (var sent = 0; sent < 20_000_000 && client.State == WebSocketState.Open; sent += message.Length)
        {
            try
            {
                await client.SendAsync(message, WebSocketMessageType.Binary, true, ct);
            }
            catch (WebSocketException)
            {
                return;
            }
        }
    }

    /// <summary>A kubelet whose command reads five bytes, writes them and ends.</summary>
    private static async Task ServeHeadAsync(HttpContext context, CancellationToken ct)
    {
        context.Response.Headers.Upgrade = "SPDY/3.1";
        var upgraded = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        await using var session = new SpdySession(upgraded, isServer: true);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var run = session.RunAsync(stop.Token);
        var streams = new Dictionary<string, SpdyStream>();
        while (streams.Count < 3)
        {
            var stream = await session.Accepted.ReadAsync(ct);
            await session.ReplyAsync(stream, ct);
            streams.Add(stream.Header("streamtype")!, stream);
        }

        var word = new byte[5];
        await streams["stdin"].ReadAsync(word, ct);
        await streams["stdout"].WriteAsync(word, ct);
        await streams["error"].WriteAsync("{\"status\":\"Success\"}"u8.ToArray(), ct);
        foreach (var stream in streams.Values)
        {
            await stream.CloseWritesAsync(ct);
        }

        await stop.CancelAsync();
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
