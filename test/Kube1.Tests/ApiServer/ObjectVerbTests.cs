using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>create, get, update, patch and delete of single objects over the in-memory transport.</summary>
public sealed class ObjectVerbTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";

    private TestCluster _cluster = null!;

    private HttpClient Http => _cluster.Http;

    [SetUp]
    public async Task SetUp() => _cluster = await TestCluster.StartAsync();

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [Test]
    public async Task Create_MinimalObject_FillsSystemMetadata()
    {
        var (code, created) = await Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));

        Assert.That(code, Is.EqualTo(201));
        Assert.That(created.Text("metadata.namespace"), Is.EqualTo("default"));
        Assert.That(created.Text("metadata.uid"), Has.Length.EqualTo(36));
        Assert.That(created.Text("metadata.creationTimestamp"), Is.EqualTo("2026-01-01T00:00:00Z"));
        Assert.That(long.Parse(created.Text("metadata.resourceVersion")), Is.Positive);
        var (_, read) = await Http.SendAsync("GET", ConfigMaps + "/a");
        Assert.That(read.ToJsonString(), Is.EqualTo(created.ToJsonString()));
    }

    [Test]
    public async Task Create_NameTaken_Conflict()
    {
        await Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));

        var (code, status) = await Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));

        Assert.That(code, Is.EqualTo(409));
        Assert.That(status.Text("reason"), Is.EqualTo("AlreadyExists"));
        Assert.That(status.Text("message"), Is.EqualTo("configmaps \"a\" already exists"));
    }

    [Test]
    public async Task Create_GenerateName_AddsSuffix()
    {
        var (code, created) = await Http.SendAsync(
            "POST", ConfigMaps, """{"metadata":{"generateName":"web-"}}""");

        Assert.That(code, Is.EqualTo(201));
        Assert.That(created.Text("metadata.name"), Does.Match("^web-[bcdfghjklmnpqrstvwxz2456789]{5}$"));
    }

    [Test]
    public async Task Create_DryRun_StoresNothing()
    {
        var (code, _) = await Http.SendAsync("POST", ConfigMaps + "?dryRun=All", ApiTestClient.ConfigMap("a"));

        Assert.That(code, Is.EqualTo(201));
        Assert.That((await Http.SendAsync("GET", ConfigMaps + "/a")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Update_StaleResourceVersion_Conflict()
    {
        var (_, created) = await Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));
        created["data"]!["k"] = "b";
        var first = await Http.SendAsync("PUT", ConfigMaps + "/a", created.ToJsonString());
        created["data"]!["k"] = "c";

        var (code, status) = await Http.SendAsync("PUT", ConfigMaps + "/a", created.ToJsonString());

        Assert.That(first.Code, Is.EqualTo(200));
        Assert.That(code, Is.EqualTo(409));
        Assert.That(status.Text("message"), Is.EqualTo(
            "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes "
            + "to the latest version and try again"));
    }

    [Test]
    public async Task Update_NothingChanged_KeepsResourceVersion()
    {
        var (_, created) = await Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));

        var (code, updated) = await Http.SendAsync("PUT", ConfigMaps + "/a", created.ToJsonString());

        Assert.That(code, Is.EqualTo(200));
        Assert.That(updated.Text("metadata.resourceVersion"), Is.EqualTo(created.Text("metadata.resourceVersion")));
    }

    [TestCase("application/merge-patch+json", """{"data":{"n":"1"}}""")]
    [TestCase("application/strategic-merge-patch+json", """{"data":{"n":"1"}}""")]
    [TestCase("application/json-patch+json", """[{"op":"add","path":"/data/n","value":"1"}]""")]
    public async Task Patch_EachType_ChangesObject(string type, string patch)
    {
        await Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));

        var (code, patched) = await Http.SendAsync("PATCH", ConfigMaps + "/a", patch, type);

        Assert.That(code, Is.EqualTo(200), patched.ToJsonString());
        Assert.That(patched.Text("data.n"), Is.EqualTo("1"));
        Assert.That(patched.Text("data.k"), Is.EqualTo("a"));
    }

    [Test]
    public async Task Delete_Object_StatusThenNotFound()
    {
        var (_, created) = await Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));

        var (code, status) = await Http.SendAsync("DELETE", ConfigMaps + "/a");

        Assert.That(code, Is.EqualTo(200));
        Assert.That(status.Text("status"), Is.EqualTo("Success"));
        Assert.That(status.Text("details.uid"), Is.EqualTo(created.Text("metadata.uid")));
        var (missing, notFound) = await Http.SendAsync("GET", ConfigMaps + "/a");
        Assert.That(missing, Is.EqualTo(404));
        Assert.That(notFound.Text("message"), Is.EqualTo("configmaps \"a\" not found"));
    }

    [Test]
    public async Task Delete_WithFinalizer_VanishesWhenFinalizerGoes()
    {
        await Http.SendAsync(
            "POST", ConfigMaps, """{"metadata":{"name":"a","finalizers":["example.com/hold"]}}""");

        var (code, marked) = await Http.SendAsync("DELETE", ConfigMaps + "/a");
        var held = await Http.SendAsync("GET", ConfigMaps + "/a");
        await Http.SendAsync(
            "PATCH", ConfigMaps + "/a", """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");

        Assert.That(code, Is.EqualTo(200));
        Assert.That(marked.Text("metadata.deletionTimestamp"), Is.Not.Empty);
        Assert.That(held.Code, Is.EqualTo(200));
        Assert.That((await Http.SendAsync("GET", ConfigMaps + "/a")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task TypedClient_CreateThenWait_SeesObject()
    {
        await _cluster.Client.Of<V1ConfigMap>().CreateAsync(
            new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "typed", Namespace = "default" } }, default);

        var seen = await _cluster.WaitForAsync<V1ConfigMap>(c => c.Metadata.Name == "typed");

        Assert.That(seen.Metadata.Uid, Is.Not.Empty);
    }
}
