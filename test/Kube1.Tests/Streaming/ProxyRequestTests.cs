using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Tests.ApiServer;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.Tests.Streaming;

/// <summary>Requests through the proxy subresources: what the server behind sees, and what the client gets.</summary>
public sealed class ProxyRequestTests
{
    private ProxiedCluster _cluster = null!;

    private HttpClient Http => _cluster.Http;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await ProxiedCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [SetUp]
    public void Forget()
    {
        _cluster.Backend.Handle = EchoAsync;
        _cluster.PodConnector.Dialed.Clear();
        _cluster.KubeletConnector.Dialed.Clear();
    }

    [TestCase(ProxiedCluster.Pods + "/web", "http://10.0.0.7:8080")]
    [TestCase(ProxiedCluster.Pods + "/web:80", "http://10.0.0.7")]
    [TestCase(ProxiedCluster.Pods + "/https:web:443", "https://10.0.0.7")]
    [TestCase(ProxiedCluster.Pods + "/http:web:", "http://10.0.0.7:8080")]
    [TestCase(ProxiedCluster.Services + "/web:80", "http://10.0.0.7:8080")]
    [TestCase(ProxiedCluster.Services + "/web:http", "http://10.0.0.7:8080")]
    [TestCase(ProxiedCluster.Services + "/https:web:443", "https://10.0.0.7:8443")]
    [TestCase(ProxiedCluster.Services + "/https:web:tls", "https://10.0.0.7:8443")]
    [TestCase(ProxiedCluster.Nodes + "/node1:9100", "http://192.168.0.1:9100")]
    public async Task Proxy_Name_LeadsToTheServerMeant(string path, string dialed)
    {
        var seen = await EchoedAsync("GET", path + "/proxy/x");

        Assert.That(seen.Text("target"), Is.EqualTo("/x"));
        Assert.That(_cluster.PodConnector.Dialed, Is.EqualTo(new[] { dialed }));
        Assert.That(_cluster.KubeletConnector.Dialed, Is.Empty);
    }

    [TestCase("node1")]
    [TestCase("node1:10250")]
    [TestCase("https:node1:10250")]
    public async Task Proxy_NodesKubelet_IsReachedWithTheServersCredentials(string name)
    {
        await EchoedAsync("GET", $"{ProxiedCluster.Nodes}/{name}/proxy/healthz");

        Assert.That(_cluster.KubeletConnector.Dialed, Is.EqualTo(new[] { "https://192.168.0.1:10250" }));
        Assert.That(_cluster.PodConnector.Dialed, Is.Empty);
    }

    [TestCase("GET", null)]
    [TestCase("POST", "body")]
    [TestCase("PUT", "body")]
    [TestCase("PATCH", "body")]
    [TestCase("DELETE", null)]
    [TestCase("DELETE", "body")]
    [TestCase("OPTIONS", null)]
    public async Task Proxy_Method_ArrivesWithItsBody(string method, string? body)
    {
        var seen = await EchoedAsync(method, ProxiedCluster.Services + "/web:80/proxy/x", body);

        Assert.That(seen.Text("method"), Is.EqualTo(method));
        Assert.That(seen.Text("body"), Is.EqualTo(body ?? ""));
    }

