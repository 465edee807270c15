using System.Text.Json.Nodes;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Extensions.CustomResources;

/// <summary>Custom objects through all verbs, as built-in ones.</summary>
public sealed class CustomObjectTests
{
    private const string Crontabs = CustomResourceServer.Crontabs;
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";

    private CustomResourceServer _server = null!;

    [SetUp]
    public async Task SetUp() => _server = await CustomResourceServer.StartAsync();

    [TearDown]
    public async Task TearDown() => await _server.DisposeAsync();

    [Test]
    public async Task Create_Object_IsPrunedDefaultedAndStored()
    {
        var created = await _server.ExpectAsync(
            201, "POST", Crontabs, CustomResourceServer.Object("a", "\"image\":\"x\",\"unknown\":1"));
        var read = await _server.ExpectAsync(200, "GET", Crontabs + "/a");

        Assert.That(read.ToJsonString(), Is.EqualTo(created.ToJsonString()));
        Assert.That(read["spec"]!.ToJsonString(), Is.EqualTo("""{"image":"x","cronSpec":"5 0 * * *"}"""));
        Assert.That(read["metadata"]!["generation"]!.GetValue<int>(), Is.EqualTo(1));
        Assert.That(read.Text("metadata.resourceVersion"), Is.Not.Empty);
        Assert.That(read.Text("metadata.uid"), Is.Not.Empty);
    }

    [Test]
    public async Task List_Objects_NamesTheListKindAndEachItemsKind()
    {
        await _server.ExpectAsync(201, "POST", Crontabs, CustomResourceServer.Object("a"));
        await _server.ExpectAsync(201, "POST", Crontabs, CustomResourceServer.Object("b"));

        var list = await _server.ExpectAsync(200, "GET", "apis/stable.example.com/v1/crontabs");

        Assert.That(list.Text("kind"), Is.EqualTo("CronTabList"));
        Assert.That(list.Text("apiVersion"), Is.EqualTo("stable.example.com/v1"));
        Assert.That(list.Text("items.1.metadata.name"), Is.EqualTo("b"));
        Assert.That(list.Text("items.0.kind"), Is.EqualTo("CronTab"));
        Assert.That(list.Text("items.0.apiVersion"), Is.EqualTo("stable.example.com/v1"));
    }

    [Test]
    public async Task Update_WithoutRevision_IsRefused()
    {
        await _server.ExpectAsync(201, "POST", Crontabs, CustomResourceServer.Object("a"));

        var refused = await _server.ExpectAsync(422, "PUT", Crontabs + "/a", CustomResourceServer.Object("a"));

        Assert.That(refused.Text("message"), Is.EqualTo(
            "crontabs.stable.example.com \"a\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for "
            + "an update"));
    }

    [Test]
    public async Task Update_Generation_RisesWithAllButMetadataAndStatus()
    {
        await _server.ExpectAsync(201, "POST", Crontabs, CustomResourceServer.Object("a"));
        var labelled = await PatchAsync("/a", """{"metadata":{"labels":{"x":"1"}}}""");
        var changed = await PatchAsync("/a", """{"spec":{"image":"b"},"status":{"replicas":7}}""");
        var reported = await PatchAsync("/a/status", """{"metadata":{"labels":{"x":"2"}},"spec":{"image":"c"},"status":{"replicas":7}}""");

        Assert.That(labelled["metadata"]!["generation"]!.GetValue<int>(), Is.EqualTo(1));
        Assert.That(changed["metadata"]!["generation"]!.GetValue<int>(), Is.EqualTo(2));
        Assert.That(changed.ContainsKey("status"), Is.False);
        Assert.That(reported["metadata"]!["generation"]!.GetValue<int>(), Is.EqualTo(2));
        Assert.That(reported.Text("spec.image"), Is.EqualTo("b"));
        Assert.That(reported.Text("metadata.labels.x"), Is.EqualTo("1"));
        Assert.That(reported["status"]!["replicas"]!.GetValue<int>(), Is.EqualTo(7));
    }

    [Test]
    public async Task Update_StatusIsNoSubresource_RaisesTheGeneration()
    {
        await _server.ExpectAsync(
            201, "POST", "apis/stable.example.com/v1beta1/namespaces/default/crontabs",
            CustomResourceServer.Object("a", version: "v1beta1"));

        var changed = await _server.ExpectAsync(
            200, "PATCH", "apis/stable.example.com/v1beta1/namespaces/default/crontabs/a", """{"status":{"replicas":1}}""",
            "application/merge-patch+json");

        Assert.That(changed["metadata"]!["generation"]!.GetValue<int>(), Is.EqualTo(2));
        Assert.That(changed["status"]!["replicas"]!.GetValue<int>(), Is.EqualTo(1));
    }

