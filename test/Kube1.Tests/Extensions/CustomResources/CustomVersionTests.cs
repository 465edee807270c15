using System.Text.Json.Nodes;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Extensions.CustomResources;

/// <summary>One stored object, seen through several versions; definitions that change under stored objects.</summary>
public sealed class CustomVersionTests
{
    private const string Crontabs = CustomResourceServer.Crontabs;
    private const string Beta = "apis/stable.example.com/v1beta1/namespaces/default/crontabs";
    private const string MergePatch = "application/merge-patch+json";

    private CustomResourceServer _server = null!;

    [SetUp]
    public async Task SetUp() => _server = await CustomResourceServer.StartAsync();

    [TearDown]
    public async Task TearDown() => await _server.DisposeAsync();

    [Test]
    public async Task Get_OtherVersion_HasItsNameAndItsFields()
    {
        await _server.ExpectAsync(201, "POST", Crontabs, CustomResourceServer.Object("a", "\"image\":\"x\",\"rate\":1.5"));

        var beta = await _server.ExpectAsync(200, "GET", Beta + "/a");
        var stable = await _server.ExpectAsync(200, "GET", Crontabs + "/a");

        Assert.That(beta.Text("apiVersion"), Is.EqualTo("stable.example.com/v1beta1"));
        Assert.That(beta["spec"]!.ToJsonString(), Is.EqualTo("""{"image":"x","cronSpec":"5 0 * * *"}"""));
        Assert.That(stable["spec"]!["rate"]!.GetValue<double>(), Is.EqualTo(1.5));
        Assert.That(beta["metadata"]!.ToJsonString(), Is.EqualTo(stable["metadata"]!.ToJsonString()));
    }

    [Test]
    public async Task Create_OtherVersion_IsStoredAsTheStorageVersion()
    {
        var created = await _server.ExpectAsync(
            201, "POST", Beta, CustomResourceServer.Object("a", "\"image\":\"x\",\"old\":\"gone\"", "v1beta1"));
        var stored = await _server.ExpectAsync(200, "GET", Crontabs + "/a");

        Assert.That(created.Text("apiVersion"), Is.EqualTo("stable.example.com/v1beta1"));
        Assert.That(stored.Text("apiVersion"), Is.EqualTo("stable.example.com/v1"));
        Assert.That(stored["spec"]!.ToJsonString(), Is.EqualTo("""{"image":"x","cronSpec":"5 0 * * *"}"""));
    }

    [Test]
    public async Task Request_DeprecatedVersion_IsWarnedOf()
    {
        using var response = await _server.Http.SendRawAsync("GET", Beta);

        Assert.That(response.Headers.GetValues("Warning"), Is.EqualTo(new[]
        {
            "299 - \"stable.example.com/v1beta1 CronTab is deprecated; use stable.example.com/v1 CronTab\"",
        }));
    }

    [Test]
    public async Task Watch_EachVersion_SeesTheSameEventInItsForm()
    {
        await using var stable = await WatchStream.OpenAsync(_server.Http, Crontabs + "?watch=1");
        await using var beta = await WatchStream.OpenAsync(_server.Http, Beta + "?watch=1");
        await _server.ExpectAsync(201, "POST", Crontabs, CustomResourceServer.Object("a"));

        Assert.That(await stable.NextTextAsync(), Is.EqualTo("ADDED a v1"));
        Assert.That(await beta.NextTextAsync(), Is.EqualTo("ADDED a v1beta1"));
    }

    [Test]
    public async Task Definition_NewDefault_HoldsForStoredObjects()
    {
        await _server.ExpectAsync(201, "POST", Crontabs, CustomResourceServer.Object("a", "\"rate\":1"));
        var before = await _server.ExpectAsync(200, "GET", Crontabs + "/a");

        await ChangeDefinitionAsync("""{"image":{"type":"string","default":"busybox"},"rate":null}""");
        var after = await _server.ExpectAsync(200, "GET", Crontabs + "/a");

        Assert.That(before["spec"]!.AsObject().ContainsKey("image"), Is.False);
        Assert.That(after["spec"]!.AsObject().OrderBy(p => p.Key).Select(p => $"{p.Key}={p.Value}"), Is.EqualTo(new[]
        {
            "cronSpec=5 0 * * *", "image=busybox",
        }));
        Assert.That(after.Text("metadata.resourceVersion"), Is.EqualTo(before.Text("metadata.resourceVersion")));
    }

