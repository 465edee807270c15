using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Extensions.Webhooks;

/// <summary>Webhooks behind Services: how endpoints are found, and what is said when there are none.</summary>
public sealed class WebhookServiceTests
{
    private const string Services = "api/v1/namespaces/default/services";
    private const string Slices = "apis/discovery.k8s.io/v1/namespaces/default/endpointslices";

    private WebhookCluster _cluster = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _cluster = await WebhookCluster.StartAsync();
        _cluster.Hooks.Answer("see", """{"allowed":true}""");
    }

    [TearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task Service_ReadyEndpoint_IsDialedUnderTheServicesName()
    {
        await AddServiceAsync("""{"addresses":["10.42.0.5"],"conditions":{"ready":true}},{"addresses":["10.42.0.6"],"conditions":{"ready":false}}""");
        var (code, answer) = await CallAsync();

        Assert.That(code, Is.EqualTo(201), answer.ToJsonString());
        Assert.That(_cluster.Network.Dialed, Is.EqualTo(new[] { "10.42.0.5:8443" }));
        Assert.That(_cluster.Hooks.ServerNames, Is.EqualTo(new[] { "hook.default.svc" }));
        Assert.That(_cluster.Hooks.ReviewsOf("see"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Service_EndpointThatIsDown_IsPassedOver()
    {
        // In whichever order they are tried, the good one is found.
        await AddServiceAsync("""{"addresses":["10.42.0.99"]},{"addresses":["10.42.1.99"]},{"addresses":["10.42.0.5"]}""");
        var (code, answer) = await CallAsync();

        Assert.That(code, Is.EqualTo(201), answer.ToJsonString());
        Assert.That(_cluster.Network.Dialed.Last(), Is.EqualTo("10.42.0.5:8443"));
    }

    [Test]
    public async Task Service_AllEndpointsDown_TellsOfTheLastOne()
    {
        await AddServiceAsync("""{"addresses":["10.42.0.99"]}""");
        await ExpectAsync("dial tcp 10.42.0.99:8443: connect: connection refused");
    }

    [Test]
    public Task Service_Missing_IsNotFound() => ExpectAsync("service \"hook\" not found");

    [Test]
    public async Task Service_NotReady_HasNoEndpoints()
    {
        await AddServiceAsync("""{"addresses":["10.42.0.6"],"conditions":{"ready":false}}""");
        await ExpectAsync("no endpoints available for service \"hook\"");
    }

    [Test]
    public async Task Service_OtherPort_IsToldOf()
    {
        await AddServiceAsync("""{"addresses":["10.42.0.5"]}""");
        await ExpectAsync("no service port 444 found for service \"hook\"", 444);
    }

    private async Task ExpectAsync(string reason, int port = 443)
    {
        var (code, status) = await CallAsync(port);

        Assert.That(code, Is.EqualTo(500));
        Assert.That(status.Text("message"), Is.EqualTo(
            "Internal error occurred: failed calling webhook \"see.example.com\": failed to call webhook: "
            + $"Post \"https://hook.default.svc:{port}/see?timeout=10s\": {reason}"));
    }

    private async Task<(int Code, System.Text.Json.Nodes.JsonObject Body)> CallAsync(int port = 443)
    {
        await _cluster.AddAsync(
            isMutating: false, "see",
            "\"clientConfig\":{\"service\":{\"namespace\":\"default\",\"name\":\"hook\",\"path\":\"/see\",\"port\":" + port
            + "},\"caBundle\":\"" + _cluster.Hooks.CaBundle + "\"}");
        return await _cluster.CreateConfigMapAsync("a");
    }

    private async Task AddServiceAsync(string endpoints)
    {
        var service = await _cluster.Admin.SendAsync(
            "POST", Services, """{"metadata":{"name":"hook"},"spec":{"ports":[{"name":"https","port":443,"targetPort":8443}]}}""");
        Assert.That(service.Code, Is.EqualTo(201), service.Body.ToJsonString());
        var slice = await _cluster.Admin.SendAsync(
            "POST", Slices,
            """{"metadata":{"name":"hook-1","labels":{"kubernetes.io/service-name":"hook"}},"addressType":"IPv4","ports":[{"name":"https","port":8443}],"endpoints":["""
            + endpoints + "]}");
        Assert.That(slice.Code, Is.EqualTo(201), slice.Body.ToJsonString());
    }
}
