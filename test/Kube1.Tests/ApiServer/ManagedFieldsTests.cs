using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>metadata.managedFields through creates, updates and patches.</summary>
public sealed class ManagedFieldsTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    private const string Deployments = "apis/apps/v1/namespaces/default/deployments";
    private const string MergePatch = "application/merge-patch+json";
    private const string JsonPatch = "application/json-patch+json";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private TestCluster _cluster = null!;

    private HttpClient Http => _cluster.Http;

    [SetUp]
    public async Task SetUp() => _cluster = await TestCluster.StartAsync();

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [Test]
    public async Task Create_Deployment_CreatorOwnsWhatItSentAndDefaults()
    {
        var (code, created) = await Http.SendAsync("POST", Deployments + "?fieldManager=kubectl-create", Deployment("web"));

        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        Assert.That(Owners(created), Is.EqualTo(new[]
        {
            """{"manager":"kubectl-create","operation":"Update","apiVersion":"apps/v1","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:progressDeadlineSeconds":{},"f:replicas":{},"f:revisionHistoryLimit":{},"f:selector":{},"f:strategy":{"f:rollingUpdate":{".":{},"f:maxSurge":{},"f:maxUnavailable":{}},"f:type":{}},"f:template":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:ports":{".":{},"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{},"f:protocol":{}}},"f:resources":{},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}},"f:dnsPolicy":{},"f:enableServiceLinks":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{}}}}}}""",
        }));
    }

    [Test]
    public async Task Create_WithoutFieldManager_NamedByUserAgent()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, ConfigMaps);
        request.Content = new StringContent(ApiTestClient.ConfigMap("a"), null, "application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "my-operator/v1.2 (linux/amd64) kubernetes/abc");
        using var response = await Http.SendAsync(request);

        var created = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
        Assert.That(created.Text("metadata.managedFields.0.manager"), Is.EqualTo("my-operator"));
    }

    [Test]
    public async Task Create_NobodySaysWho_IsUnknown()
    {
        var (_, created) = await Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));

        Assert.That(created.Text("metadata.managedFields.0.manager"), Is.EqualTo("unknown"));
    }

    [Test]
    public async Task Update_ByAnother_TakesOverWhatItChanges()
    {
        var (_, created) = await Http.SendAsync("POST", ConfigMaps + "?fieldManager=one", """{"metadata":{"name":"a"},"data":{"x":"1","y":"1"}}""");
        _cluster.Time.Advance(TimeSpan.FromSeconds(5));
        created["data"]!["y"] = "2";
        created["data"]!["z"] = "3";

        var (_, updated) = await Http.SendAsync("PUT", ConfigMaps + "/a?fieldManager=two", created.ToJsonString());

        Assert.That(Owners(updated), Is.EqualTo(new[]
        {
            Entry("one", "2026-01-01T00:00:00Z", """{"f:data":{".":{},"f:x":{}}}"""),
            Entry("two", "2026-01-01T00:00:05Z", """{"f:data":{"f:y":{},"f:z":{}}}"""),
        }));
    }

    [Test]
    public async Task Update_RemovingFields_NobodyOwnsThemAny()
    {
        await Http.SendAsync("POST", ConfigMaps + "?fieldManager=one", """{"metadata":{"name":"a"},"data":{"x":"1","y":"1"}}""");
        _cluster.Time.Advance(TimeSpan.FromSeconds(5));

        var (_, patched) = await Http.SendAsync("PATCH", ConfigMaps + "/a?fieldManager=two", """{"data":{"y":null}}""", MergePatch);

        Assert.That(Owners(patched), Is.EqualTo(new[]
        {
            Entry("one", "2026-01-01T00:00:00Z", """{"f:data":{".":{},"f:x":{}}}"""),
        }));
    }

    [Test]
    public async Task Update_WithoutManagedFields_KeepsThem()
    {
        await Http.SendAsync("POST", ConfigMaps + "?fieldManager=one", ApiTestClient.ConfigMap("a"));

        var (_, updated) = await Http.SendAsync("PUT", ConfigMaps + "/a?fieldManager=two", ApiTestClient.ConfigMap("a", "b"));

        Assert.That(Managers(updated), Is.EqualTo("one/Update/, two/Update/"));
    }

    [Test]
    public async Task Update_SameManagerAgain_OneEntryWithTheLaterTime()
    {
        await Http.SendAsync("POST", ConfigMaps + "?fieldManager=one", ApiTestClient.ConfigMap("a"));
        _cluster.Time.Advance(TimeSpan.FromSeconds(7));

        var (_, updated) = await Http.SendAsync("PUT", ConfigMaps + "/a?fieldManager=one", ApiTestClient.ConfigMap("a", "b"));

        Assert.That(Owners(updated), Is.EqualTo(new[] { Entry("one", "2026-01-01T00:00:07Z", """{"f:data":{".":{},"f:k":{}}}""") }));
    }

    [Test]
    public async Task Update_NothingChanges_NothingIsWritten()
    {
        var (_, created) = await Http.SendAsync("POST", ConfigMaps + "?fieldManager=one", ApiTestClient.ConfigMap("a"));
        _cluster.Time.Advance(TimeSpan.FromSeconds(7));

        var (_, updated) = await Http.SendAsync("PATCH", ConfigMaps + "/a?fieldManager=two", """{"data":{"k":"a"}}""", MergePatch);

        Assert.That(updated.ToJsonString(), Is.EqualTo(created.ToJsonString()));
    }

    [Test]
    public async Task Update_OfStatus_IsAnEntryOfItsOwnAndSpecStays()
    {
        await Http.SendAsync("POST", Deployments + "?fieldManager=one", Deployment("web"));

        var (code, updated) = await Http.SendAsync(
            "PATCH", Deployments + "/web/status?fieldManager=one",
            """{"spec":{"replicas":7},"status":{"replicas":2,"readyReplicas":2,"conditions":[{"type":"Available","status":"True"}]}}""", MergePatch);

        Assert.That(code, Is.EqualTo(200), updated.ToJsonString());
        Assert.That(Managers(updated), Is.EqualTo("one/Update/, one/Update/status"));

        // Times that nobody set are null upstream, and owned all the same.
        Assert.That(
            updated["metadata"]!["managedFields"]![1]!["fieldsV1"]!.ToJsonString(Plain),
            Is.EqualTo("""{"f:status":{"f:conditions":{".":{},"k:{\"type\":\"Available\"}":{".":{}"""
                + ""","f:lastTransitionTime":{},"f:lastUpdateTime":{},"f:status":{},"f:type":{}}},"f:readyReplicas":{},"f:replicas":{}}}"""));
    }

    [Test]
    public async Task Update_OfMainResource_DoesNotTakeTheStatusAway()
    {
        var (_, created) = await Http.SendAsync("POST", Deployments + "?fieldManager=one", Deployment("web"));
        await Http.SendAsync("PATCH", Deployments + "/web/status?fieldManager=two", """{"status":{"replicas":2,"readyReplicas":2}}""", MergePatch);
        created["metadata"]!.AsObject().Remove("resourceVersion");
        created["metadata"]!.AsObject().Remove("managedFields");
        created["spec"]!["replicas"] = 3;

        var (_, updated) = await Http.SendAsync("PUT", Deployments + "/web?fieldManager=one", created.ToJsonString());

        Assert.That(updated.Text("status.readyReplicas"), Is.EqualTo("2"));
        Assert.That(Managers(updated), Is.EqualTo("one/Update/, two/Update/status"));
    }

    [TestCase(JsonPatch, """[{"op":"replace","path":"/metadata/managedFields","value":[{}]}]""")]
    [TestCase(JsonPatch, """[{"op":"replace","path":"/metadata/managedFields","value":[]}]""")]
    [TestCase(MergePatch, """{"metadata":{"managedFields":[{}]}}""")]
    [TestCase(MergePatch, """{"metadata":{"managedFields":[]}}""")]
    [TestCase("application/strategic-merge-patch+json", """{"metadata":{"managedFields":[{}]}}""")]
    public async Task Patch_EmptyManagedFields_StartsAnew(string type, string patch)
    {
        await Http.SendAsync("POST", ConfigMaps + "?fieldManager=one", ApiTestClient.ConfigMap("a"));

        var (code, patched) = await Http.SendAsync("PATCH", ConfigMaps + "/a", patch, type);

        Assert.That(code, Is.EqualTo(200), patched.ToJsonString());
        Assert.That(patched["metadata"]!.AsObject().ContainsKey("managedFields"), Is.False);
        var (_, updated) = await Http.SendAsync("PUT", ConfigMaps + "/a?fieldManager=two", ApiTestClient.ConfigMap("a", "b"));
        Assert.That(updated["metadata"]!.AsObject().ContainsKey("managedFields"), Is.False, "updates do not begin to track");
    }

    [TestCase("""[{"manager":"x","operation":"Frob","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{}}]""")]
    [TestCase("""[{"manager":"x","operation":"Update","fieldsType":"FieldsV1","fieldsV1":{}}]""")]
    [TestCase("""[{"manager":"x","operation":"Update","apiVersion":"v1","fieldsV1":{}}]""")]
    [TestCase("""[{"manager":"x","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"nonsense":{}}}]""")]
    public async Task Patch_InvalidManagedFields_KeepsTheOldOnes(string managedFields)
    {
        var (_, created) = await Http.SendAsync("POST", ConfigMaps + "?fieldManager=one", ApiTestClient.ConfigMap("a"));

        var (code, patched) = await Http.SendAsync(
            "PATCH", ConfigMaps + "/a", """{"metadata":{"managedFields":""" + managedFields + "}}", MergePatch);

        Assert.That(code, Is.EqualTo(200), patched.ToJsonString());
        Assert.That(Owners(patched), Is.EqualTo(Owners(created)));
    }

    [Test]
    public async Task Patch_ManagedFieldsGiven_AreTakenAndPutInOrder()
    {
        await Http.SendAsync("POST", ConfigMaps + "?fieldManager=one", ApiTestClient.ConfigMap("a"));

        var (_, patched) = await Http.SendAsync(
            "PATCH", ConfigMaps + "/a",
            """{"metadata":{"managedFields":[{"manager":"x","operation":"Apply","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:k":{},"f:b":{}}}}]}}""",
            MergePatch);

        Assert.That(Owners(patched), Is.EqualTo(new[]
        {
            """{"manager":"x","operation":"Apply","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:b":{},"f:k":{}}}}""",
        }));
    }

    [Test]
    public async Task Patch_ManyManagers_OldestAreMerged()
    {
        await Http.SendAsync("POST", ConfigMaps + "?fieldManager=m0", """{"metadata":{"name":"a"},"data":{"k0":"1"}}""");
        JsonObject last = [];
        for (var i = 1; i < 13; i++)
        {
            _cluster.Time.Advance(TimeSpan.FromSeconds(1));
            (_, last) = await Http.SendAsync("PATCH", $"{ConfigMaps}/a?fieldManager=m{i}", $$$"""{"data":{"k{{{i}}}":"1"}}""", MergePatch);
        }

        Assert.That(Managers(last), Is.EqualTo(
            "ancient-changes/Update/, m4/Update/, m5/Update/, m6/Update/, m7/Update/, m8/Update/, m9/Update/, m10/Update/, "
            + "m11/Update/, m12/Update/"));
        Assert.That(
            last["metadata"]!["managedFields"]![0]!["fieldsV1"]!.ToJsonString(Plain),
            Is.EqualTo("""{"f:data":{".":{},"f:k0":{},"f:k1":{},"f:k2":{},"f:k3":{}}}"""));
        Assert.That(last.Text("metadata.managedFields.0.time"), Is.EqualTo("2026-01-01T00:00:03Z"));
    }

    [Test]
    public async Task Reads_OfEveryForm_CarryManagedFields()
    {
        var (_, created) = await Http.SendAsync("POST", ConfigMaps + "?fieldManager=one", ApiTestClient.ConfigMap("a", labels: "\"s\":\"t\""));
        var expected = Owners(created);

        var (_, got) = await Http.SendAsync("GET", ConfigMaps + "/a");
        var (_, list) = await Http.SendAsync("GET", ConfigMaps + "?labelSelector=s%3Dt");
        var (_, partial) = await Http.SendAsync(
            "GET", ConfigMaps + "/a", accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
        var (_, table) = await Http.SendAsync("GET", ConfigMaps + "/a", accept: "application/json;as=Table;g=meta.k8s.io;v=v1");

        Assert.That(Owners(got), Is.EqualTo(expected));
        Assert.That(Owners(list["items"]![0]!.AsObject()), Is.EqualTo(expected));
        Assert.That(Owners(partial), Is.EqualTo(expected));
        Assert.That(Owners(table["rows"]![0]!["object"]!.AsObject()), Is.EqualTo(expected));
    }

    [Test]
    public async Task Bootstrap_Objects_BelongToTheApiServer()
    {
        var (_, ns) = await Http.SendAsync("GET", "api/v1/namespaces/default");

        Assert.That(Managers(ns), Is.EqualTo("kube-apiserver/Update/"));
        Assert.That(
            ns["metadata"]!["managedFields"]![0]!["fieldsV1"]!.ToJsonString(Plain),
            Is.EqualTo("""{"f:metadata":{"f:labels":{".":{},"f:kubernetes.io/metadata.name":{}}}}"""));
    }

    [Test]
    public async Task Binding_OfAPod_BelongsToNobody()
    {
        const string pods = "api/v1/namespaces/default/pods";
        await Http.SendAsync("POST", pods + "?fieldManager=one", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");
        await Http.SendAsync("POST", pods + "/p/binding?fieldManager=s", """{"metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}}""");

        var (_, pod) = await Http.SendAsync("GET", pods + "/p");

        Assert.That(pod.Text("spec.nodeName"), Is.EqualTo("n"));
        Assert.That(Managers(pod), Is.EqualTo("one/Update/"));
    }

    [TestCase("fieldManager=" + "12345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890", "fieldManager: Too long: may not be more than 128 bytes")]
    [TestCase("fieldManager=a%07b", "fieldManager: Invalid value: \"a\\ab\": invalid character U+0007 (at position 1)")]
    [TestCase("force=true", "force: Forbidden: may not be specified for non-apply patch")]
    public async Task Patch_BadOptions_Invalid(string query, string expected)
    {
        var (code, status) = await Http.SendAsync("PATCH", ConfigMaps + "/a?" + query, "{}", MergePatch);

        Assert.That(code, Is.EqualTo(422));
        Assert.That(status.Text("message"), Is.EqualTo($"PatchOptions.meta.k8s.io \"\" is invalid: {expected}"));
    }

    internal static string[] Owners(JsonObject obj) =>
        [.. (obj["metadata"]!["managedFields"] as JsonArray ?? []).Select(e => e!.ToJsonString(Plain))];

    internal static string Managers(JsonObject obj) => string.Join(", ", (obj["metadata"]!["managedFields"] as JsonArray ?? [])
        .Select(e => $"{e!["manager"]}/{e["operation"]}/{e["subresource"]}"));

    internal static string Deployment(string name) =>
        """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"labels":{"app":"x"},"name":""" + "\"" + name + "\"},"
        + Workload;

    private const string Workload =
        "\"spec\":" + """{"replicas":1,"selector":{"matchLabels":{"app":"x"}},"template":{"metadata":{"labels":{"app":"x"}},"spec":{"enableServiceLinks":true,"containers":[{"name":"c","image":"i","ports":[{"containerPort":80}]}]}}}}""";

    private static string Entry(string manager, string time, string fields) =>
        $$"""{"manager":"{{manager}}","operation":"Update","apiVersion":"v1","time":"{{time}}","fieldsType":"FieldsV1","fieldsV1":{{fields}}}""";
}
