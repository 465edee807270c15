using System.Text;
using Kube1.ApiServer.Extensions.Webhooks;
using Kube1.Testing;
using Kube1.Tests.Auth;
using Microsoft.AspNetCore.Http;

namespace Kube1.Tests.Extensions.Webhooks;

/// <summary>The client alone: targets, connections that are kept, the clock of certificates.</summary>
public sealed class WebhookClientTests
{
    [TestCase("""{"url":"https://h.example/a"}""", "https://h.example/a")]
    [TestCase("""{"url":"https://h.example"}""", "https://h.example/")]
    [TestCase("""{"url":"https://h.example:8443/a/./b/../c//"}""", "https://h.example:8443/a/c")]
    [TestCase("""{"service":{"namespace":"n","name":"s"}}""", "https://s.n.svc:443/")]
    [TestCase("""{"service":{"namespace":"n","name":"s","port":8443,"path":"/check"}}""", "https://s.n.svc:8443/check")]
    [TestCase("{}", "")]
    [TestCase("""{"url":"http://h.example"}""", "")]
    public void Target_OfAClientConfig_HasUpstreamsAddress(string config, string url) => Assert.That(
        WebhookTarget.Of(System.Text.Json.Nodes.JsonNode.Parse(config)!.AsObject()).Url, Is.EqualTo(url));

    [Test]
    public async Task Post_TwiceToOneTarget_SharesTheConnection()
    {
        await using var server = await WebhookServer.StartAsync();
        server.On("x", context => context.Response.WriteAsync("{}"));
        using var client = new WebhookClient(() => new FakeObjects(), new SocketDialer(), new ManualTime());
        await PostAsync(client, server);
        await PostAsync(client, server);

        Assert.That(server.ServerNames, Has.Count.EqualTo(1));
        Assert.That(client.Targets, Is.EqualTo(1));
    }

    [Test]
    public async Task Post_Headers_AreThoseOfUpstreamAndNoCredentials()
    {
        await using var server = await WebhookServer.StartAsync();
        var seen = "";
        server.On("x", context =>
        {
            seen = string.Join('\n', context.Request.Headers.OrderBy(h => h.Key, StringComparer.Ordinal)
                .Where(h => h.Key != "Host").Select(h => $"{h.Key}: {h.Value}"));
            return context.Response.WriteAsync("{}");
        });
        using var client = new WebhookClient(() => new FakeObjects(), new SocketDialer(), new ManualTime());
        await PostAsync(client, server);

        Assert.That(seen, Is.EqualTo(
            "Accept: application/json, */*\nContent-Length: 2\nContent-Type: application/json\nUser-Agent: kube-apiserver-admission"));
    }

    [Test]
    public async Task Post_ExpiredCertificate_IsRefusedByTheServersClock()
    {
        await using var server = await WebhookServer.StartAsync();
        server.On("x", context => context.Response.WriteAsync("{}"));
        var time = new ManualTime();
        time.Advance(TimeSpan.FromDays(366));
        using var client = new WebhookClient(() => new FakeObjects(), new SocketDialer(), time);

        var failure = await Assert.ThrowsAsync<WebhookCallException>(() => PostAsync(client, server));
        Assert.That(failure!.Message, Does.StartWith(
            $"Post \"{server.Url("x")}?timeout=10s\": tls: failed to verify certificate: x509: certificate has expired or is "
            + "not yet valid: current time 2027-01-02T00:00:00Z is after "));
    }

    [Test]
    public void Pool_MoreTargetsThanItKeeps_ClosesTheOldestThatNobodyUses()
    {
        var objects = new FakeObjects();
        using var pool = new WebhookPool(
            target => new WebhookTransport(target, () => objects, new SocketDialer(), new ManualTime()));
        var held = pool.Take(Target(0));
        for (var i = 1; i <= WebhookPool.MaxTargets + 5; i++)
        {
            pool.Take(Target(i)).Dispose();
        }

        Assert.That(pool.Count, Is.EqualTo(WebhookPool.MaxTargets));
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://127.0.0.1:1/");
        Assert.That(
            async () => await held.Transport.SendAsync(request, default), Throws.InstanceOf<HttpRequestException>(),
            "it is still open for who holds it");
        held.Dispose();
        using var late = new HttpRequestMessage(HttpMethod.Post, "https://127.0.0.1:1/");
        Assert.That(
            async () => await held.Transport.SendAsync(late, default), Throws.InstanceOf<ObjectDisposedException>());
    }

    private static WebhookTarget Target(int port) => new() { Url = $"https://127.0.0.1:{port}/" };

    private static Task<System.Text.Json.Nodes.JsonObject> PostAsync(WebhookClient client, WebhookServer server) => client.PostAsync(
        new WebhookTarget { Url = server.Url("x"), CaBundle = server.CaBundle }, Encoding.UTF8.GetBytes("{}"),
        TimeSpan.FromSeconds(10), 1000, default);
}
