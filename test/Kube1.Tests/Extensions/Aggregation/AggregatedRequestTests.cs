using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Client.Streaming;
using Kube1.Tests.ApiServer;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.Tests.Extensions.Aggregation;

/// <summary>Requests that are passed on to an aggregated API server: over real HTTPS on both sides.</summary>
public sealed class AggregatedRequestTests
{
    private const string Flunders = AggregationCluster.Flunders;

    private AggregationCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await AggregationCluster.StartAsync();
        await _cluster.RegisterAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task Objects_AreCreatedReadAndDeleted_AsAnyOthers()
    {
        var (created, flunder) = await _cluster.Admin.SendAsync("POST", Flunders, """{"metadata":{"name":"a"},"spec":{"x":1}}""");
        var (found, same) = await _cluster.Admin.SendAsync("GET", Flunders + "/a");
        var (_, list) = await _cluster.Admin.SendAsync("GET", "apis/example.org/v1/flunders");
        var (deleted, _) = await _cluster.Admin.SendAsync("DELETE", Flunders + "/a");
        var (gone, status) = await _cluster.Admin.SendAsync("GET", Flunders + "/a");

        Assert.That((created, found, deleted, gone), Is.EqualTo((201, 200, 200, 404)));
        Assert.That(same.ToJsonString(), Is.EqualTo(flunder.ToJsonString()));
        Assert.That(list["items"]!.AsArray(), Has.Count.EqualTo(1));
        Assert.That(status.Text("message"), Is.EqualTo("flunders.example.org \"a\" not found"));
    }

    [Test]
    public async Task User_IsToldInHeaders_AndTheClientsOwnWordIsNot()
    {
        await AllowAsync("jane");
        using var request = new HttpRequestMessage(HttpMethod.Get, Flunders + "?limit=7&labelSelector=a%3Db");
        request.Headers.Add("X-Remote-User", "admin");
        request.Headers.Add("X-Remote-Group", "system:masters");
        request.Headers.Add("X-Remote-Extra-Scopes", "all");
        request.Headers.Add("X-Forwarded-For", "10.9.8.7");
        request.Headers.Add("X-Forwarded-Host", "liar");
        request.Headers.Add("Audit-ID", "the-same-id");
        request.Headers.Add("Impersonate-Nothing", "kept");
        using var answer = await _cluster.As("jane", "dev", "ops").SendAsync(request);
        var seen = _cluster.Server.Requests.Last(r => r.User == "jane");

        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        Assert.That(seen.Target, Is.EqualTo("/" + Flunders + "?limit=7&labelSelector=a%3Db"));
        Assert.That(seen.Headers["X-Remote-Group"], Is.EqualTo(new[] { "dev", "ops", "system:authenticated" }));
        Assert.That(seen.Headers.Keys, Has.None.EqualTo("X-Remote-Extra-Scopes"));
        Assert.That(seen.Headers["X-Forwarded-For"], Is.EqualTo(new[] { "10.9.8.7, 127.0.0.1" }));
        Assert.That(seen.Headers["X-Forwarded-Host"], Is.EqualTo(new[] { "api.default.svc" }));
        Assert.That(seen.Headers["X-Forwarded-Uri"], Is.EqualTo(new[] { "/" + Flunders }));
        Assert.That(seen.Headers["Audit-ID"], Is.EqualTo(new[] { "the-same-id" }));
        Assert.That(seen.Headers["Host"], Is.EqualTo(new[] { "api.default.svc" }));
    }

    [Test]
    public async Task Token_OfTheClient_StaysHere()
    {
        await _cluster.Admin.SendAsync("POST", "api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"robot"}}""");
        await AllowAsync("system:serviceaccount:default:robot");
        var token = await _cluster.Secure.TokenAsync("robot");
        var (code, answer) = await _cluster.Secure.WithToken(token).SendAsync("GET", Flunders);
        var seen = _cluster.Server.Requests.Last(r => r.User == "system:serviceaccount:default:robot");

        Assert.That(code, Is.EqualTo(200), answer.ToJsonString());
        Assert.That(seen.Headers.Keys, Has.None.EqualTo("Authorization"));
        Assert.That(seen.Headers["X-Remote-Uid"], Has.Length.EqualTo(1));
        Assert.That(
            seen.Headers["X-Remote-Extra-Authentication.kubernetes.io%2Fcredential-Id"][0], Does.StartWith("JTI="));
    }

    [Test]
    public async Task User_WithoutPermission_IsForbiddenBeforeTheServerHearsOfIt()
    {
        var (code, status) = await _cluster.As("mallory").SendAsync("GET", Flunders);

        Assert.That(code, Is.EqualTo(403));
        Assert.That(
            status.Text("message"),
            Is.EqualTo(
                "flunders.example.org is forbidden: User \"mallory\" cannot list resource \"flunders\" in API group "
                + "\"example.org\" in the namespace \"default\""));
        Assert.That(_cluster.Server.Requests.Select(r => r.User), Has.None.EqualTo("mallory"));
    }

