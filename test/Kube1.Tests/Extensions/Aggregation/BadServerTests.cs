using System.Net;
using System.Net.Sockets;
using System.Text;
using Kube1.Cluster.Pki;
using Kube1.Testing;
using Kube1.Tests.ApiServer;
using Microsoft.AspNetCore.Http;

namespace Kube1.Tests.Extensions.Aggregation;

/// <summary>Aggregated API servers that are away, slow or lie: bounded, told in upstream's words, and nobody else's trouble.</summary>
public sealed class BadServerTests
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private AggregationCluster _cluster = null!;

    [SetUp]
    public async Task StartAsync() => _cluster = await AggregationCluster.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task Unavailable_Requests_Get503InPlainText()
    {
        await _cluster.AddApiServiceAsync();
        await _cluster.WaitForAsync("False", "ServiceNotFound");
        foreach (var path in new[] { AggregationCluster.Flunders, "apis/example.org/v1" })
        {
            using var answer = await _cluster.Admin.SendRawAsync("GET", path);

            Assert.That((int)answer.StatusCode, Is.EqualTo(503));
            Assert.That(answer.Content.Headers.ContentType!.ToString(), Is.EqualTo("text/plain; charset=utf-8"));
            Assert.That(answer.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }));
            Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo("service unavailable\n"));
        }

        await ExpectOthersUnaffectedAsync();
    }

    [Test]
    public async Task Endpoint_ThatRefusesConnections_IsToldOf()
    {
        await _cluster.RegisterAsync();
        using var closed = new ClosedPort();
        _cluster.Network.Port = closed.Number;
        // Connections that are open already would still do.
        await _cluster.ReplaceTrustAsync("\"insecureSkipTLSVerify\":true,\"caBundle\":null");
        var (code, text) = await AskAsync();

        Assert.That(code, Is.EqualTo(503));
        Assert.That(
            text,
            Is.EqualTo("error trying to reach service: dial tcp 10.42.0.5:8443: connect: connection refused\n")
                .Or.EqualTo("service unavailable\n"));
        await ExpectOthersUnaffectedAsync();
    }

    [Test]
    public async Task Certificate_OfAnotherAuthority_IsRefused()
    {
        using var other = CertificateAuthority.Create("other-ca", new ManualTime());
        var bundle = Convert.ToBase64String(Encoding.ASCII.GetBytes(other.CertificatePem));
        await _cluster.AddServiceAsync();
        await _cluster.AddEndpointsAsync();
        await _cluster.AddApiServiceAsync($"\"caBundle\":\"{bundle}\"");

        Assert.That(
            await _cluster.WaitForAsync("False", "FailedDiscoveryCheck"),
            Is.EqualTo(
                "failing or missing response from https://api.default.svc:443/apis/example.org/v1: "
                + "Get \"https://api.default.svc:443/apis/example.org/v1\": tls: failed to verify certificate: x509: "
                + "certificate signed by unknown authority"));
        Assert.That(_cluster.Server.Requests, Is.Empty);
        await ExpectOthersUnaffectedAsync();
    }

    [Test]
    public async Task Certificate_OfAnotherName_IsRefused_UnlessNoneIsAskedFor()
    {
        await _cluster.Secure.CreateAsync(
            "api/v1/namespaces/default/services", """{"metadata":{"name":"alias"},"spec":{"ports":[{"name":"https","port":443}]}}""");
        await _cluster.Secure.CreateAsync(
            "apis/discovery.k8s.io/v1/namespaces/default/endpointslices",
            """{"metadata":{"name":"alias-1","labels":{"kubernetes.io/service-name":"alias"}},"addressType":"IPv4","ports":[{"name":"https","port":1}],"endpoints":[{"addresses":["10.42.0.5"]}]}""");
        const string Alias = "\"service\":{\"namespace\":\"default\",\"name\":\"alias\"}";
        await _cluster.AddApiServiceAsync(Alias);
        Assert.That(
            await _cluster.WaitForAsync("False", "FailedDiscoveryCheck"),
            Does.EndWith("x509: certificate is valid for api.default.svc, not alias.default.svc"));

        await _cluster.ReplaceTrustAsync("\"insecureSkipTLSVerify\":true,\"caBundle\":null");
        await _cluster.WaitForAsync("True", "Passed");
        Assert.That((await AskAsync()).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task Slow_Request_EndsWithItsTimeout()
    {
        await _cluster.RegisterAsync();
        var arrived = new TaskCompletionSource();
        _cluster.Server.On("/" + AggregationCluster.Flunders, async context =>
        {
            arrived.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        var asking = _cluster.Admin.SendAsync("GET", AggregationCluster.Flunders + "?timeout=7s");
        await arrived.Task;
        _cluster.Time.Advance(TimeSpan.FromSeconds(7));
        var (code, status) = await asking;

        Assert.That(code, Is.EqualTo(504));
        Assert.That(status.Text("reason"), Is.EqualTo("Timeout"));
        Assert.That(status.Text("message"), Is.EqualTo("Timeout: request did not complete within the allotted timeout"));
        await ExpectOthersUnaffectedAsync();
    }

    [Test]
    public async Task Slow_Discovery_EndsAfterFiveSeconds()
    {
        await _cluster.RegisterAsync();
        var arrived = new TaskCompletionSource();
        _cluster.Server.On("/apis/example.org/v1", async context =>
        {
            // The server itself may be asking too.
            if (context.Request.Headers["X-Remote-User"] == "admin")
            {
                arrived.TrySetResult();
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        var asking = _cluster.Admin.SendAsync("GET", "apis/example.org/v1");
        await arrived.Task;
        _cluster.Time.Advance(TimeSpan.FromSeconds(5));
        var (code, text) = await asking;

        Assert.That(code, Is.EqualTo(503));
        Assert.That(text.Text("text"), Is.EqualTo("error trying to reach service: context deadline exceeded\n"));
    }

    [TestCase("{\"kind\":\"APIGroupDiscoveryList\",\"items\":")]
    [TestCase("[]")]
    [TestCase("{\"kind\":\"APIGroupDiscoveryList\",\"items\":{}}")]
    [TestCase("{\"kind\":\"APIGroupDiscoveryList\",\"items\":[7]}")]
    [TestCase("{\"kind\":\"APIGroupDiscoveryList\",\"kind\":\"x\",\"items\":[]}")]
    [TestCase("{\"kind\":\"Pod\"}")]
    [TestCase("{\"kind\":\"APIGroupDiscoveryList\",\"items\":[{\"metadata\":{\"name\":\"example.org\"},\"versions\":[{\"version\":\"v1\",\"resources\":[{\"resource\":5}]}]}]}")]
    [TestCase("{\"kind\":\"APIGroupDiscoveryList\",\"items\":[{\"metadata\":{\"name\":\"example.org\"},\"versions\":[{\"version\":\"v1\",\"resources\":[{\"verbs\":[{}]}]}]}]}")]
    public async Task Discovery_ThatIsNone_LeavesTheVersionStale(string document)
    {
        var read = new TaskCompletionSource();
        _cluster.Server.On("/apis", async context =>
        {
            context.Response.ContentType = Aggregated;
            await context.Response.WriteAsync(document);
            read.TrySetResult();
        });
        await _cluster.RegisterAsync();
        await read.Task;

        await _cluster.AskUntilAsync(
            "apis",
            l => l.ToJsonString().Contains(
                """{"metadata":{"name":"example.org"},"versions":[{"version":"v1","freshness":"Stale"}]}""", StringComparison.Ordinal),
            Aggregated);
        await ExpectOthersUnaffectedAsync();
    }

    [Test]
    public async Task Discovery_ThatIsGigantic_IsNotReadToItsEnd()
    {
        var isBrokenOff = new TaskCompletionSource();
        _cluster.Server.On("/apis", async context =>
        {
            context.Response.ContentType = Aggregated;
            var chunk = new byte[64 * 1024];
            Array.Fill(chunk, (byte)' ');
            try
            {
                while (true)
                {
                    await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                isBrokenOff.TrySetResult();
            }
        });
        await _cluster.RegisterAsync();
        await isBrokenOff.Task.WaitAsync(TimeSpan.FromSeconds(60));

        await ExpectOthersUnaffectedAsync();
        Assert.That((await AskAsync()).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task Discovery_OfOtherGroups_IsNotBelieved()
    {
        _cluster.Server.On(
            "/apis", 200,
            """{"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"apps"},"versions":[{"version":"v1","resources":[{"resource":"evil","scope":"Cluster","verbs":["get"]}]}]}]}""",
            Aggregated);
        await _cluster.RegisterAsync();
        var list = await _cluster.AskUntilAsync(
            "apis",
            l => l.ToJsonString().Contains("""{"version":"v1","freshness":"Current"}""", StringComparison.Ordinal), Aggregated);

        Assert.That(list.ToJsonString(), Does.Not.Contain("evil"));
    }

    [Test]
    public async Task Answer_ThatBreaksOff_BreaksTheClientsOffToo()
    {
        await _cluster.RegisterAsync();
        _cluster.Server.On("/" + AggregationCluster.Flunders, async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });

        Assert.That(
            async () => await _cluster.Admin.GetStringAsync(AggregationCluster.Flunders),
            Throws.InstanceOf<HttpRequestException>().Or.InstanceOf<IOException>());
        await ExpectOthersUnaffectedAsync();
    }

    [TestCase("")]
    [TestCase("no HTTP at all\r\n\r\n")]
    public async Task Answer_ThatIsNoHttp_IsA503(string answer)
    {
        await _cluster.RegisterAsync();
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var over = new CancellationTokenSource();
        var accepting = AcceptAsync(listener, answer, over.Token);
        _cluster.Network.Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await _cluster.ReplaceTrustAsync("\"insecureSkipTLSVerify\":true,\"caBundle\":null");
        var (code, text) = await AskAsync();
        await over.CancelAsync();
        await accepting;
        listener.Stop();

        Assert.That(code, Is.EqualTo(503));
        Assert.That(text, Does.StartWith("error trying to reach service: ").Or.EqualTo("service unavailable\n"));
    }

    private static async Task AcceptAsync(TcpListener listener, string answer, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(over);
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer), over);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or IOException)
            {
                // The test is over, or the other side did not wait for the answer.
            }
        }
    }

    private async Task<(int Code, string Text)> AskAsync()
    {
        using var answer = await _cluster.Admin.SendRawAsync("GET", AggregationCluster.Flunders);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task ExpectOthersUnaffectedAsync()
    {
        var (groups, list) = await _cluster.Admin.SendAsync("GET", "apis", accept: Aggregated);
        Assert.That(groups, Is.EqualTo(200));
        Assert.That(list["items"]!.AsArray().Select(g => (string)g!["metadata"]!["name"]!), Is.SupersetOf(new[] { "apps", "example.org" }));
        Assert.That((await _cluster.Admin.SendAsync("GET", "apis/apps/v1/deployments")).Code, Is.EqualTo(200));
        Assert.That((await _cluster.Admin.SendAsync("GET", "readyz")).Code, Is.EqualTo(200));
    }
}
