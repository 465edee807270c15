using static Kube1.Tests.ApiServer.ManagedFieldsTests;

namespace Kube1.Tests.ApiServer;

/// <summary>Server-side apply of the items of lists and sets, and of what is owned as one.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class ServerSideApplyItemTests(bool isHttps) : ApplyFixture(isHttps)
{
    [Test]
    public async Task Apply_ItemOfAListGone_ItGoesAndOthersStay()
    {
        static string Config(string ports) =>
            """{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"ports":[""" + ports + "]}}";
        const string service = "api/v1/namespaces/default/services/s";
        await Http.SendAsync("PATCH", service + "?fieldManager=one", Config("""{"name":"a","port":1},{"name":"b","port":2}"""), Apply);
        await Http.SendAsync("PATCH", service + "?fieldManager=two", Config("""{"name":"c","port":3}"""), Apply);

        var (code, applied) = await Http.SendAsync("PATCH", service + "?fieldManager=one", Config("""{"name":"b","port":2}"""), Apply);

        Assert.That(code, Is.EqualTo(200), applied.ToJsonString());
        Assert.That(applied["spec"]!["ports"]!.AsArray().Select(p => (string)p!["name"]!), Is.EquivalentTo(new[] { "b", "c" }));
    }

    [Test]
    public async Task Apply_ItemsOfASet_AreOwnedOneByOne()
    {
        static string Config(string finalizers) =>
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","finalizers":[""" + finalizers + "]}}";
        await ApplyAsync("a", Config("\"example.com/a\",\"example.com/b\""), "one");
        await ApplyAsync("a", Config("\"example.com/b\",\"example.com/c\""), "two");

        var (code, applied) = await ApplyAsync("a", Config(""), "one");

        Assert.That(code, Is.EqualTo(200), applied.ToJsonString());
        Assert.That(
            applied["metadata"]!["finalizers"]!.AsArray().Select(f => (string)f!),
            Is.EquivalentTo(new[] { "example.com/b", "example.com/c" }));
        Assert.That(
            applied["metadata"]!["managedFields"]!.AsArray().Single(e => (string)e!["manager"]! == "two")!["fieldsV1"]!
                ["f:metadata"]!["f:finalizers"]!.AsObject().Select(p => p.Key),
            Is.EqualTo(new[] { "v:\"example.com/b\"", "v:\"example.com/c\"" }));
    }

    [Test]
    public async Task Apply_AtomicList_IsOneValue()
    {
        static string Config(string args) =>
            """{"apiVersion":"v1","kind":"ReplicationController","metadata":{"name":"r"},"spec":{"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i","args":["""
            + args + "]}]}}}}";
        const string path = "api/v1/namespaces/default/replicationcontrollers/r";
        await Http.SendAsync("PATCH", path + "?fieldManager=one", Config("\"a\",\"b\""), Apply);

        var (code, status) = await Http.SendAsync("PATCH", path + "?fieldManager=two", Config("\"b\""), Apply);

        Assert.That((code, status.Text("message")), Is.EqualTo((
            409, "Apply failed with 1 conflict: conflict with \"one\": .spec.template.spec.containers[name=\"c\"].args")));
    }

    [Test]
    public async Task Apply_ItemTwiceInAListMap_IsRefused()
    {
        const string config = """{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"ports":[{"name":"a","port":1},{"name":"b","port":1}]}}""";

        var (code, status) = await Http.SendAsync("PATCH", "api/v1/namespaces/default/services/s?fieldManager=one", config, Apply);

        Assert.That((code, status.Text("message")), Is.EqualTo((
            500, "failed to create typed patch object (/s; /v1, Kind=Service): .spec.ports: duplicate entries for key "
            + "[port=1,protocol=\"TCP\"]")));
    }

    [Test]
    public async Task Apply_OnlyFieldIsNoLongerApplied_ItGoesAndItsManagerToo()
    {
        const string limits = """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"paused":true}}""";
        const string nothing = """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"}}""";
        await Http.SendAsync("PATCH", "apis/apps/v1/namespaces/default/deployments" + "/web?fieldManager=one", Deployment("web"), Apply);
        var (_, paused) = await Http.SendAsync("PATCH", "apis/apps/v1/namespaces/default/deployments" + "/web?fieldManager=two", limits, Apply);

        var (code, unset) = await Http.SendAsync("PATCH", "apis/apps/v1/namespaces/default/deployments" + "/web?fieldManager=two", nothing, Apply);

        Assert.That(paused.Text("spec.paused"), Is.EqualTo("true"));
        Assert.That(code, Is.EqualTo(200), unset.ToJsonString());
        Assert.That(unset["spec"]!.AsObject().ContainsKey("paused"), Is.False);
        Assert.That(Managers(unset), Is.EqualTo("one/Apply/"), "who applies nothing owns nothing");
    }
}
