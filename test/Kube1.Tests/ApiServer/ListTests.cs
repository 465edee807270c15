using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>Lists: paging, selectors, revisions, forms.</summary>
public sealed class ListTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";

    private TestCluster _cluster = null!;

    private HttpClient Http => _cluster.Http;

    [SetUp]
    public async Task SetUp()
    {
        _cluster = await TestCluster.StartAsync();
        foreach (var name in new[] { "a", "b", "c" })
        {
            await Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap(name, labels: $"\"n\":\"{name}\""));
        }
    }

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [Test]
    public async Task List_WithLimit_PagesAreOneSnapshot()
    {
        var (_, first) = await Http.SendAsync("GET", ConfigMaps + "?limit=2");
        await Http.SendAsync("DELETE", ConfigMaps + "/c");

        var (_, second) = await Http.SendAsync(
            "GET", ConfigMaps + "?limit=2&continue=" + Uri.EscapeDataString(first.Text("metadata.continue")));

        Assert.That(first["items"]!.AsArray(), Has.Count.EqualTo(2));
        Assert.That(first.Text("metadata.remainingItemCount"), Is.EqualTo("1"));
        Assert.That(second.Text("items.0.metadata.name"), Is.EqualTo("c"));
        Assert.That(second.Text("metadata.resourceVersion"), Is.EqualTo(first.Text("metadata.resourceVersion")));
    }

    [TestCase("?labelSelector=n%20in%20(a,c)", 2)]
    [TestCase("?fieldSelector=metadata.name%3Db", 1)]
    [TestCase("?fieldSelector=metadata.name!%3Db", 2)]
    [TestCase("?labelSelector=missing", 0)]
    public async Task List_Selector_Filters(string query, int expected)
    {
        var (_, list) = await Http.SendAsync("GET", ConfigMaps + query);

        Assert.That(list["items"]!.AsArray(), Has.Count.EqualTo(expected));
    }

    [TestCase("?fieldSelector=spec.x%3Db", 400, "is not a known field selector")]
    [TestCase("?labelSelector=a%20b", 400, "unable to parse requirement")]
    [TestCase("?limit=x", 400, "strconv.ParseInt: parsing \"x\": invalid syntax")]
    [TestCase("?resourceVersionMatch=Exact", 422, "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless")]
    [TestCase("?resourceVersionMatch=Exact&resourceVersion=0", 422, "is forbidden for resourceVersion \"0\"")]
    [TestCase("?resourceVersionMatch=Near&resourceVersion=1", 422,
        "Unsupported value: \"Near\": supported values: \"\", \"Exact\", \"NotOlderThan\"")]
    [TestCase("?resourceVersionMatch=NotOlderThan&resourceVersion=1&continue=a", 422, "is forbidden when continue is provided")]
    [TestCase("?sendInitialEvents=true", 422, "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list")]
    [TestCase("?resourceVersion=x", 400, "invalid resource version: resourceVersion: Invalid value: \"x\": strconv.ParseUint")]
    [TestCase("?resourceVersion=-1", 400, "invalid syntax")]
    [TestCase("?resourceVersion=99999999999999999999", 400, "value out of range")]
    [TestCase("?continue=nonsense", 400, "invalid continue token: continue key is not valid: invalid character ")]
    [TestCase("?continue=e2E", 400, "continue key is not valid: invalid character 'a' looking for beginning of object key string")]
    [TestCase("?continue=non.sense", 400, "continue key is not valid: illegal base64 data at input byte 3")]
    [TestCase("?continue=eyJ2IjoidjIifQ", 400, "server does not recognize this encoded version v2")]
    [TestCase("?continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJzdGFydCI6ImEifQ", 400, "incorrect encoded start resourceVersion")]
    [TestCase("?continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MX0", 400, "encoded start key empty")]
    [TestCase("?continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiIuLi94In0", 400, "continue key is not valid")]
    public async Task List_BadOptions_Refused(string query, int code, string message)
    {
        var (got, status) = await Http.SendAsync("GET", ConfigMaps + query);

        Assert.That(got, Is.EqualTo(code), status.ToJsonString());
        Assert.That(status.Text("message"), Does.Contain(message));
    }

    [Test]
    public async Task List_AtARevision_ShowsThatStateAsTheTableOfUpstreamSays()
    {
        var (_, before) = await Http.SendAsync("GET", ConfigMaps);
        var revision = before.Text("metadata.resourceVersion");
        await Http.SendAsync("DELETE", ConfigMaps + "/b");
        async Task<int> CountAsync(string query) =>
            (await Http.SendAsync("GET", ConfigMaps + query)).Body["items"]!.AsArray().Count;

        Assert.Multiple(async () =>
        {
            Assert.That(await CountAsync(""), Is.EqualTo(2), "the newest");
            Assert.That(await CountAsync("?resourceVersion=0"), Is.EqualTo(2), "any");
            Assert.That(await CountAsync($"?resourceVersion={revision}"), Is.EqualTo(2), "not older than");
            Assert.That(
                await CountAsync($"?resourceVersion={revision}&resourceVersionMatch=NotOlderThan&limit=9"), Is.EqualTo(2));
            Assert.That(await CountAsync($"?resourceVersion={revision}&resourceVersionMatch=Exact"), Is.EqualTo(3));
            Assert.That(await CountAsync($"?resourceVersion={revision}&limit=9"), Is.EqualTo(3), "a page is exact");
        });
    }

    [TestCase(ConfigMaps)]
    [TestCase(ConfigMaps + "/a")]
    public async Task Read_FutureRevision_TooLargeAfterThreeSeconds(string path)
    {
        var (code, status) = await _cluster.Time.AdvanceUntilAsync(
            TimeSpan.FromSeconds(1), Http.SendAsync("GET", path + "?resourceVersion=1000000"));

        Assert.That(code, Is.EqualTo(504));
        Assert.That(status.Text("message"), Does.StartWith("Timeout: Too large resource version: 1000000, current: "));
        Assert.That(status.Text("details.causes.0.reason"), Is.EqualTo("ResourceVersionTooLarge"));
    }

    [Test]
    public async Task List_AsMetadataList_HasNoData()
    {
        var (_, list) = await Http.SendAsync(
            "GET", ConfigMaps, accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");

        Assert.That(list.Text("kind"), Is.EqualTo("PartialObjectMetadataList"));
        Assert.That(list.Text("items.0.kind"), Is.EqualTo("PartialObjectMetadata"));
        Assert.That(list["items"]![0]!["data"], Is.Null);
    }

    [Test]
    public async Task DeleteCollection_Selector_DeletesOnlyMatches()
    {
        var (code, _) = await Http.SendAsync("DELETE", ConfigMaps + "?labelSelector=n%3Da");
        var (_, rest) = await Http.SendAsync("GET", ConfigMaps);

        Assert.That(code, Is.EqualTo(200));
        Assert.That(rest["items"]!.AsArray().Select(i => i!["metadata"]!["name"]!.GetValue<string>()), Is.EqualTo(new[] { "b", "c" }));
    }
}
