using System.Text.Json.Nodes;
using Kube1.Tests.ApiServer;
using static Kube1.Tests.Extensions.Webhooks.WebhookCluster;

namespace Kube1.Tests.Extensions.Webhooks;

/// <summary>Patches of webhooks, their order, and the second round.</summary>
public sealed class MutatingWebhookTests
{
    private const string Deployments = "apis/apps/v1/namespaces/default/deployments";

    private const string Deployment = """{"metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""";

    private const string IfNeeded = "\"reinvocationPolicy\":\"IfNeeded\"";

    private WebhookCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await WebhookCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [SetUp]
    public async Task ResetAsync()
    {
        await _cluster.ResetAsync();
        await _cluster.Admin.SendAsync("DELETE", Deployments);
    }

    [Test]
    public async Task Patch_IsStored()
    {
        _cluster.Hooks.Patch("add", """[{"op":"add","path":"/data/added","value":"yes"}]""");
        await _cluster.AddAsync(isMutating: true, "add");
        await _cluster.CreateConfigMapAsync("a");
        var (_, stored) = await _cluster.Admin.SendAsync("GET", ConfigMaps + "/a");

        Assert.That(stored["data"]!.ToJsonString(), Is.EqualTo("""{"k":"a","added":"yes"}"""));
    }

    [Test]
    public async Task Patch_IsOwnedByNobody()
    {
        _cluster.Hooks.Patch("add", """[{"op":"add","path":"/data/added","value":"yes"}]""");
        await _cluster.AddAsync(isMutating: true, "add");
        var (_, created) = await _cluster.CreateConfigMapAsync("a", "?fieldManager=me");

        Assert.That(created["metadata"]!["managedFields"]!.AsArray(), Has.Count.EqualTo(1));
        Assert.That(created.Text("metadata.managedFields.0.manager"), Is.EqualTo("me"));
        Assert.That(created["metadata"]!["managedFields"]![0]!["fieldsV1"]!.ToJsonString(), Does.Not.Contain("f:added"));
    }

