using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>The HTTPS port, health and refusals.</summary>
public sealed class TransportTests
{
    [TestCase("version", "gitVersion", "v1.36.2+kube1")]
    [TestCase("api", "kind", "APIVersions")]
    [TestCase("apis", "kind", "APIGroupList")]
    [TestCase("apis/apps/v1", "groupVersion", "apps/v1")]
    [TestCase("readyz", "text", "ok")]
    public async Task Https_WellKnownPaths_Served(string path, string field, string expected)
    {
        await using var cluster = await TestCluster.StartAsync(new TestClusterOptions { Listen = true });

        var (code, body) = await cluster.HttpsFor().SendAsync("GET", path);

        Assert.That(code, Is.EqualTo(200), body.ToJsonString());
        Assert.That(body.Text(field), Is.EqualTo(expected));
    }

    [Test]
    [NonParallelizable]
    public async Task Https_CreateAndMetrics_Counted()
    {
        await using var cluster = await TestCluster.StartAsync(new TestClusterOptions { Listen = true });
        var http = cluster.HttpsFor();
        await http.SendAsync("POST", "api/v1/namespaces/default/configmaps", ApiTestClient.ConfigMap("a"));

        var (_, metrics) = await http.SendAsync("GET", "metrics");

        Assert.That(metrics.Text("text"), Does.Contain(
            "apiserver_request_total{verb=\"CREATE\",group=\"\",version=\"v1\",resource=\"configmaps\",subresource=\"\","
            + "code=\"201\"} 1"));
    }

    [TestCase("POST", "{", "application/json", 400)]
    [TestCase("POST", "{}", "application/vnd.kubernetes.protobuf", 400)]
    [TestCase("POST", "{}", "text/plain", 415)]
    [TestCase("POST", """{"kind":"Pod","apiVersion":"v1"}""", "application/json", 400)]
    [TestCase("POST", """{"metadata":{"name":"UPPER"}}""", "application/json", 422)]
    [TestCase("POST", """{"metadata":{"name":"a"},"data":{"k":1}}""", "application/json", 400)]
    [TestCase("POST", """{"metadata":{"name":"a","namespace":"other"}}""", "application/json", 400)]
    public async Task Create_BadBody_Refused(string method, string body, string type, int expected)
    {
        await using var cluster = await TestCluster.StartAsync();

        var (code, status) = await cluster.Http.SendAsync(
            method, "api/v1/namespaces/default/configmaps", body, type);

        Assert.That(code, Is.EqualTo(expected), status.ToJsonString());
        Assert.That(status.Text("kind"), Is.EqualTo("Status"));
    }

    [Test]
    public async Task Create_BodyOver3MiB_TooLarge()
    {
        await using var cluster = await TestCluster.StartAsync();
        var body = ApiTestClient.ConfigMap("a", new string('x', 3 * 1024 * 1024));

        var (code, status) = await cluster.Http.SendAsync("POST", "api/v1/namespaces/default/configmaps", body);

        Assert.That(code, Is.EqualTo(413));
        Assert.That(status.Text("message"), Is.EqualTo("Request entity too large: limit is 3145728"));
    }
}
