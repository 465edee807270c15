using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Protobuf;
using Kube1.Api.Schema;
using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>Protobuf bodies whose envelope names no kind, or one that was not asked for: nothing of them gets lost.</summary>
public sealed class ProtobufKindTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    private const string Pods = "api/v1/namespaces/default/pods";
    private const string ConfigMap = "io.k8s.api.core.v1.ConfigMap";
    private const string DeleteOptions = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions";
    private const string NotRegistered = "\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"";
    private const string NotOptions = "\" in scheme \"pkg/apis/meta/internalversion/scheme/register.go:27\"";

    private TestCluster _cluster = null!;

    [SetUp]
    public async Task SetUp() => _cluster = await TestCluster.StartAsync();

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [TestCase("", "")]
    [TestCase("v1", "")]
    [TestCase("", "ConfigMap")]
    public async Task Create_KindNotNamed_IsThatOfTheResource(string apiVersion, string kind)
    {
        var (code, created) = await SendAsync(
            "POST", ConfigMaps, ConfigMap, apiVersion, kind, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");

        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        Assert.That(created.Text("kind") + created.Text("data.k"), Is.EqualTo("ConfigMapv"));
    }

    [TestCase("v1", "Widget", "Widget in version \"v1\" cannot be handled as a ConfigMap: no kind \"Widget\" is registered for "
        + "version \"v1" + NotRegistered)]
    [TestCase("a/v7", "", "ConfigMap in version \"v7\" cannot be handled as a ConfigMap: no kind \"ConfigMap\" is registered for "
        + "version \"a/v7" + NotRegistered)]
    [TestCase("v1", "Pod", "Pod in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): "
        + "unknown conversion")]
    public async Task Create_OtherKind_BadRequest(string apiVersion, string kind, string message)
    {
        var (code, status) = await SendAsync(
            "POST", ConfigMaps, ConfigMap, apiVersion, kind, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");

        Assert.That(code, Is.EqualTo(400));
        Assert.That(status.Text("message"), Is.EqualTo(message));
    }

    [TestCase("", "")]
    [TestCase("v1", "DeleteOptions")]
    [TestCase("policy/v1", "DeleteOptions")]
    [TestCase("unheard.of/v1", "DeleteOptions")]
    public async Task Delete_OptionsOfAnyGroup_Count(string apiVersion, string kind)
    {
        await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));

        var (conflict, _) = await SendAsync(
            "DELETE", ConfigMaps + "/a", DeleteOptions, apiVersion, kind, """{"preconditions":{"uid":"another"}}""");
        var (dry, _) = await SendAsync("DELETE", ConfigMaps + "/a", DeleteOptions, apiVersion, kind, """{"dryRun":["All"]}""");
        var (left, _) = await _cluster.Http.SendAsync("GET", ConfigMaps + "/a");

        Assert.That((conflict, dry, left), Is.EqualTo((409, 200, 200)));
    }

    [TestCase("v1", "ConfigMap", "no kind \"ConfigMap\" is registered for version \"v1" + NotOptions)]
    [TestCase("a/v7", "Widget", "no kind \"Widget\" is registered for version \"a/v7" + NotOptions)]
    public async Task Delete_BodyOfAnotherKind_BadRequestAndNothingDone(string apiVersion, string kind, string message)
    {
        await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));

        var (code, status) = await SendAsync("DELETE", ConfigMaps + "/a", DeleteOptions, apiVersion, kind, "{}");
        var (jsonCode, jsonStatus) = await _cluster.Http.SendAsync(
            "DELETE", ConfigMaps + "/a", $$"""{"kind":"{{kind}}","apiVersion":"{{apiVersion}}"}""");
        var (left, _) = await _cluster.Http.SendAsync("GET", ConfigMaps + "/a");

        Assert.That((code, jsonCode, left), Is.EqualTo((400, 400, 200)));
        Assert.That(status.Text("message"), Is.EqualTo(message));
        Assert.That(jsonStatus.Text("message"), Is.EqualTo(message));
    }

    [Test]
    public async Task Evict_KindNotNamed_OptionsCount()
    {
        await _cluster.Http.SendAsync(
            "POST", Pods, """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");

        var (code, status) = await SendAsync(
            "POST", Pods + "/p/eviction", "io.k8s.api.policy.v1.Eviction", "", "",
            """{"metadata":{"name":"p"},"deleteOptions":{"preconditions":{"uid":"another"}}}""");

        Assert.That(code, Is.EqualTo(409), status.ToJsonString());
    }

    private async Task<(int Code, JsonObject Body)> SendAsync(
        string method, string path, string type, string apiVersion, string kind, string json)
    {
        var message = new ArrayBufferWriter<byte>();
        ProtobufObjects.Write(message, Encoding.UTF8.GetBytes(json), apiVersion, kind, SchemaCatalog.BuiltIn.Find(type)!);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = new ByteArrayContent(message.WrittenSpan.ToArray());
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(ProtobufObjects.MediaType);
        using var response = await _cluster.Http.SendAsync(request);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }
}