    [Test]
    public async Task Patch_ThatSpoilsManagedFields_IsUndoneThereWithAWarning()
    {
        _cluster.Hooks.Patch("spoil", """[{"op":"replace","path":"/metadata/managedFields/0/operation","value":"Nonsense"}]""");
        await _cluster.AddAsync(isMutating: true, "spoil");
        using var response = await _cluster.Admin.SendRawAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));
        var created = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();

        Assert.That(created.Text("metadata.managedFields.0.operation"), Is.EqualTo("Update"));
        Assert.That(
            response.Headers.GetValues("Warning").Single(),
            Does.StartWith("299 - \".metadata.managedFields was in an invalid state after admission;"));
    }

    [Test]
    public async Task Patch_OfABuiltInKind_IsDecodedAndDefaultedAgain()
    {
        _cluster.Hooks.Patch(
            "add",
            """[{"op":"add","path":"/spec/template/spec/containers/-","value":{"name":"sidecar","image":"s:1","unknown":1,"ports":[{"containerPort":80}]}}]""");
        await _cluster.AddAsync(isMutating: true, "add", Rules("*", "apps", "*", "deployments"));
        var (code, created) = await _cluster.Admin.SendAsync("POST", Deployments, Deployment);

        var sidecar = created["spec"]!["template"]!["spec"]!["containers"]![1]!.AsObject();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(201));
            Assert.That(sidecar.Text("ports.0.protocol"), Is.EqualTo("TCP"));
            Assert.That(sidecar.Text("imagePullPolicy"), Is.EqualTo("IfNotPresent"));
            Assert.That(sidecar.ContainsKey("unknown"), Is.False);
        }
    }

    [Test]
    public async Task Patch_OfUpdates_IsStored()
    {
        _cluster.Hooks.Patch("add", """[{"op":"add","path":"/data/added","value":"yes"}]""");
        await _cluster.CreateConfigMapAsync("a");
        await _cluster.AddAsync(isMutating: true, "add", Rules("UPDATE", "", "v1", "configmaps"));
        var (_, patched) = await _cluster.Admin.SendAsync(
            "PATCH", ConfigMaps + "/a", """{"data":{"k":"b"}}""", "application/merge-patch+json");

        Assert.That(patched["data"]!.ToJsonString(), Is.EqualTo("""{"k":"b","added":"yes"}"""));
    }

    [Test]
    public async Task Patch_OfAScale_ChangesTheReplicas()
    {
        _cluster.Hooks.Patch("cap", """[{"op":"replace","path":"/spec/replicas","value":3}]""");
        await _cluster.Admin.SendAsync("POST", Deployments, Deployment);
        await _cluster.AddAsync(isMutating: true, "cap", Rules("UPDATE", "apps", "v1", "deployments/scale"));
        var (_, scale) = await _cluster.Admin.SendAsync(
            "PATCH", Deployments + "/web/scale", """{"spec":{"replicas":50}}""", "application/merge-patch+json");

        Assert.That(scale.Text("spec.replicas"), Is.EqualTo("3"));
    }

    [TestCase("""[{"op":"add","path":"/data/a/b","value":"x"}]""", 500, """Internal error occurred: add operation does not apply: doc is missing path: "/data/a/b": missing value""")]
    [TestCase("""[{"op":"remove","path":"/spec"}]""", 500, """Internal error occurred: remove operation does not apply: doc is missing path: "/spec": missing value""")]
    [TestCase("""[{"op":"replace","path":"/spec","value":1}]""", 500, "Internal error occurred: replace operation does not apply: doc is missing key: /spec: missing value")]
    [TestCase("""[{"op":"test","path":"/data/k","value":"z"}]""", 500, "Internal error occurred: testing value /data/k failed: test failed")]
    [TestCase("""[{"op":"replace","path":"/data","value":"text"}]""", 500, "Internal error occurred: json: cannot unmarshal string into Go struct field ConfigMap.data of type map[string]string")]
    [TestCase("""[{"op":"replace","path":"/kind","value":"Secret"}]""", 500, "Internal error occurred: admission webhook \"bad.example.com\" made v1, Kind=Secret of v1, Kind=ConfigMap")]
    [TestCase("""[{"op":"replace","path":"/metadata/namespace","value":"kube-system"}]""", 400, "the namespace of the provided object does not match the namespace sent on the request")]
    [TestCase("""[{"op":"add","path":"/data/a~1b","value":"x"}]""", 422, "ConfigMap \"a\" is invalid: data[a/b]: Invalid value: \"a/b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')")]
    [TestCase("""{"op":"add"}""", 500, "Internal error occurred: failed calling webhook \"bad.example.com\": received undecodable patch in webhook response: json: cannot unmarshal object into Go value of type jsonpatch.Patch")]
    [TestCase("""[1]""", 500, "Internal error occurred: failed calling webhook \"bad.example.com\": received undecodable patch in webhook response: json: cannot unmarshal number into Go value of type jsonpatch.Operation")]
    [TestCase("""[{]""", 500, "Internal error occurred: failed calling webhook \"bad.example.com\": received undecodable patch in webhook response: invalid character ']' looking for beginning of object key string")]
    public async Task Patch_ThatCannotBe_IsRefusedInUpstreamsWords(string patch, int code, string message)
    {
        _cluster.Hooks.Patch("bad", patch);
        await _cluster.AddAsync(isMutating: true, "bad");
        var (answered, status) = await _cluster.CreateConfigMapAsync("a");

        Assert.That(status.Text("message"), Is.EqualTo(message));
        Assert.That(answered, Is.EqualTo(code));
        Assert.That((await _cluster.Admin.SendAsync("GET", ConfigMaps + "/a")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Patch_OfADelete_IsRefused()
    {
        _cluster.Hooks.Patch("bad", """[{"op":"add","path":"/data/x","value":"x"}]""");
        await _cluster.CreateConfigMapAsync("a");
        await _cluster.AddAsync(isMutating: true, "bad", Rules("DELETE", "", "v1", "configmaps"));
        var (code, status) = await _cluster.Admin.SendAsync("DELETE", ConfigMaps + "/a");

        Assert.That(code, Is.EqualTo(500));
        Assert.That(status.Text("message"), Is.EqualTo(
            "Internal error occurred: admission webhook \"bad.example.com\" attempted to modify the object, which is not "
            + "supported for this operation"));
    }

    [Test]
    public async Task Webhooks_AreCalledInOrderOfTheirConfigurations()
    {
        foreach (var name in new[] { "b", "a", "c1", "c2" })
        {
            _cluster.Hooks.Answer(name, request => WebhookServer.Patched(
                $$"""[{"op":"replace","path":"/data/k","value":"{{request.Text("object.data.k")}}{{name}}"}]"""));
        }

        await _cluster.AddAsync(isMutating: true, "b");
        await _cluster.AddAsync(isMutating: true, "a");
        await _cluster.AddAsync(isMutating: true, "c", [_cluster.Webhook("c1"), _cluster.Webhook("c2")]);
        var (_, created) = await _cluster.CreateConfigMapAsync("x");

        Assert.That(created.Text("data.k"), Is.EqualTo("aabc1c2"));
    }

    [Test]
    public async Task Reinvocation_ObjectChangedAfterTheCall_OnceMoreForThoseWhoWantIt()
    {
        _cluster.Hooks.Answer("a", """{"allowed":true}""");
        _cluster.Hooks.Answer("b", """{"allowed":true}""");
        // Changes the object whenever it is called: no third round comes of it.
        _cluster.Hooks.Answer("c", request => WebhookServer.Patched(
            $$"""[{"op":"replace","path":"/data/k","value":"{{request.Text("object.data.k")}}+"}]"""));
        await _cluster.AddAsync(isMutating: true, "a", IfNeeded);
        await _cluster.AddAsync(isMutating: true, "b");
        await _cluster.AddAsync(isMutating: true, "c", IfNeeded);
        var (_, created) = await _cluster.CreateConfigMapAsync("x");

        Assert.That(_cluster.Hooks.Calls.Select(c => c.Path), Is.EqualTo(new[] { "/a", "/b", "/c", "/a" }));
        Assert.That(_cluster.Hooks.ReviewsOf("a")[1].Text("object.data.k"), Is.EqualTo("a+"));
        Assert.That(created.Text("data.k"), Is.EqualTo("a+"));
    }

    [Test]
    public async Task Reinvocation_NothingChangedAfterTheCall_IsNotNeeded()
    {
        _cluster.Hooks.Patch("a", """[{"op":"add","path":"/data/x","value":"x"}]""");
        _cluster.Hooks.Answer("b", """{"allowed":true}""");
        await _cluster.AddAsync(isMutating: true, "a", IfNeeded);
        await _cluster.AddAsync(isMutating: true, "b", IfNeeded);
        await _cluster.CreateConfigMapAsync("x");

        Assert.That(_cluster.Hooks.Calls.Select(c => c.Path), Is.EqualTo(new[] { "/a", "/b" }));
    }

    [Test]
    public async Task Reinvocation_PatchThatChangesNothing_IsNoChange()
    {
        _cluster.Hooks.Answer("a", """{"allowed":true}""");
        _cluster.Hooks.Patch("b", """[{"op":"replace","path":"/data/k","value":"a"}]""");
        await _cluster.AddAsync(isMutating: true, "a", IfNeeded);
        await _cluster.AddAsync(isMutating: true, "b");
        await _cluster.CreateConfigMapAsync("x");

        Assert.That(_cluster.Hooks.Calls.Select(c => c.Path), Is.EqualTo(new[] { "/a", "/b" }));
    }

    [Test]
    public async Task Reinvocation_BuiltInPlugInsSeeWhatTheWebhookAdded()
    {
        await _cluster.Admin.SendAsync("POST", "api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"default"}}""");
        _cluster.Hooks.Patch(
            "add", """[{"op":"add","path":"/spec/containers/-","value":{"name":"sidecar","image":"s:1"}}]""");
        await _cluster.AddAsync(isMutating: true, "add", Rules("CREATE", "", "v1", "pods"));
        var (code, pod) = await _cluster.Admin.SendAsync(
            "POST", "api/v1/namespaces/default/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");

        Assert.That(code, Is.EqualTo(201), pod.ToJsonString());
        Assert.That(pod["spec"]!["containers"]!.AsArray(), Has.Count.EqualTo(2));
        Assert.That(
            pod.Text("spec.containers.1.volumeMounts.0.mountPath"),
            Is.EqualTo("/var/run/secrets/kubernetes.io/serviceaccount"), "the plug-in ServiceAccount ran again");
        Assert.That(pod["spec"]!["volumes"]!.AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Audit_TellsOfMutationsPatchesAndTheWebhooksOwnRemarks()
    {
        _cluster.Hooks.Answer("a", """{"allowed":true,"auditAnnotations":{"why":"because","not/a/key":"x"}}""");
        _cluster.Hooks.Patch("b", """[{"op":"add","path":"/data/x","value":"x"}]""");
        await _cluster.AddAsync(isMutating: true, "a");
        await _cluster.AddAsync(isMutating: true, "b");
        await _cluster.CreateConfigMapAsync("x");

        var remarks = _cluster.Remarks.OrderBy(r => r.Key, StringComparer.Ordinal)
            .Select(r => $"{r.Key} {r.Value.Value} {r.Value.ShowsBody}");
        Assert.That(remarks, Is.EqualTo(new[]
        {
            "a.example.com/why because False",
            """mutation.webhook.admission.k8s.io/round_0_index_0 {"configuration":"a","webhook":"a.example.com","mutated":false} False""",
            """mutation.webhook.admission.k8s.io/round_0_index_1 {"configuration":"b","webhook":"b.example.com","mutated":true} False""",
            """patch.webhook.admission.k8s.io/round_0_index_1 {"configuration":"b","webhook":"b.example.com","patch":[{"op":"add","path":"/data/x","value":"x"}],"patchType":"JSONPatch"} True""",
        }));
    }
}