    [TestCase("/a", "{}")]
    [TestCase("/a/scale", "{}")]
    public async Task Patch_Strategic_IsUnsupported(string path, string patch)
    {
        await _server.ExpectAsync(201, "POST", Crontabs, CustomResourceServer.Object("a"));

        var refused = await _server.ExpectAsync(415, "PATCH", Crontabs + path, patch, "application/strategic-merge-patch+json");

        Assert.That(refused.Text("message"), Is.EqualTo(
            "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, "
            + "application/merge-patch+json, application/apply-patch+yaml"));
    }

    [Test]
    public async Task Patch_Json_ChangesTheObject()
    {
        await _server.ExpectAsync(201, "POST", Crontabs, CustomResourceServer.Object("a"));

        var patched = await _server.ExpectAsync(
            200, "PATCH", Crontabs + "/a", """[{"op":"replace","path":"/spec/image","value":"z"}]""",
            "application/json-patch+json");

        Assert.That(patched.Text("spec.image"), Is.EqualTo("z"));
    }

    [TestCase("Strict", 400, "strict decoding error: unknown field \"spec.unknown\"")]
    [TestCase("Ignore", 201, "")]
    public async Task Create_UnknownField_IsTreatedByFieldValidation(string mode, int code, string text)
    {
        var answer = await _server.ExpectAsync(
            code, "POST", $"{Crontabs}?fieldValidation={mode}", CustomResourceServer.Object("a", "\"unknown\":1"));

        Assert.That(answer.Text("message"), code == 400
            ? Is.EqualTo($"CronTab in version \"v1\" cannot be handled as a CronTab: {text}")
            : Is.Empty);
    }

    [Test]
    public async Task Create_UnknownField_IsWarnedOf()
    {
        using var response = await _server.Http.SendRawAsync(
            "POST", Crontabs, CustomResourceServer.Object("a", "\"unknown\":1", metadata: ",\"finalizers\":[\"mine\"]"));
        Assert.That((int)response.StatusCode, Is.EqualTo(201), await response.Content.ReadAsStringAsync());

        Assert.That(response.Headers.GetValues("Warning"), Is.EqualTo(new[]
        {
            "299 - \"unknown field \\\"spec.unknown\\\"\"",
            "299 - \"metadata.finalizers: \\\"mine\\\": prefer a domain-qualified finalizer name to avoid accidental conflicts "
            + "with other finalizer writers\"",
        }));
    }

    [TestCase("""{"apiVersion":"stable.example.com/v1","metadata":{"name":"a"}}""", 400,
        "the object provided is unrecognized (must be of type CronTab): Object 'Kind' is missing in '{\"apiVersion\":\"stable.example.com/v1\",\"metadata\":{\"name\":\"a\"}}' ({\"apiVersion\":\"stable.example. ...)")]
    [TestCase("""{"apiVersion":"stable.example.com/v2","kind":"CronTab","metadata":{"name":"a"}}""", 400,
        "the API version in the data (stable.example.com/v2) does not match the expected API version (stable.example.com/v1)")]
    [TestCase("""{"apiVersion":"stable.example.com/v1","kind":"Other","metadata":{"name":"a"}}""", 422,
        "CronTab.stable.example.com \"a\" is invalid: kind: Invalid value: \"Other\": must be CronTab")]
    public async Task Create_WrongKind_IsRefused(string body, int code, string message) =>
        Assert.That((await _server.ExpectAsync(code, "POST", Crontabs, body)).Text("message"), Is.EqualTo(message));

