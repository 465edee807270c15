using System.Text.Json.Nodes;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Extensions.CustomResources;

/// <summary>The scale subresource, by the paths of the definition.</summary>
public sealed class CustomScaleTests
{
    private const string Crontabs = CustomResourceServer.Crontabs;
    private const string MergePatch = "application/merge-patch+json";

    private CustomResourceServer _server = null!;

    [SetUp]
    public async Task SetUp() => _server = await CustomResourceServer.StartAsync();

    [TearDown]
    public async Task TearDown() => await _server.DisposeAsync();

    [Test]
    public async Task Get_Scale_ShowsReplicasAndSelector()
    {
        await _server.ExpectAsync(201, "POST", Crontabs, CustomResourceServer.Object("a", "\"replicas\":3"));
        await _server.ExpectAsync(
            200, "PATCH", Crontabs + "/a/status", """{"status":{"replicas":2,"selector":"app=a"}}""", MergePatch);

        var scale = await _server.ExpectAsync(200, "GET", Crontabs + "/a/scale");

        Assert.That(scale.Text("kind") + " " + scale.Text("apiVersion"), Is.EqualTo("Scale autoscaling/v1"));
        Assert.That(scale["spec"]!.ToJsonString(), Is.EqualTo("""{"replicas":3}"""));
        Assert.That(scale["status"]!.ToJsonString(), Is.EqualTo("""{"replicas":2,"selector":"app=a"}"""));
    }

    [Test]
    public async Task Get_ScaleAsATable_HasItsOwnColumns()
    {
        await _server.ExpectAsync(201, "POST", Crontabs, CustomResourceServer.Object("a", "\"replicas\":3"));
        await _server.ExpectAsync(
            200, "PATCH", Crontabs + "/a/status", """{"status":{"replicas":2}}""", MergePatch);

        var table = await _server.ExpectAsync(
            200, "GET", Crontabs + "/a/scale", accept: "application/json;as=Table;g=meta.k8s.io;v=v1");

        Assert.That(table["rows"]![0]!["cells"]!.ToJsonString(), Is.EqualTo("[\"a\",3,2,\"0s\"]"));
        Assert.That(
            string.Join(' ', table["columnDefinitions"]!.AsArray().Select(c => $"{c!["name"]}:{c["type"]}:{c["format"]}")),
            Is.EqualTo("Name:string:name Desired:integer: Available:integer: Age:date:"));
        Assert.That(table.Text("rows.0.object.kind") + " " + table.Text("rows.0.object.metadata.name"), Is.EqualTo("PartialObjectMetadata a"));
    }

    [Test]
    public async Task Get_NoReplicas_IsAnError()
    {
        await _server.ExpectAsync(201, "POST", Crontabs, CustomResourceServer.Object("a"));

        var failed = await _server.ExpectAsync(500, "GET", Crontabs + "/a/scale");

        Assert.That(failed.Text("message"), Is.EqualTo(
            "Internal error occurred: the spec replicas field \".spec.replicas\" does not exist"));
    }

    [Test]
    public async Task Patch_NoReplicas_MustSetThem()
    {
        await _server.ExpectAsync(201, "POST", Crontabs, CustomResourceServer.Object("a"));

        var refused = await _server.ExpectAsync(400, "PATCH", Crontabs + "/a/scale", "{}", MergePatch);
        var scaled = await _server.ExpectAsync(
            200, "PATCH", Crontabs + "/a/scale", """{"spec":{"replicas":4}}""", MergePatch);
        var obj = await _server.ExpectAsync(200, "GET", Crontabs + "/a");

        Assert.That(refused.Text("message"), Is.EqualTo("the spec replicas field \".spec.replicas\" cannot be empty"));
        Assert.That(scaled["spec"]!["replicas"]!.GetValue<int>(), Is.EqualTo(4));
        Assert.That(obj["spec"]!["replicas"]!.GetValue<int>(), Is.EqualTo(4));
        Assert.That(obj["metadata"]!["generation"]!.GetValue<int>(), Is.EqualTo(2));
    }

    [Test]
    public async Task Put_Scale_TakesTheReplicasOver()
    {
        const string apply = "application/apply-patch+yaml";
        await _server.ExpectAsync(
            201, "PATCH", Crontabs + "/a?fieldManager=owner", CustomResourceServer.Object("a", "\"replicas\":1"), apply);
        var scale = await _server.ExpectAsync(200, "GET", Crontabs + "/a/scale");
        scale["spec"]!["replicas"] = 9;
        await _server.ExpectAsync(200, "PUT", Crontabs + "/a/scale?fieldManager=scaler", scale.ToJsonString());
        var obj = await _server.ExpectAsync(200, "GET", Crontabs + "/a");

        var scaler = obj["metadata"]!["managedFields"]!.AsArray().OfType<JsonObject>().Single(m => m.Text("manager") == "scaler");
        Assert.That(scaler.Text("subresource"), Is.EqualTo("scale"));
        Assert.That(scaler["fieldsV1"]!.ToJsonString(), Is.EqualTo("""{"f:spec":{"f:replicas":{}}}"""));
    }

    [TestCase("\"replicas\":-1", ".spec.replicas: Invalid value: -1: should be a non-negative integer")]
    [TestCase("\"replicas\":4294967296", ".spec.replicas: Invalid value: 4294967296: should be less than or equal to 2147483647")]
    public async Task Create_BadReplicas_IsRefused(string spec, string error)
    {
        var refused = await _server.ExpectAsync(422, "POST", Crontabs, CustomResourceServer.Object("a", spec));

        Assert.That(refused.Text("message"), Does.EndWith(error));
    }
}
