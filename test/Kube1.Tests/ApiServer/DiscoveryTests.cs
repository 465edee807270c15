using System.Text.Json.Nodes;
using Kube1.Api.Protobuf;
using Kube1.Api.Schema;
using Kube1.Testing;
using Kube1.Tests.Api;

namespace Kube1.Tests.ApiServer;

/// <summary>/api, /apis and below, in both forms. The expected values are those that upstream publishes.</summary>
public sealed class DiscoveryTests
{
    private const string V2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    private const string V2Beta1 = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

    private TestCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await TestCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [TestCase(V2, true)]
    [TestCase(V2 + "," + V2Beta1 + ",application/json", true)]
    [TestCase(V2 + ";profile=nopeer," + V2 + ",application/json", true)]
    [TestCase(V2Beta1 + "," + V2, true)]
    [TestCase(V2Beta1 + ",application/json", false)]
    [TestCase("application/json," + V2, true)]
    [TestCase("*/*," + V2, true)]
    [TestCase("application/yaml," + V2, true)]
    [TestCase(V2 + ";stream=other", null)]
    [TestCase(V2 + ";sv=v1,application/json", false)]
    [TestCase("application/json;q=0.1," + V2, true)]
    [TestCase("application/json;g=apidiscovery.k8s.io;v=v1;as=APIGroupDiscoveryList,application/json", false)]
    [TestCase("application/json;g=meta.k8s.io;v=v1;as=Table,application/json", false)]
    [TestCase("*/*", false)]
    [TestCase(null, false)]
    public async Task Groups_Accept_DecidesTheForm(string? accept, bool? aggregated)
    {
        using var response = await _cluster.Http.SendRawAsync("GET", "apis", accept: accept);
        if (aggregated is null)
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(406));
            return;
        }

        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();

        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        Assert.That(body.Text("kind"), Is.EqualTo(aggregated.Value ? "APIGroupDiscoveryList" : "APIGroupList"));
        Assert.That(
            ContentTypeOf(response),
            Is.EqualTo(aggregated.Value ? V2 : "application/json"));
    }

    [TestCase("api")]
    [TestCase("apis")]
    public async Task Aggregated_YamlAndProtobuf_TellTheSame(string path)
    {
        var parameters = V2["application/json".Length..];
        var (_, json) = await _cluster.Http.SendAsync("GET", path, accept: V2);
        using var yaml = await _cluster.Http.SendRawAsync("GET", path, accept: "application/yaml" + parameters);
        using var message = await _cluster.Http.SendRawAsync("GET", path, accept: ProtobufObjects.MediaType + parameters);
        var fromYaml = JsonNode.Parse(YamlConverter.ToJson(await yaml.Content.ReadAsByteArrayAsync()));
        var fromMessage = JsonNode.Parse(ProtobufObjects.ToJson(await message.Content.ReadAsByteArrayAsync()));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(ContentTypeOf(yaml), Is.EqualTo("application/yaml" + parameters));
            Assert.That(ContentTypeOf(message), Is.EqualTo(ProtobufObjects.MediaType + parameters));
            Assert.That(JsonNode.DeepEquals(fromYaml, json), Is.True);
            Assert.That(JsonSubset.Missing(json, fromMessage), Is.Null);
        }
    }

    private static string ContentTypeOf(HttpResponseMessage response) =>
        response.Content.Headers.ContentType!.ToString().Replace(" ", "", StringComparison.Ordinal);

    [TestCase("api")]
    [TestCase("apis")]
    public async Task Aggregated_KnownETag_NotModified(string path)
    {
        using var first = await _cluster.Http.SendRawAsync("GET", path, accept: V2);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", V2);
        request.Headers.TryAddWithoutValidation("If-None-Match", first.Headers.ETag!.Tag);
        using var second = await _cluster.Http.SendAsync(request);

        Assert.That((int)second.StatusCode, Is.EqualTo(304));
        Assert.That(second.Headers.ETag, Is.EqualTo(first.Headers.ETag));
        Assert.That(first.Headers.Vary, Is.EqualTo(new[] { "Accept" }));
        Assert.That(first.Headers.CacheControl!.ToString(), Is.EqualTo("public"));
    }

    [Test]
    public async Task Aggregated_Deployments_AreAsUpstream()
    {
        var (_, list) = await _cluster.Http.SendAsync("GET", "apis", accept: V2);
        var apps = list["items"]!.AsArray().Single(g => (string?)g!["metadata"]!["name"] == "apps")!;
        var deployments = apps["versions"]![0]!["resources"]!.AsArray().Single(r => (string?)r!["resource"] == "deployments")!;

        Assert.That(apps["metadata"]!.ToJsonString(), Is.EqualTo("""{"name":"apps"}"""));
        Assert.That((string?)apps["versions"]![0]!["freshness"], Is.EqualTo("Current"));
        Assert.That(JsonNode.DeepEquals(deployments, JsonNode.Parse("""
            {"resource":"deployments","responseKind":{"group":"","version":"","kind":"Deployment"},"scope":"Namespaced",
             "singularResource":"deployment",
             "verbs":["create","delete","deletecollection","get","list","patch","update","watch"],
             "shortNames":["deploy"],"categories":["all"],
             "subresources":[
               {"subresource":"scale","responseKind":{"group":"autoscaling","version":"v1","kind":"Scale"},"verbs":["get","patch","update"]},
               {"subresource":"status","responseKind":{"group":"","version":"","kind":"Deployment"},"verbs":["get","patch","update"]}]}
            """)), Is.True, deployments.ToJsonString());
    }

    [Test]
    public async Task Aggregated_AndLegacy_TellTheSame()
    {
        foreach (var root in new[] { "api", "apis" })
        {
            var (_, list) = await _cluster.Http.SendAsync("GET", root, accept: V2);
            foreach (var group in list["items"]!.AsArray())
            {
                foreach (var version in group!["versions"]!.AsArray())
                {
                    var name = (string?)group["metadata"]!["name"];
                    var (_, legacy) = await _cluster.Http.SendAsync(
                        "GET", name is null ? $"api/{version!["version"]}" : $"apis/{name}/{version!["version"]}");
                    var rows = legacy["resources"]!.AsArray().Select(r => (string)r!["name"]!);
                    var expected = version["resources"]!.AsArray().SelectMany(r => (r!["subresources"]?.AsArray() ?? [])
                        .Select(s => $"{r["resource"]}/{s!["subresource"]}").Prepend((string)r["resource"]!));

                    Assert.That(rows, Is.EqualTo(expected), name);
                }
            }
        }
    }

    [Test]
    public async Task Groups_Order_IsUpstreams()
    {
        var (_, groups) = await _cluster.Http.SendAsync("GET", "apis");

        Assert.That(groups["groups"]!.AsArray().Select(g => (string?)g!["name"]), Is.EqualTo(new[]
        {
            "apiregistration.k8s.io", "apps", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "autoscaling",
            "batch", "certificates.k8s.io", "networking.k8s.io", "policy", "rbac.authorization.k8s.io", "storage.k8s.io",
            "admissionregistration.k8s.io", "apiextensions.k8s.io", "scheduling.k8s.io", "coordination.k8s.io", "node.k8s.io",
            "discovery.k8s.io", "resource.k8s.io", "flowcontrol.apiserver.k8s.io",
        }));
        var autoscaling = groups["groups"]!.AsArray().Single(g => (string?)g!["name"] == "autoscaling")!;
        Assert.That(autoscaling.ToJsonString(), Is.EqualTo(
            """{"name":"autoscaling","versions":[{"groupVersion":"autoscaling/v2","version":"v2"},{"groupVersion":"autoscaling/v1","version":"v1"}],"preferredVersion":{"groupVersion":"autoscaling/v2","version":"v2"}}"""));
    }

    [TestCase("api/v1", "pods", "xPOwRZ+Yhw8=")]
    [TestCase("api/v1", "services", "0/CO1lhkEBI=")]
    [TestCase("api/v1", "events", "r2yiGXH7wu8=")]
    [TestCase("apis/events.k8s.io/v1", "events", "r2yiGXH7wu8=")]
    [TestCase("apis/autoscaling/v1", "horizontalpodautoscalers", "qwQve8ut294=")]
    [TestCase("apis/autoscaling/v2", "horizontalpodautoscalers", "qwQve8ut294=")]
    [TestCase("apis/admissionregistration.k8s.io/v1", "validatingwebhookconfigurations", "B0wHjQmsGNk=")]
    [TestCase("api/v1", "componentstatuses", "")]
    [TestCase("api/v1", "bindings", "")]
    [TestCase("api/v1", "pods/status", "")]
    public async Task StorageVersionHash_Resource_IsUpstreams(string path, string resource, string hash)
    {
        var (_, list) = await _cluster.Http.SendAsync("GET", path);
        var row = list["resources"]!.AsArray().Single(r => (string?)r!["name"] == resource)!;

        Assert.That((string?)row["storageVersionHash"] ?? "", Is.EqualTo(hash));
    }

    [Test]
    public async Task Resources_OfTheCore_AreAsUpstream()
    {
        var (_, core) = await _cluster.Http.SendAsync("GET", "api/v1");
        var (_, apps) = await _cluster.Http.SendAsync("GET", "apis/apps/v1");
        JsonNode Row(string name) => core["resources"]!.AsArray().Single(r => (string?)r!["name"] == name)!;

        Assert.That((core.Text("apiVersion"), core.Text("groupVersion")), Is.EqualTo(("", "v1")));
        Assert.That((apps.Text("apiVersion"), apps.Text("groupVersion")), Is.EqualTo(("v1", "apps/v1")));
        Assert.That(JsonNode.DeepEquals(Row("pods/eviction"), JsonNode.Parse("""
            {"name":"pods/eviction","singularName":"","namespaced":true,"group":"policy","version":"v1","kind":"Eviction","verbs":["create"]}
            """)), Is.True);
        Assert.That(JsonNode.DeepEquals(Row("nodes/proxy"), JsonNode.Parse("""
            {"name":"nodes/proxy","singularName":"","namespaced":false,"kind":"NodeProxyOptions","verbs":["create","delete","get","patch","update"]}
            """)), Is.True);
        Assert.That(JsonNode.DeepEquals(Row("namespaces"), JsonNode.Parse("""
            {"name":"namespaces","singularName":"namespace","namespaced":false,"kind":"Namespace","shortNames":["ns"],
             "verbs":["create","delete","get","list","patch","update","watch"],"storageVersionHash":"Q3oi5N2YM8M="}
            """)), Is.True);
    }

    [TestCase("apis/apps", 200)]
    [TestCase("apis/widgets", 404)]
    [TestCase("apis/apps/v2", 404)]
    [TestCase("api/v2", 404)]
    [TestCase("apis/apps/v1/", 200)]
    public async Task Path_Unknown_NotFound(string path, int code) =>
        Assert.That((await _cluster.Http.SendAsync("GET", path)).Code, Is.EqualTo(code));
}