    [Test]
    public async Task Definition_StorageVersionMoves_ObjectsFollowWithTheirNextWrite()
    {
        await _server.ExpectAsync(201, "POST", Crontabs, CustomResourceServer.Object("a"));

        var moved = await _server.ExpectAsync(
            200, "PATCH", $"{CustomResourceServer.Definitions}/{CustomResourceServer.Name}",
            """[{"op":"replace","path":"/spec/versions/0/storage","value":false},{"op":"replace","path":"/spec/versions/1/storage","value":true}]""",
            "application/json-patch+json");
        var read = await _server.ExpectAsync(200, "GET", Crontabs + "/a");
        var same = await _server.ExpectAsync(200, "PATCH", Crontabs + "/a", "{}", MergePatch);

        Assert.That(moved["status"]!["storedVersions"]!.ToJsonString(), Is.EqualTo("""["v1","v1beta1"]"""));
        Assert.That(read.Text("apiVersion"), Is.EqualTo("stable.example.com/v1"));
        // A write that changes nothing but the version is one all the same: so a cluster is moved to another version.
        Assert.That(same.Text("metadata.resourceVersion"), Is.Not.EqualTo(read.Text("metadata.resourceVersion")));
    }

    [Test]
    public async Task Definition_VersionNoLongerServed_IsNotFoundAndItsWatchesEnd()
    {
        await using var watch = await WatchStream.OpenAsync(_server.Http, Beta + "?watch=1");
        await _server.ExpectAsync(201, "POST", Crontabs, CustomResourceServer.Object("a"));
        await _server.ExpectAsync(
            200, "PATCH", $"{CustomResourceServer.Definitions}/{CustomResourceServer.Name}",
            """[{"op":"replace","path":"/spec/versions/1/served","value":false}]""", "application/json-patch+json");

        await _server.ExpectAsync(404, "GET", Beta);
        await _server.ExpectAsync(200, "GET", Crontabs);
        Assert.That(await watch.NextTextAsync(), Is.EqualTo("ADDED a v1beta1"));
        Assert.That(await watch.IsAtEndAsync());
    }

    [Test]
    public async Task Apply_ManagersOfTwoVersions_OwnTheirFields()
    {
        const string apply = "application/apply-patch+yaml";
        await _server.ExpectAsync(
            201, "PATCH", Crontabs + "/a?fieldManager=one", CustomResourceServer.Object("a", "\"image\":\"x\""), apply);
        var both = await _server.ExpectAsync(
            200, "PATCH", Beta + "/a?fieldManager=two", CustomResourceServer.Object("a", "\"replicas\":2", "v1beta1"), apply);
        var conflict = await _server.ExpectAsync(
            409, "PATCH", Beta + "/a?fieldManager=two",
            CustomResourceServer.Object("a", "\"image\":\"y\",\"replicas\":2", "v1beta1"), apply);
        var given = await _server.ExpectAsync(
            200, "PATCH", Crontabs + "/a?fieldManager=one", CustomResourceServer.Object("a", ""), apply);

        Assert.That(both["metadata"]!["managedFields"]!.AsArray().Select(m => $"{m!["manager"]} {m["apiVersion"]}"), Is.EqualTo(new[]
        {
            "one stable.example.com/v1", "two stable.example.com/v1beta1",
        }));
        Assert.That(conflict.Text("message"), Is.EqualTo(
            "Apply failed with 1 conflict: conflict with \"one\": .spec.image"));
        Assert.That(given["spec"]!.AsObject().ContainsKey("image"), Is.False);
        Assert.That(given["spec"]!["replicas"]!.GetValue<int>(), Is.EqualTo(2));
    }

    [Test]
    public async Task Apply_ListMap_IsMergedByItsKeys()
    {
        const string apply = "application/apply-patch+yaml";
        await _server.ExpectAsync(
            201, "PATCH", Crontabs + "/a?fieldManager=one",
            CustomResourceServer.Object("a", "\"ports\":[{\"name\":\"x\",\"port\":1}]"), apply);
        var both = await _server.ExpectAsync(
            200, "PATCH", Crontabs + "/a?fieldManager=two",
            CustomResourceServer.Object("a", "\"ports\":[{\"name\":\"y\",\"port\":2}]"), apply);

        Assert.That(both["spec"]!["ports"]!.AsArray().Select(p => p!["name"]!.ToString()), Is.EqualTo(new[] { "x", "y" }));
    }

    private Task<JsonObject> ChangeDefinitionAsync(string properties)
    {
        var patch = new JsonArray();
        foreach (var (name, value) in JsonNode.Parse(properties)!.AsObject())
        {
            var path = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/" + name;
            patch.Add((JsonNode)(value is null
                ? new JsonObject { ["op"] = "remove", ["path"] = path }
                : new JsonObject { ["op"] = "replace", ["path"] = path, ["value"] = value.DeepClone() }));
        }

        return _server.ExpectAsync(
            200, "PATCH", $"{CustomResourceServer.Definitions}/{CustomResourceServer.Name}", patch.ToJsonString(),
            "application/json-patch+json");
    }
}
