using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Extensions.Aggregation;

/// <summary>
/// What an extension server asks of this one to let users in by itself, as the ServiceAccount that its manual tells to bind:
/// https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/
/// </summary>
public sealed class DelegatedAccessTests
{
    private SecureCluster _cluster = null!;
    private HttpClient _extension = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await SecureCluster.StartAsync();
        foreach (var account in new[] { "extension", "user" })
        {
            await _cluster.CreateAsync(
                "api/v1/namespaces/default/serviceaccounts", "{\"metadata\":{\"name\":\"" + account + "\"}}");
        }

        await _cluster.CreateAsync(
            "apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
            """{"metadata":{"name":"extension:system:auth-delegator"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"system:auth-delegator"},"subjects":[{"kind":"ServiceAccount","name":"extension","namespace":"default"}]}""");
        await _cluster.CreateAsync(
            "apis/rbac.authorization.k8s.io/v1/namespaces/kube-system/rolebindings",
            """{"metadata":{"name":"extension-auth-reader"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"extension-apiserver-authentication-reader"},"subjects":[{"kind":"ServiceAccount","name":"extension","namespace":"default"}]}""");
        await _cluster.CreateAsync(
            "api/v1/namespaces/kube-system/configmaps",
            """{"metadata":{"name":"extension-apiserver-authentication"},"data":{"requestheader-client-ca-file":"PEM"}}""");
        _extension = _cluster.WithToken(await _cluster.TokenAsync("extension"));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _extension.Dispose();
        await _cluster.DisposeAsync();
    }

    [Test]
    public async Task Configuration_OfFrontProxies_CanBeReadAndWatched()
    {
        const string path = "api/v1/namespaces/kube-system/configmaps";
        var (code, map) = await _extension.SendAsync("GET", path + "/extension-apiserver-authentication");
        using var watch = await _extension.SendRawAsync(
            "GET", path + "?watch=true&fieldSelector=metadata.name%3Dextension-apiserver-authentication");

        Assert.That(code, Is.EqualTo(200), map.ToJsonString());
        Assert.That(map.Text("data.requestheader-client-ca-file"), Is.EqualTo("PEM"));
        Assert.That((int)watch.StatusCode, Is.EqualTo(200));
        Assert.That((await _extension.SendAsync("GET", path)).Code, Is.EqualTo(403), "no other one");
    }

    [Test]
    public async Task Token_OfAUser_CanBeReviewed()
    {
        var token = await _cluster.TokenAsync("user");
        var (code, review) = await _extension.SendAsync(
            "POST", "apis/authentication.k8s.io/v1/tokenreviews", "{\"spec\":{\"token\":\"" + token + "\"}}");

        Assert.That(code, Is.EqualTo(201), review.ToJsonString());
        Assert.That(review.Text("status.authenticated"), Is.EqualTo("true"));
        Assert.That(review.Text("status.user.username"), Is.EqualTo("system:serviceaccount:default:user"));
    }

    [TestCase("system:masters", "true")]
    [TestCase("nobody", "false")]
    public async Task Access_OfAUser_CanBeReviewed(string group, string allowed)
    {
        var (code, review) = await _extension.SendAsync(
            "POST", "apis/authorization.k8s.io/v1/subjectaccessreviews",
            "{\"spec\":{\"user\":\"jane\",\"groups\":[\"" + group + "\"],\"resourceAttributes\":{\"group\":\"example.org\",\"resource\":\"flunders\",\"verb\":\"list\",\"namespace\":\"default\"}}}");

        Assert.That(code, Is.EqualTo(201), review.ToJsonString());
        Assert.That(review.Text("status.allowed"), Is.EqualTo(allowed));
    }
}
