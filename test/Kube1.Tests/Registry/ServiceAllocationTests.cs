using System.Text.Json.Nodes;
using Kube1.Testing;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Registry;

/// <summary>Cluster IPs and node ports through the real server: who gets them, and when they are free again.</summary>
public sealed class ServiceAllocationTests
{
    private const string Services = "api/v1/namespaces/default/services";

    private TestCluster _cluster = null!;

    private HttpClient Http => _cluster.Http;

    [SetUp]
    public async Task SetUp() => _cluster = await TestCluster.StartAsync();

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [Test]
    public async Task Create_NodePort_GetsAddressAndPort()
    {
        var (code, service) = await Http.SendAsync("POST", Services, Service("a", "\"type\":\"NodePort\","));

        Assert.That(code, Is.EqualTo(201), service.ToJsonString());
        Assert.That(service.Text("spec.clusterIP"), Does.StartWith("10.43."));
        Assert.That(service.Text("spec.clusterIPs.0"), Is.EqualTo(service.Text("spec.clusterIP")));
        Assert.That(int.Parse(service.Text("spec.ports.0.nodePort")), Is.InRange(30000, 32767));
    }

    [Test]
    public async Task Create_AddressTaken_Invalid()
    {
        await Http.SendAsync("POST", Services, Service("a", "\"clusterIP\":\"10.43.0.50\","));

        var (code, status) = await Http.SendAsync("POST", Services, Service("b", "\"clusterIP\":\"10.43.0.50\","));

        Assert.That(code, Is.EqualTo(422));
        Assert.That(status.Text("message"), Is.EqualTo(
            "Service \"b\" is invalid: spec.clusterIPs: Invalid value: [\"10.43.0.50\"]: failed to allocate IP 10.43.0.50: "
            + "provided IP is already allocated"));
    }

    [TestCase(30080, "provided port is already allocated")]
    [TestCase(80, "provided port is not in the valid range. The range of valid ports is 30000-32767")]
    public async Task Create_PortTakenOrOutside_Invalid(int port, string detail)
    {
        await Http.SendAsync("POST", Services, Service("a", "\"type\":\"NodePort\",", 30080));

        var (code, status) = await Http.SendAsync("POST", Services, Service("b", "\"type\":\"NodePort\",", port));

        Assert.That(code, Is.EqualTo(422));
        Assert.That(status.Text("message"), Is.EqualTo(
            $"Service \"b\" is invalid: spec.ports[0].nodePort: Invalid value: {port}: {detail}"));
    }

    [Test]
    public async Task Create_DryRunOrFailed_GivesBack()
    {
        const string fields = "\"type\":\"NodePort\",\"clusterIP\":\"10.43.0.60\",";
        var dry = await Http.SendAsync("POST", Services + "?dryRun=All", Service("a", fields, 30090));
        Assert.That(dry.Code, Is.EqualTo(201), dry.Body.ToJsonString());
        Assert.That(dry.Body.Text("spec.clusterIP"), Is.EqualTo("10.43.0.60"));

        // The second port clashes with the first, after address and first port have been taken.
        await Http.SendAsync("POST", Services, Service("taken", "\"type\":\"NodePort\",", 30091));
        var failing = Kind.Json(Service("b", fields, 30090));
        failing["spec"]!["ports"]![0]!["name"] = "x";
        failing["spec"]!["ports"]!.AsArray().Add(JsonNode.Parse("""{"name":"y","port":81,"nodePort":30091}"""));
        Assert.That((await Http.SendAsync("POST", Services, failing.ToJsonString())).Code, Is.EqualTo(422));

        var (code, created) = await Http.SendAsync("POST", Services, Service("c", fields, 30090));

        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
    }

    [Test]
    public async Task Delete_Service_FreesAddress()
    {
        await Http.SendAsync("POST", Services, Service("a", "\"clusterIP\":\"10.43.0.70\","));
        await Http.SendAsync("DELETE", Services + "/a");

        var (code, _) = await Http.SendAsync("POST", Services, Service("b", "\"clusterIP\":\"10.43.0.70\","));

        Assert.That(code, Is.EqualTo(201));
    }

    [Test]
    public async Task Update_ReplacedFromManifest_KeepsAddressAndPort()
    {
        var (_, first) = await Http.SendAsync("POST", Services, Service("a", "\"type\":\"NodePort\","));

        var (code, replaced) = await Http.SendAsync("PUT", Services + "/a", Service("a", "\"type\":\"NodePort\","));

        Assert.That(code, Is.EqualTo(200), replaced.ToJsonString());
        Assert.That(replaced.Text("spec.clusterIP"), Is.EqualTo(first.Text("spec.clusterIP")));
        Assert.That(replaced.Text("spec.ports.0.nodePort"), Is.EqualTo(first.Text("spec.ports.0.nodePort")));
    }

    private static string Service(string name, string fields, int nodePort = 0) =>
        $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{{{{fields}}}"ports":[{"port":80,"nodePort":{{{nodePort}}}}]}}""";
}
