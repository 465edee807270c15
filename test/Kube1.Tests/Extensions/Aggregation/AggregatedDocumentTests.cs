using System.Text.Json.Nodes;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Extensions.Aggregation;

/// <summary>The OpenAPI documents of aggregated API servers, as this server publishes them.</summary>
public sealed class AggregatedDocumentTests
{
    private const string ListMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";

    private AggregationCluster _cluster = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _cluster = await AggregationCluster.StartAsync();
        await _cluster.RegisterAsync();
    }

    [TearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task V3_RemoteDocument_IsInTheIndexAndComesFromItsServer()
    {
        var index = await ReadAsync("openapi/v3", i => i["paths"]?["apis/example.org/v1"] is not null);
        var (code, document) = await _cluster.Admin.SendAsync("GET", "openapi/v3/apis/example.org/v1?hash=F1");

        Assert.That(
            (string?)index["paths"]!["apis/example.org/v1"]!["serverRelativeURL"],
            Is.EqualTo("/openapi/v3/apis/example.org/v1?hash=F1"));
        Assert.That((string?)index["paths"]!["version"]!["serverRelativeURL"], Does.Not.Contain("hash=F2"), "this server's own");
        Assert.That(index["paths"]!.AsObject().Select(p => p.Key), Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
        Assert.That(code, Is.EqualTo(200));
        Assert.That(document["components"]!["schemas"]!["org.example.v1.Flunder"], Is.Not.Null);
        var asked = _cluster.Server.Requests.Last(r => r.Target.StartsWith("/openapi/v3/apis", StringComparison.Ordinal));
        Assert.That((asked.User, asked.Target), Is.EqualTo(("admin", "/openapi/v3/apis/example.org/v1?hash=F1")));
        Assert.That(_cluster.Server.Requests.First(r => r.Target == "/openapi/v3").User, Is.EqualTo("system:aggregator"));
    }

    [Test]
    public async Task V3_ServerHasV2Only_IsMadeOfThat()
    {
        _cluster.Server.On("/openapi/v3", 404, "{}");
        var index = await ReadAsync("openapi/v3", i => i["paths"]?["apis/example.org/v1"] is not null);
        var address = (string)index["paths"]!["apis/example.org/v1"]!["serverRelativeURL"]!;
        var (code, document) = await _cluster.Admin.SendAsync("GET", address[1..]);

        Assert.That(address, Does.StartWith("/openapi/v3/apis/example.org/v1?hash="));
        Assert.That(code, Is.EqualTo(200));
        Assert.That(
            (document.Text("openapi"), document.Text("info.title")), Is.EqualTo(("3.0.0", "flunders")));
        Assert.That(document["paths"]!.AsObject().Select(p => p.Key), Is.EqualTo(new[] { "/apis/example.org/v1/flunders" }));
        Assert.That(
            (string?)document["components"]!["schemas"]!["org.example.v1.FlunderList"]!["properties"]!["items"]!["items"]!["$ref"],
            Is.EqualTo("#/components/schemas/org.example.v1.Flunder"));
        Assert.That(_cluster.Server.Requests.Any(r => r.Target.StartsWith("/openapi/v3/", StringComparison.Ordinal)), Is.False);

        using var protobuf = await _cluster.Admin.SendRawAsync(
            "GET", "openapi/v3/apis/example.org/v1", accept: "application/com.github.proto-openapi.spec.v3@v1.0+protobuf");
        var bytes = await protobuf.Content.ReadAsByteArrayAsync();
        Assert.That((int)protobuf.StatusCode, Is.EqualTo(200));
        Assert.That(bytes.AsSpan().IndexOf("/apis/example.org/v1/flunders"u8), Is.Positive);
    }

    [Test]
    public async Task V2_RemoteGroup_IsMerged_AndWhatOnlyHasTheSameNameIsRenamed()
    {
        var (_, before) = await _cluster.Admin.SendAsync("GET", "openapi/v2");
        var merged = await ReadAsync("openapi/v2", d => d["paths"]?["/apis/example.org/v1/flunders"] is not null);
        var definitions = merged["definitions"]!.AsObject();

        Assert.That(definitions[ListMeta]!.ToJsonString(), Is.EqualTo(before["definitions"]![ListMeta]!.ToJsonString()));
        Assert.That((string?)definitions[ListMeta + "_v2"]!["description"], Is.EqualTo("Another release's."));
        Assert.That(
            (string?)definitions["org.example.v1.FlunderList"]!["properties"]!["metadata"]!["$ref"],
            Is.EqualTo($"#/definitions/{ListMeta}_v2"));
        Assert.That(definitions["org.example.v1.Elsewhere"], Is.Not.Null, "nobody has ever needed it");
        Assert.That(merged["paths"]!.AsObject().Count, Is.EqualTo(before["paths"]!.AsObject().Count + 1));

        using var protobuf = await _cluster.Admin.SendRawAsync(
            "GET", "openapi/v2", accept: "application/com.github.proto-openapi.spec.v2@v1.0+protobuf");
        var bytes = await protobuf.Content.ReadAsByteArrayAsync();
        Assert.That((int)protobuf.StatusCode, Is.EqualTo(200));
        Assert.That(bytes.AsSpan().IndexOf("/apis/example.org/v1/flunders"u8), Is.Positive);
    }

    [Test]
    public async Task V2_ApiServiceDeleted_IsWhatItWas()
    {
        var (_, before) = await _cluster.Admin.SendAsync("GET", "openapi/v2");
        await ReadAsync("openapi/v2", d => d["paths"]?["/apis/example.org/v1/flunders"] is not null);
        await _cluster.Admin.SendAsync("DELETE", AggregationCluster.ApiServices + "/" + AggregationCluster.Name);
        var after = await ReadAsync("openapi/v2", d => d["paths"]?["/apis/example.org/v1/flunders"] is null);

        Assert.That(JsonNode.DeepEquals(after, before), Is.True);
        Assert.That((await _cluster.Admin.SendAsync("GET", "openapi/v3/apis/example.org/v1")).Code, Is.EqualTo(404));
    }

    [TestCase("{")]
    [TestCase("""{"swagger":"2.0","paths":[]}""")]
    [TestCase("""{"swagger":"2.0","paths":{"/apis/example.org/v1/flunders":{"get":7}}}""")]
    [TestCase("""{"swagger":"2.0","paths":{"/apis/example.org/v1/flunders":{}},"definitions":{"a":"b"}}""")]
    [TestCase("""{"swagger":"2.0","paths":{"/apis/example.org/v1/flunders":{},"/apis/example.org/v1/flunders":{}}}""")]
    public async Task V2_ThatIsNoDocument_IsLeftOut(string document)
    {
        _cluster.Server.On("/openapi/v2", 200, document);
        var asked = _cluster.Server.Requests.Count(r => r.Target == "/openapi/v2");
        await ReadAsync(
            "openapi/v3", _ => _cluster.Server.Requests.Count(r => r.Target == "/openapi/v2") > asked);
        var (code, merged) = await _cluster.Admin.SendAsync("GET", "openapi/v2");

        Assert.That(code, Is.EqualTo(200));
        Assert.That(merged["paths"]!["/apis/example.org/v1/flunders"], Is.Null);
        Assert.That(merged["paths"]!["/api/v1/pods"], Is.Not.Null);
    }

    // The first read is a second after the APIService has changed; that of its status was the last one.
    private async Task<JsonObject> ReadAsync(string path, Func<JsonObject, bool> isWanted)
    {
        var last = await _cluster.AskUntilAsync(path, d =>
        {
            _cluster.Time.Advance(TimeSpan.FromMilliseconds(100));
            return isWanted(d);
        });
        return last;
    }
}
