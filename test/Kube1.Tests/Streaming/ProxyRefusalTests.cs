using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Streaming;

/// <summary>Proxy requests that cannot be served, in upstream's words; and who may make one.</summary>
public sealed class ProxyRefusalTests
{
    private ProxiedCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await ProxiedCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [TestCase(ProxiedCluster.Pods + "/none:80", 404, "NotFound", "pods \"none\" not found")]
    [TestCase(ProxiedCluster.Pods + "/a:b:c", 400, "BadRequest", "invalid pod request \"a:b:c\"")]
    [TestCase(ProxiedCluster.Pods + "/new:80", 400, "BadRequest", "address not allowed")]
    [TestCase(ProxiedCluster.Pods + "/web:81", 503, "ServiceUnavailable", "error trying to reach service: dial tcp 10.0.0.7:81: connect: connection refused")]
    [TestCase(ProxiedCluster.Pods + "/web:http", 503, "ServiceUnavailable", "error trying to reach service: dial tcp: lookup tcp/http: unknown port")]
    [TestCase(ProxiedCluster.Services + "/none:80", 404, "NotFound", "services \"none\" not found")]
    [TestCase(ProxiedCluster.Services + "/none:http", 404, "NotFound", "endpoints \"none\" not found")]
    [TestCase(ProxiedCluster.Services + "/ftp:web:80", 400, "BadRequest", "invalid service request \"ftp:web:80\"")]
    [TestCase(ProxiedCluster.Services + "/web:7", 503, "ServiceUnavailable", "no service port 7 found for service \"web\"")]
    [TestCase(ProxiedCluster.Services + "/web:nope", 503, "ServiceUnavailable", "no endpoints available for service \"web:nope\"")]
    [TestCase(ProxiedCluster.Services + "/idle:80", 503, "ServiceUnavailable", "no endpoints available for service \"idle\"")]
    [TestCase(ProxiedCluster.Services + "/byhand:80", 503, "ServiceUnavailable", "no endpoints available for service \"byhand:80\"")]
    [TestCase(ProxiedCluster.Services + "/web:81", 503, "ServiceUnavailable", "error trying to reach service: dial tcp 10.0.0.7:81: connect: connection refused")]
    [TestCase(ProxiedCluster.Nodes + "/none", 404, "NotFound", "nodes \"none\" not found")]
    [TestCase(ProxiedCluster.Nodes + "/loop", 400, "BadRequest", "address not allowed")]
    [TestCase(ProxiedCluster.Nodes + "/:80", 400, "BadRequest", "invalid node request \":80\"")]
    public async Task Proxy_ThatCannotBeServed_AnswersAStatus(string path, int code, string reason, string message)
    {
        var (answered, status) = await _cluster.Http.SendAsync("GET", path + "/proxy/x");

        Assert.That(answered, Is.EqualTo(code), status.ToJsonString());
        Assert.That(status.Text("kind"), Is.EqualTo("Status"));
        Assert.That(status.Text("reason"), Is.EqualTo(reason));
        Assert.That(status.Text("message"), Is.EqualTo(message));
    }

    [TestCase("api/v1/watch/namespaces/default/pods/web:80/proxy/..%2Fadmin")]
    [TestCase("api/v1/watch/namespaces/default/services/web:80/proxy/x")]
    [TestCase("api/v1/watch/nodes/node1/proxy/x")]
    [TestCase("api/v1/watch/namespaces/default/pods/web/exec")]
    [TestCase("api/v1/watch/namespaces/default/pods/web/log")]
    public async Task Watch_OfASubresource_DoesNotExist(string path)
    {
        _cluster.PodConnector.Dialed.Clear();
        _cluster.KubeletConnector.Dialed.Clear();
        foreach (var method in new[] { "GET", "POST", "DELETE" })
        {
            var (code, status) = await _cluster.Http.SendAsync(method, path);

            Assert.That(code, Is.EqualTo(404), $"{method}: {status.ToJsonString()}");
            Assert.That(status.Text("message"), Is.EqualTo("the server could not find the requested resource"));
        }

        Assert.That(_cluster.PodConnector.Dialed.Concat(_cluster.KubeletConnector.Dialed), Is.Empty);
    }

    [Test]
    public async Task Proxy_HttpsToAPlainServer_IsUnreachable()
    {
        await using var plain = await BackendServer.StartAsync();
        var connector = new Kube1.ApiServer.Streaming.PodConnector(TimeProvider.System);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://127.0.0.1:{plain.HttpPort}/");

        Assert.That(
            async () => await connector.SendAsync(request, CancellationToken.None), Throws.InstanceOf<HttpRequestException>());
        connector.Dispose();
    }

    [TestCase("GET", "get")]
    [TestCase("POST", "create")]
    [TestCase("PUT", "update")]
    [TestCase("PATCH", "patch")]
    [TestCase("DELETE", "delete")]
    public async Task Proxy_WithTheVerbOnly_IsAllowedThatMethodAndNoOther(string method, string verb)
    {
        await using var cluster = await SecureCluster.StartAsync(o => o with { Pods = _cluster.PodConnector });
        const string rbac = "apis/rbac.authorization.k8s.io/v1/namespaces/default/";
        await cluster.CreateAsync(rbac + "roles", $$$"""
            {"metadata":{"name":"r"},"rules":[{"apiGroups":[""],"resources":["services/proxy"],"verbs":["{{{verb}}}"]}]}
            """);
        await cluster.CreateAsync(rbac + "rolebindings", """
            {"metadata":{"name":"r"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"},
            "subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"alice"}]}
            """);
        var alice = cluster.As("alice");
        foreach (var asked in new[] { "GET", "POST", "PUT", "PATCH", "DELETE" })
        {
            var (code, status) = await alice.SendAsync(asked, ProxiedCluster.Services + "/none:80/proxy/x");

            Assert.That(code, Is.EqualTo(asked == method ? 404 : 403), $"{asked}: {status.ToJsonString()}");
        }

        var (_, pods) = await alice.SendAsync(method, ProxiedCluster.Pods + "/none:80/proxy/x");
        Assert.That(pods.Text("message"), Is.EqualTo(
            $"pods \"none:80\" is forbidden: User \"alice\" cannot {verb} resource \"pods/proxy\" in API group \"\" in the namespace \"default\""));
    }
}