    [Test]
    public async Task Path_IsTheOneThatWasAuthorized()
    {
        var target = "";
        _cluster.Server.On("/" + Flunders + "/a b", context =>
        {
            target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            return Task.CompletedTask;
        });
        using var answer = await _cluster.Admin.GetAsync(new Uri(_cluster.Cluster.Address, Flunders + "/%61%20b?x=%2F"));

        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        Assert.That(target, Is.EqualTo("/" + Flunders + "/a%20b?x=%2F"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Watch_EachEvent_ComesAtOnce(CancellationToken ct)
    {
        var next = new SemaphoreSlim(0);
        _cluster.Server.On("/apis/example.org/v1/flunders", async context =>
        {
            context.Response.ContentType = "application/json;stream=watch";
            for (var i = 0; i < 3; i++)
            {
                await context.Response.WriteAsync($"event {i}\n", ct);
                await context.Response.Body.FlushAsync(ct);
                await next.WaitAsync(ct);
            }
        });
        using var answer = await _cluster.Admin.GetAsync(
            "apis/example.org/v1/flunders?watch=true", HttpCompletionOption.ResponseHeadersRead, ct);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(ct));
        for (var i = 0; i < 3; i++)
        {
            Assert.That(await lines.ReadLineAsync(ct), Is.EqualTo($"event {i}"));
            next.Release();
        }

        Assert.That(await lines.ReadLineAsync(ct), Is.Null);
        Assert.That(answer.Content.Headers.NonValidated["Content-Type"].ToString(), Is.EqualTo("application/json;stream=watch"));
        _cluster.Server.Restore("/apis/example.org/v1/flunders");
    }

    [Test, CancelAfter(60_000)]
    public async Task Watch_ApiServiceChanged_GoesOn(CancellationToken ct)
    {
        var changed = new TaskCompletionSource();
        _cluster.Server.On("/apis/example.org/v1/flunders", async context =>
        {
            await context.Response.WriteAsync("before\n", ct);
            await context.Response.Body.FlushAsync(ct);
            await changed.Task;
            await context.Response.WriteAsync("after\n", ct);
        });
        using var answer = await _cluster.Admin.GetAsync(
            "apis/example.org/v1/flunders?watch=true", HttpCompletionOption.ResponseHeadersRead, ct);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(ct));
        Assert.That(await lines.ReadLineAsync(ct), Is.EqualTo("before"));

        // Another way to the same server: the old one's connections are given up.
        await _cluster.ReplaceTrustAsync("\"insecureSkipTLSVerify\":true,\"caBundle\":null");
        Assert.That((await _cluster.Admin.SendAsync("GET", Flunders)).Code, Is.EqualTo(200));
        changed.SetResult();
        Assert.That(await lines.ReadLineAsync(ct), Is.EqualTo("after"));
        Assert.That(await lines.ReadLineAsync(ct), Is.Null);
        _cluster.Server.Restore("/apis/example.org/v1/flunders");
        await _cluster.ReplaceTrustAsync("\"insecureSkipTLSVerify\":false,\"caBundle\":\"" + _cluster.Server.CaBundle + "\"");
    }

    [TestCase("eve\nX-Remote-Group: system:masters")]
    [TestCase("eve\u001fsystem:masters")]
    public async Task User_WhoseNameIsNoHeader_IsRefused(string name)
    {
        using var answer = await _cluster.As(name, "system:masters").SendRawAsync("GET", Flunders);

        Assert.That((int)answer.StatusCode, Is.EqualTo(503));
        Assert.That(
            await answer.Content.ReadAsStringAsync(), Is.EqualTo("net/http: invalid header field value for \"X-Remote-User\"\n"));
        Assert.That(_cluster.Server.Requests.Select(r => r.User), Has.None.StartsWith("eve"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Body_OfARequest_IsPassedOnAsItComes(CancellationToken ct)
    {
        var begun = new TaskCompletionSource();
        long length = 0;
        _cluster.Server.On("/" + Flunders + "/upload", async context =>
        {
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await context.Request.Body.ReadAsync(buffer, ct)) > 0)
            {
                length += read;
                begun.TrySetResult();
            }
        });
        using var answer = await _cluster.Admin.PostAsync(
            Flunders + "/upload", new PausingContent(begun.Task.WaitAsync(ct), restBytes: 8 * 1024 * 1024), ct);

        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        Assert.That(length, Is.EqualTo(1 + (8 * 1024 * 1024)));
    }

    [Test, CancelAfter(60_000)]
    public async Task Body_OfAnAnswer_OfAnySize_ComesWhole(CancellationToken ct)
    {
        var sent = RandomNumberGenerator.GetBytes(8 * 1024 * 1024);
        _cluster.Server.On(
            "/" + Flunders + "/download", context => context.Response.Body.WriteAsync(sent, ct).AsTask());

        Assert.That((await _cluster.Admin.GetByteArrayAsync(Flunders + "/download", ct)).AsSpan().SequenceEqual(sent), Is.True);
    }

    [Test, CancelAfter(60_000)]
    public async Task WebSocket_PassesThrough(CancellationToken ct)
    {
        _cluster.Server.On("/" + Flunders + "/a/exec", async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync("v5.channel.k8s.io");
            var buffer = new byte[64];
            var message = await socket.ReceiveAsync(buffer, ct);
            await socket.SendAsync(buffer.AsMemory(0, message.Count), WebSocketMessageType.Binary, true, ct);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", ct);
        });
        using var client = new ClientWebSocket { Options = { Proxy = null } };
        client.Options.AddSubProtocol("v5.channel.k8s.io");
        client.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => _cluster.IsServers(certificate);
        client.Options.ClientCertificates = [_cluster.Secure.CertificateOf("admin", "system:masters")];
        await client.ConnectAsync(new Uri($"wss://127.0.0.1:{_cluster.Cluster.Address.Port}/{Flunders}/a/exec"), ct);
        await client.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Binary, true, ct);
        var received = new byte[64];
        var answer = await client.ReceiveAsync(received, ct);

        Assert.That(client.SubProtocol, Is.EqualTo("v5.channel.k8s.io"));
        Assert.That(Encoding.ASCII.GetString(received, 0, answer.Count), Is.EqualTo("hello"));
        Assert.That(_cluster.Server.Requests.Last(r => r.Target.EndsWith("/exec", StringComparison.Ordinal)).User, Is.EqualTo("admin"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Spdy_PassesThrough_AndARefusalToo(CancellationToken ct)
    {
        _cluster.Server.On("/" + Flunders + "/a/attach", async context =>
        {
            context.Response.Headers.Upgrade = "SPDY/3.1";
            await using var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
            var buffer = new byte[5];
            await stream.ReadExactlyAsync(buffer, ct);
            await stream.WriteAsync(buffer.Reverse().ToArray(), ct);
        });
        await using (var answer = await UpgradeAsync(Flunders + "/a/attach", ct))
        {
            await answer.Stream!.WriteAsync("hello"u8.ToArray(), ct);
            var said = new byte[5];
            await answer.Stream.ReadExactlyAsync(said, ct);
            Assert.That(Encoding.ASCII.GetString(said), Is.EqualTo("olleh"));
        }

        await using var refusal = await UpgradeAsync(Flunders + "/nobody/attach", ct);
        Assert.That(refusal.StatusCode, Is.EqualTo(404));
        Assert.That(
            JsonNode.Parse(refusal.Body.Span)!.AsObject().Text("message"),
            Is.EqualTo("the server could not find the requested resource"));
    }

    [Test]
    public async Task Redirect_IsPassedOn_NotFollowed()
    {
        _cluster.Server.On("/" + Flunders + "/moved", context =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = "https://elsewhere.example/secret";
            return Task.CompletedTask;
        });
        using var handler = new HttpClientHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ServerCertificateCustomValidationCallback = (_, certificate, _, _) => _cluster.IsServers(certificate),
        };
        handler.ClientCertificates.Add(_cluster.Secure.CertificateOf("admin", "system:masters"));
        using var client = new HttpClient(handler);
        using var answer = await client.GetAsync(new Uri(_cluster.Cluster.Address, Flunders + "/moved"));

        Assert.That((int)answer.StatusCode, Is.EqualTo(302));
        Assert.That(answer.Headers.Location!.ToString(), Is.EqualTo("https://elsewhere.example/secret"));
    }

    private async Task AllowAsync(string user)
    {
        var name = user.Replace(':', '-');
        var role = await _cluster.Admin.SendAsync(
            "POST", "apis/rbac.authorization.k8s.io/v1/clusterroles",
            "{\"metadata\":{\"name\":\"" + name + "\"},\"rules\":[{\"apiGroups\":[\"example.org\"],\"resources\":[\"flunders\"],\"verbs\":[\"*\"]}]}");
        var binding = await _cluster.Admin.SendAsync(
            "POST", "apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
            "{\"metadata\":{\"name\":\"" + name + "\"},\"roleRef\":{\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"ClusterRole\",\"name\":\""
            + name + "\"},\"subjects\":[{\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"User\",\"name\":\"" + user + "\"}]}");
        Assert.That((role.Code, binding.Code), Is.EqualTo((201, 201)), binding.Body.ToJsonString());
    }

    private Task<UpgradeResponse> UpgradeAsync(string path, CancellationToken ct) =>
        new UpgradeDialer(TimeProvider.System).DialAsync(
            new UpgradeRequest
            {
                Uri = new Uri(_cluster.Cluster.Address, path),
                Tls = new System.Net.Security.SslClientAuthenticationOptions
                {
                    ClientCertificates = [_cluster.Secure.CertificateOf("admin", "system:masters")],
                    RemoteCertificateValidationCallback = (_, certificate, _, _) => _cluster.IsServers(certificate),
                },
            },
            ct);

    /// <summary>One byte, and the rest once it has arrived.</summary>
    private sealed class PausingContent(Task arrived, int restBytes) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync(new byte[1]);
            await stream.FlushAsync();
            await arrived;
            await stream.WriteAsync(new byte[restBytes]);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