    [Test]
    public async Task Get_ProtobufOnly_IsNotAcceptable()
    {
        await _server.ExpectAsync(201, "POST", Crontabs, CustomResourceServer.Object("a"));

        using var refused = await _server.Http.SendRawAsync(
            "GET", Crontabs + "/a", accept: "application/vnd.kubernetes.protobuf");

        Assert.That((int)refused.StatusCode, Is.EqualTo(406));
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain(
            "only the following media types are accepted: application/json, application/yaml, "
            + "application/vnd.kubernetes.protobuf"));
    }

    [Test]
    public async Task Get_Table_HasTheColumnsOfTheDefinition()
    {
        await _server.ExpectAsync(
            201, "POST", Crontabs, CustomResourceServer.Object("a", "\"replicas\":3,\"rate\":1.5"));
        await PatchAsync("/a/status", """{"status":{"conditions":[{"type":"Other","status":"x"},{"type":"Ready","status":"True"}]}}""");
        _server.Cluster.Time.Advance(TimeSpan.FromMinutes(5));

        var table = await _server.ExpectAsync(200, "GET", Crontabs, accept: Table);

        Assert.That(
            table["columnDefinitions"]!.AsArray().Select(c => $"{c!["name"]}:{c["type"]}:{c["priority"]}"),
            Is.EqualTo(new[]
            {
                "Name:string:0", "Spec:string:0", "Replicas:integer:0", "Rate:number:1", "Ready:string:0", "Age:date:0",
            }));
        Assert.That(table.Text("columnDefinitions.1.description"), Is.EqualTo("The times"));
        Assert.That(table.Text("columnDefinitions.2.description"), Is.EqualTo(
            "Custom resource definition column (in JSONPath format): .spec.replicas"));
        Assert.That(
            table["rows"]![0]!["cells"]!.ToJsonString(), Is.EqualTo("""["a","5 0 * * *",3,1.5,"True","5m"]"""));
    }

    [Test]
    public async Task List_FieldSelector_SelectsByTheDefinitionsFields()
    {
        await _server.ExpectAsync(201, "POST", Crontabs, CustomResourceServer.Object("a", "\"image\":\"x\""));
        await _server.ExpectAsync(201, "POST", Crontabs, CustomResourceServer.Object("b", "\"image\":\"y\""));

        var list = await _server.ExpectAsync(200, "GET", Crontabs + "?fieldSelector=spec.image%3Dy");
        var refused = await _server.ExpectAsync(400, "GET", Crontabs + "?fieldSelector=spec.cronSpec%3Dy");

        Assert.That(list["items"]!.AsArray().Select(i => i!["metadata"]!["name"]!.ToString()), Is.EqualTo(new[] { "b" }));
        Assert.That(refused.Text("message"), Is.EqualTo("field label not supported: spec.cronSpec"));
    }

    [Test]
    public async Task Watch_Selection_EntersAndLeaves()
    {
        await _server.ExpectAsync(201, "POST", Crontabs, CustomResourceServer.Object("a", "\"image\":\"x\""));
        await using var watch = await WatchStream.OpenAsync(
            _server.Http, Crontabs + "?watch=1&fieldSelector=spec.image%3Dx");
        await PatchAsync("/a", """{"spec":{"image":"y"}}""");
        await PatchAsync("/a", """{"spec":{"image":"x"}}""");
        await _server.ExpectAsync(200, "DELETE", Crontabs + "/a");

        Assert.That(await watch.NextTextAsync(), Is.EqualTo("ADDED a v1"));
        Assert.That(await watch.NextTextAsync(), Is.EqualTo("DELETED a v1"));
        Assert.That(await watch.NextTextAsync(), Is.EqualTo("ADDED a v1"));
        Assert.That(await watch.NextTextAsync(), Is.EqualTo("DELETED a v1"));
    }

    [Test]
    public async Task DryRun_StoresNothing()
    {
        await _server.ExpectAsync(201, "POST", Crontabs + "?dryRun=All", CustomResourceServer.Object("a"));

        await _server.ExpectAsync(404, "GET", Crontabs + "/a");
    }

    [Test]
    public async Task Delete_WithFinalizer_Waits()
    {
        await _server.ExpectAsync(
            201, "POST", Crontabs, CustomResourceServer.Object("a", metadata: ",\"finalizers\":[\"example.com/mine\"]"));

        var marked = await _server.ExpectAsync(200, "DELETE", Crontabs + "/a");
        await PatchAsync("/a", """{"metadata":{"finalizers":[]}}""");

        Assert.That(marked.Text("metadata.deletionTimestamp"), Is.Not.Empty);
        await _server.ExpectAsync(404, "GET", Crontabs + "/a");
    }

    [Test]
    public async Task Subresource_Unknown_IsNotFound() =>
        Assert.That(
            (await _server.ExpectAsync(404, "GET", Crontabs + "/a/other")).Text("message"),
            Is.EqualTo("crontabs.stable.example.com \"a\" not found"));

    private Task<JsonObject> PatchAsync(string path, string patch) =>
        _server.ExpectAsync(200, "PATCH", Crontabs + path, patch, "application/merge-patch+json");
}