    [Test]
    public async Task Proxy_Head_HasHeadersAndNoBody()
    {
        _cluster.Backend.Handle = context =>
        {
            context.Response.ContentLength = 1234;
            context.Response.ContentType = "text/html";
            return Task.CompletedTask;
        };
        using var response = await Http.SendRawAsync("HEAD", ProxiedCluster.Pods + "/web:80/proxy/x");

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Content.Headers.ContentLength, Is.EqualTo(1234));
    }

    [TestCase("/x/y", "/x/y")]
    [TestCase("/x/y/", "/x/y/")]
    [TestCase("/", "/")]
    [TestCase("/?a=1", "/?a=1")]
    [TestCase("/x//y", "/x/y")]
    [TestCase("/x%20y%C3%A9", "/x%20y%C3%A9")]
    [TestCase("/x%2Fy", "/x/y")]
    [TestCase("/x%252Fy", "/x%252Fy")]
    [TestCase("/x;v=1,2(3)", "/x;v=1,2%283%29")]
    [TestCase("/x?q=%2F&r=a+b&r=%20&s", "/x?q=%2F&r=a+b&r=%20&s")]
    [TestCase("/x?https://h/?y", "/x?https://h/?y")]
    [TestCase("/x?dryRun=perhaps&fieldValidation=no&watch=true", "/x?dryRun=perhaps&fieldValidation=no&watch=true")]
    public async Task Proxy_PathAndQuery_ArriveAsUpstreamWouldSendThem(string asked, string expected)
    {
        var seen = await EchoedAsync("GET", ProxiedCluster.Pods + "/web:80/proxy" + asked);

        Assert.That(seen.Text("target"), Is.EqualTo(expected));
    }

    [TestCase("GET", "", 301)]
    [TestCase("HEAD", "?a=1", 301)]
    [TestCase("POST", "", 200)]
    [TestCase("DELETE", "", 200)]
    public async Task Proxy_WithoutSlash_RedirectsWhatABrowserAsksFor(string method, string query, int code)
    {
        using var response = await Http.SendRawAsync(method, ProxiedCluster.Pods + "/web:80/proxy" + query);

        Assert.That((int)response.StatusCode, Is.EqualTo(code));
        Assert.That(
            response.Headers.Location?.OriginalString,
            Is.EqualTo(code == 301 ? $"/{ProxiedCluster.Pods}/web:80/proxy/{query}" : null));
    }

    [Test]
    public async Task Proxy_Headers_AreForwardedWithoutCredentials()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, ProxiedCluster.Pods + "/web:80/proxy/x/");
        foreach (var (name, value) in new[]
        {
            ("Authorization", "Bearer secret"), ("Impersonate-User", "x"), ("Impersonate-Extra-a", "x"), ("X-Remote-User", "x"),
            ("Connection", "X-Mine"), ("X-Mine", "x"), ("X-Forwarded-For", "1.2.3.4"), ("X-Other", "kept"), ("Cookie", "c=1"),
            ("X-Forwarded-Uri", "/forged"),
        })
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Http.SendAsync(request);
        var seen = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["headers"]!.AsObject();

        Assert.Multiple(() =>
        {
            foreach (var name in new[] { "Authorization", "Impersonate-User", "Impersonate-Extra-a", "X-Remote-User", "X-Mine" })
            {
                Assert.That(seen.ContainsKey(name), Is.False, name);
            }

            Assert.That((string?)seen["X-Other"], Is.EqualTo("kept"));
            Assert.That((string?)seen["Cookie"], Is.EqualTo("c=1"));
            Assert.That((string?)seen["Host"], Is.EqualTo(_cluster.Cluster.Address.Authority));
            Assert.That((string?)seen["X-Forwarded-For"], Is.EqualTo("1.2.3.4, 127.0.0.1"));
            Assert.That((string?)seen["X-Forwarded-Uri"], Is.EqualTo($"/{ProxiedCluster.Pods}/web:80/proxy/x/"));
        });
    }

    [Test]
    public async Task Proxy_HostOfTheClient_ReachesTheServerAsAHeaderOnly()
    {
        _cluster.Backend.ServerNames.Clear();
        using var request = new HttpRequestMessage(HttpMethod.Get, ProxiedCluster.Pods + "/https:web:443/proxy/x");
        request.Headers.Host = "forged.example";
        using var response = await Http.SendAsync(request);
        var seen = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["headers"]!.AsObject();

        Assert.That((string?)seen["Host"], Is.EqualTo("forged.example"));
        Assert.That(_cluster.Backend.ServerNames, Is.EqualTo(new[] { "" }), "an address has no server name");
    }

    [Test]
    public async Task Proxy_Answer_ComesWithItsCodeAndHeadersButNoCrossOriginOnes()
    {
        _cluster.Backend.Handle = context =>
        {
            context.Response.StatusCode = 418;
            context.Response.ContentType = "text/plain";
            context.Response.Headers["X-Own"] = "own";
            context.Response.Headers.SetCookie = new[] { "a=1", "b=2" };
            context.Response.Headers.AccessControlAllowOrigin = "*";
            return context.Response.WriteAsync("teapot");
        };
        using var response = await Http.SendRawAsync("GET", ProxiedCluster.Services + "/web:http/proxy/x");

        Assert.That((int)response.StatusCode, Is.EqualTo(418));
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("teapot"));
        Assert.That(response.Headers.GetValues("Set-Cookie"), Is.EqualTo(new[] { "a=1", "b=2" }));
        Assert.That(response.Headers.Contains("X-Own"), Is.True);
        Assert.That(response.Headers.Contains("Access-Control-Allow-Origin"), Is.False);
    }

    [TestCase("n\u00C3\u00A9")]
    [TestCase("n\u00E9")]
    public async Task Proxy_HeaderOfAnyEncoding_ComesWithTheBytesThatWereSent(string value)
    {
        _cluster.Backend.Handle = context =>
        {
            context.Response.Headers["X-Own"] = value;
            context.Response.Headers.Warning = "299 - \"n\u00C3\u00A9\"";
            return Task.CompletedTask;
        };
        var answer = await _cluster.ExchangeAsync(
            $"GET /{ProxiedCluster.Pods}/web:80/proxy/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", Limit());

        Assert.That(answer, Does.Contain($"X-Own: {value}\r\n"));
        Assert.That(answer, Does.Contain("Warning: 299 - \"n\u00C3\u00A9\"\r\n"));
    }

    [TestCase("https://h/api/v1/namespaces/default/pods/web:80/proxy/x?a=1", "/x?a=1")]
    [TestCase("https://h/api/v1/namespaces/default/pods/web:80/proxy", "/")]
    [TestCase("/api/v1/namespaces/default/pods/none/../web:80/proxy/x/", "/x/")]
    [TestCase("/api/v1/namespaces/default/pods/none/%2e%2E/web:80/proxy/x%2Fy/z", "/x/y/z")]
    [TestCase("/api/v1/namespaces/default/pods/web:80/proxy/x/../..%2Fadmin", "/admin")]
    [TestCase("//api//v1/namespaces/default/pods/web:80/proxy//x", "/x")]
    public async Task Proxy_TargetOfAnyForm_IsSplitAsItWasAuthorized(string target, string expected)
    {
        var answer = await _cluster.ExchangeAsync(
            $"POST {target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", Limit());

        Assert.That(answer, Does.StartWith("HTTP/1.1 200 ").And.Contain($"\"target\":\"{expected}\""));
    }

    [TestCase("/login", "/api/v1/namespaces/default/pods/web:80/proxy/login")]
    [TestCase("login", "login")]
    [TestCase("http://10.0.0.7:80/login", "/api/v1/namespaces/default/pods/web:80/proxy/login")]
    [TestCase("https://elsewhere/login", "https://elsewhere/login")]
    public async Task Proxy_Redirect_LeadsThroughTheProxy(string location, string expected)
    {
        _cluster.Backend.Handle = context =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = location;
            return Task.CompletedTask;
        };
        using var response = await Http.SendRawAsync("GET", ProxiedCluster.Pods + "/web:80/proxy/x");

        Assert.That((int)response.StatusCode, Is.EqualTo(302));
        Assert.That(response.Headers.Location?.OriginalString, Is.EqualTo(expected));
    }

    [TestCase("")]
    [TestCase("gzip")]
    [TestCase("deflate")]
    public async Task Proxy_Page_HasItsLinksRewritten(string encoding)
    {
        var page = Encode("<a href=\"/rewriteme\">test</a>"u8.ToArray(), encoding, CompressionMode.Compress);
        _cluster.Backend.Handle = context =>
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            context.Response.Headers.ContentEncoding = encoding;
            context.Response.ContentLength = page.Length;
            return context.Response.Body.WriteAsync(page).AsTask();
        };
        using var response = await Http.SendRawAsync("GET", ProxiedCluster.Pods + "/web:80/proxy/");
        var body = Encode(await response.Content.ReadAsByteArrayAsync(), encoding, CompressionMode.Decompress);

        Assert.That(
            Encoding.UTF8.GetString(body), Is.EqualTo($"<a href=\"/{ProxiedCluster.Pods}/web:80/proxy/rewriteme\">test</a>"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Proxy_LongAnswer_ComesPieceByPiece(CancellationToken ct)
    {
        var gate = new TaskCompletionSource();
        _cluster.Backend.Handle = async context =>
        {
            await context.Response.WriteAsync("one", ct);
            await context.Response.Body.FlushAsync(ct);
            await gate.Task.WaitAsync(ct);
            await context.Response.WriteAsync("two", ct);
        };
        using var response = await Http.SendRawAsync("GET", ProxiedCluster.Services + "/web:80/proxy/x");
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        var first = new byte[3];
        await body.ReadExactlyAsync(first, ct);
        gate.SetResult();

        Assert.That(Encoding.ASCII.GetString(first), Is.EqualTo("one"));
        Assert.That(await new StreamReader(body).ReadToEndAsync(ct), Is.EqualTo("two"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Proxy_LargeBodiesBothWays_ArriveWhole(CancellationToken ct)
    {
        _cluster.Backend.Handle = async context =>
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, ct);
            await context.Response.Body.WriteAsync(body.ToArray(), ct);
        };
        var sent = RandomNumberGenerator.GetBytes(8_000_000);
        using var response = await Http.PostAsync(
            ProxiedCluster.Services + "/web:80/proxy/x", new ByteArrayContent(sent), ct);

        Assert.That((await response.Content.ReadAsByteArrayAsync(ct)).AsSpan().SequenceEqual(sent), Is.True);
    }

    [Test, CancelAfter(60_000)]
    public async Task Proxy_ServerBreaksOff_ClientIsNotToldThatItIsWhole(CancellationToken ct)
    {
        var gate = new TaskCompletionSource();
        _cluster.Backend.Handle = async context =>
        {
            await context.Response.WriteAsync("part", ct);
            await context.Response.Body.FlushAsync(ct);
            await gate.Task.WaitAsync(ct);
            context.Abort();
        };
        using var response = await Http.SendRawAsync("GET", ProxiedCluster.Pods + "/web:80/proxy/x");
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        var part = new byte[4];
        await body.ReadExactlyAsync(part, ct);
        gate.SetResult();

        Assert.That(Encoding.ASCII.GetString(part), Is.EqualTo("part"));
        Assert.That(async () => await body.ReadAsync(part, ct), Throws.InstanceOf<IOException>());
    }

    private static CancellationToken Limit() => new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token;

    private async Task<JsonObject> EchoedAsync(string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(
            _cluster.Cluster.Address + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        request.Content = body is null ? null : new StringContent(body);
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That((int)response.StatusCode, Is.EqualTo(200), text);
        return JsonNode.Parse(text)!.AsObject();
    }

    private static async Task EchoAsync(HttpContext context)
    {
        var body = await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted);
        var headers = new JsonObject();
        foreach (var (name, value) in context.Request.Headers)
        {
            headers[name] = value.ToString();
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(JsonSerializer.Serialize(new JsonObject
        {
            ["method"] = context.Request.Method,
            ["target"] = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            ["headers"] = headers,
            ["body"] = body,
        }));
    }

    private static byte[] Encode(byte[] bytes, string encoding, CompressionMode mode)
    {
        if (encoding.Length == 0)
        {
            return bytes;
        }

        var result = new MemoryStream();
        Stream inner = mode == CompressionMode.Compress ? result : new MemoryStream(bytes);
        Stream coder = encoding == "gzip"
            ? new GZipStream(inner, mode, leaveOpen: true)
            : new DeflateStream(inner, mode, leaveOpen: true);
        using (coder)
        {
            if (mode == CompressionMode.Compress)
            {
                coder.Write(bytes);
            }
            else
            {
                coder.CopyTo(result);
            }
        }

        return result.ToArray();
    }
}
