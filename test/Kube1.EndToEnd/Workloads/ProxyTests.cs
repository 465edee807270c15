using System.Text.RegularExpressions;
using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads;

[NonParallelizable]
public sealed partial class ProxyTests
{
    private TestNamespace _space = null!;
    private string _pod = "";

    [OneTimeSetUp]
    public async Task CreateServiceAsync()
    {
        _space = await WorkloadCluster.NamespaceAsync("proxied");
        await _space.KubectlAsync("create", "deployment", "web", "--image=web:v1", "--port=80");
        await _space.KubectlAsync("expose", "deployment", "web", "--port=8080", "--target-port=80");
        await _space.WaitForRolloutAsync("web");
        _pod = await _space.GetAsync("pods", "{.items[0].metadata.name}");
        await _space.UntilEndpointsAsync("web", 1);
        await _space.UntilServedAsync("web");
        await WorkloadCluster.Cluster.UntilAsync(
            addresses => addresses.Length > 0, "--namespace", _space.Name, "get", "endpoints", "web",
            "-o", "jsonpath={.subsets[*].addresses[*].ip}");
    }

    [OneTimeTearDown]
    public async Task DeleteServiceAsync()
    {
        if (_space is not null)
        {
            await _space.DisposeAsync();
        }
    }

    [Test]
    public async Task GetRaw_OfServicePodAndNode_AnswersThroughTheApiServer()
    {
        var space = "/api/v1/namespaces/proxied";
        await Assert.MultipleAsync(async () =>
        {
            Assert.That(await RawAsync($"{space}/services/web:8080/proxy/version"), Is.EqualTo("v1\n"));
            Assert.That(await RawAsync($"{space}/services/http:web:8080/proxy/cgi-bin/hostname"), Is.EqualTo(_pod + "\n"));
            Assert.That(await RawAsync($"{space}/pods/{_pod}/proxy/version"), Is.EqualTo("v1\n"));
            Assert.That(await RawAsync($"{space}/pods/{_pod}:80/proxy/"), Is.EqualTo("hello from v1\n"));
            Assert.That(await RawAsync("/api/v1/nodes/server/proxy/healthz"), Is.EqualTo("ok"));
            Assert.That(await RawAsync("/api/v1/nodes/server/proxy/pods"), Does.Contain(_pod));
            Assert.That(await RawAsync("/api/v1/nodes/server/proxy/stats/summary"), Does.Contain("\"nodeName\":\"server\""));
        });
    }

    [Test]
    public async Task GetRaw_ThatNobodyServes_SaysSo()
    {
        await _space.KubectlAsync("create", "service", "clusterip", "lonely", "--tcp=80");
        await WorkloadCluster.Cluster.UntilAsync(
            names => names.Length > 0, "--namespace", _space.Name, "get", "endpoints", "-o", "name",
            "--field-selector", "metadata.name=lonely");
        var lonely = await TryRawAsync("/api/v1/namespaces/proxied/services/lonely:80/proxy/");
        var closed = await TryRawAsync($"/api/v1/namespaces/proxied/pods/{_pod}:81/proxy/");
        Assert.Multiple(() =>
        {
            Assert.That(lonely.Errors, Is.EqualTo(
                "Error from server (ServiceUnavailable): no endpoints available for service \"lonely\"\n"));
            Assert.That(closed.Errors, Does.Match(
                "^Error from server \\(ServiceUnavailable\\): error trying to reach service: dial tcp [0-9.]+:81: connect: connection refused\n$"));
        });
    }

    [Test]
    public async Task KubectlProxy_ServesTheServiceToABrowser()
    {
        await using var proxy = new RunningProgram(WorkloadCluster.Cluster.StartKubectl("proxy", "--port=0"));
        var address = ListenAddress().Match(await proxy.ReadLineAsync() ?? "").Value;
        using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        // Without the slash at its end: the browser follows the redirect through the proxy.
        var page = await browser.GetStringAsync(
            new Uri($"http://{address}/api/v1/namespaces/proxied/services/http:web:8080/proxy"));
        Assert.That(page, Is.EqualTo("hello from v1\n"));
    }

    private static Task<string> RawAsync(string path) => WorkloadCluster.Cluster.KubectlAsync("get", "--raw", path);

    private static Task<ProgramResult> TryRawAsync(string path) =>
        WorkloadCluster.Cluster.TryKubectlAsync("get", "--raw", path);

    [GeneratedRegex(@"127\.0\.0\.1:\d+")]
    private static partial Regex ListenAddress();
}
