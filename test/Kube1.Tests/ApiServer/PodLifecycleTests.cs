using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>Pods from creation over binding and eviction to their end; namespaces and scale.</summary>
public sealed class PodLifecycleTests
{
    private const string Pods = "api/v1/namespaces/default/pods";
    private const string Budgets = "apis/policy/v1/namespaces/default/poddisruptionbudgets";
    private const string Merge = "application/merge-patch+json";

    private TestCluster _cluster = null!;

    private HttpClient Http => _cluster.Http;

    [SetUp]
    public async Task SetUp() => _cluster = await TestCluster.StartAsync();

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [Test]
    public async Task Binding_PendingPod_GetsNodeAndCondition()
    {
        await CreatePodAsync();
        var nominated = await Http.SendAsync("PATCH", Pods + "/p/status", """{"status":{"nominatedNodeName":"n0"}}""", Merge);

        var (code, status) = await BindAsync("n1");
        var (_, pod) = await Http.SendAsync("GET", Pods + "/p");
        var again = await BindAsync("n2");

        Assert.That(code, Is.EqualTo(201), status.ToJsonString());
        Assert.That(nominated.Body.Text("status.nominatedNodeName"), Is.EqualTo("n0"));
        Assert.That(pod.Text("status.nominatedNodeName"), Is.Empty);
        Assert.That(pod.Text("spec.nodeName"), Is.EqualTo("n1"));
        Assert.That(pod.Text("status.conditions.0.type"), Is.EqualTo("PodScheduled"));
        Assert.That(again.Code, Is.EqualTo(409));
        Assert.That(again.Body.Text("message"), Does.Contain("is already assigned to node \"n1\""));
    }

    [Test]
    public async Task Binding_OtherUid_Conflict()
    {
        await CreatePodAsync();

        var (code, _) = await Http.SendAsync(
            "POST", Pods + "/p/binding", """{"metadata":{"name":"p","uid":"other"},"target":{"kind":"Node","name":"n1"}}""");

        Assert.That(code, Is.EqualTo(409));
    }

    [Test]
    public async Task Delete_UnboundPod_GoneAtOnce()
    {
        await CreatePodAsync();

        var (code, pod) = await Http.SendAsync("DELETE", Pods + "/p");

        Assert.That(code, Is.EqualTo(200));
        Assert.That(pod.Text("kind"), Is.EqualTo("Pod"));
        Assert.That((await Http.SendAsync("GET", Pods + "/p")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Delete_BoundPod_WaitsForItsKubelet()
    {
        await CreatePodAsync();
        await BindAsync("n1");

        var (code, marked) = await Http.SendAsync("DELETE", Pods + "/p");
        var shorter = await Http.SendAsync("DELETE", Pods + "/p?gracePeriodSeconds=5");
        var kept = await Http.SendAsync("GET", Pods + "/p");
        var last = await Http.SendAsync("DELETE", Pods + "/p?gracePeriodSeconds=0");

        Assert.That(code, Is.EqualTo(200));
        Assert.That(marked.Text("metadata.deletionGracePeriodSeconds"), Is.EqualTo("30"));
        Assert.That(marked.Text("metadata.deletionTimestamp"), Is.EqualTo("2026-01-01T00:00:30Z"));
        Assert.That(shorter.Body.Text("metadata.deletionGracePeriodSeconds"), Is.EqualTo("5"));
        Assert.That(shorter.Body.Text("metadata.deletionTimestamp"), Is.EqualTo("2026-01-01T00:00:05Z"));
        Assert.That(kept.Code, Is.EqualTo(200));
        Assert.That(last.Code, Is.EqualTo(200));
        Assert.That((await Http.SendAsync("GET", Pods + "/p")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Delete_PreconditionOfAnotherUid_Conflict()
    {
        await CreatePodAsync();

        var (code, status) = await Http.SendAsync("DELETE", Pods + "/p", """{"preconditions":{"uid":"other"}}""");

        Assert.That(code, Is.EqualTo(409));
        Assert.That(status.Text("message"), Does.Contain("the UID in the precondition (other) does not match the UID in record"));
    }

    [Test]
    public async Task Eviction_Budget_TakesOneAndRefusesTheNext()
    {
        await CreatePodAsync("a");
        await CreatePodAsync("b");
        await Http.SendAsync("POST", Budgets, """
            {"metadata":{"name":"budget"},"spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"x"}}}}
            """);
        await Http.SendAsync(
            "PATCH", Budgets + "/budget/status", """{"status":{"disruptionsAllowed":1}}""", Merge);
        foreach (var name in new[] { "a", "b" })
        {
            await Http.SendAsync(
                "PATCH", $"{Pods}/{name}/status",
                """{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}""", Merge);
        }

        var early = await EvictAsync("a");
        await Http.SendAsync(
            "PATCH", Budgets + "/budget/status",
            """{"status":{"observedGeneration":1,"desiredHealthy":1,"currentHealthy":1}}""", Merge);
        var dry = await EvictAsync("a", ",\"deleteOptions\":{\"dryRun\":[\"All\"]}");
        var first = await EvictAsync("a");
        using var second = await Http.SendRawAsync("POST", Pods + "/b/eviction", """{"metadata":{"name":"b"}}""");
        var (_, budget) = await Http.SendAsync("GET", Budgets + "/budget");

        Assert.That(early.Code, Is.EqualTo(429), "the budget is not counted yet");
        Assert.That(early.Body["details"]!.ToJsonString(), Is.EqualTo(
            """{"causes":[{"reason":"DisruptionBudget","message":"The disruption budget budget is still being processed by the server."}],"retryAfterSeconds":10}"""));
        Assert.That(dry.Code, Is.EqualTo(201), dry.Body.ToJsonString());
        Assert.That(first.Code, Is.EqualTo(201), first.Body.ToJsonString());
        Assert.That((await Http.SendAsync("GET", Pods + "/a")).Code, Is.EqualTo(404));
        Assert.That((int)second.StatusCode, Is.EqualTo(429));
        Assert.That(second.Headers.RetryAfter, Is.Null, "clients tell of it instead of trying again by themselves");
        Assert.That(await second.Content.ReadAsStringAsync(), Does.Contain(
            "Cannot evict pod as it would violate the pod's disruption budget.").And.Contains(
            "\"The disruption budget budget needs 1 healthy pods and has 1 currently\""));
        Assert.That(budget.Text("status.disruptionsAllowed"), Is.EqualTo("0"));
        Assert.That(budget["status"]!["disruptedPods"]!.AsObject().ContainsKey("a"), Is.True);
    }

    [Test]
    public async Task Namespace_Deleted_TerminatesUntilFinalized()
    {
        const string path = "api/v1/namespaces/doomed";
        await Http.SendAsync("POST", "api/v1/namespaces", """{"metadata":{"name":"doomed"}}""");

        var (code, marked) = await Http.SendAsync("DELETE", path);
        marked["spec"]!["finalizers"] = new System.Text.Json.Nodes.JsonArray();
        var (finalizeCode, finalized) = await Http.SendAsync("PUT", path + "/finalize", marked.ToJsonString());

        Assert.That(code, Is.EqualTo(200));
        Assert.That(marked.Text("status.phase"), Is.EqualTo("Terminating"));
        Assert.That(finalizeCode, Is.EqualTo(200), finalized.ToJsonString());
        Assert.That((await Http.SendAsync("GET", path)).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Namespace_Terminating_TakesNoNewObjects()
    {
        await using var secure = await SecureCluster.StartAsync();
        await secure.CreateAsync("api/v1/namespaces", """{"metadata":{"name":"doomed"}}""");
        await secure.Admin.SendAsync("DELETE", "api/v1/namespaces/doomed");

        var (code, status) = await secure.Admin.SendAsync(
            "POST", "api/v1/namespaces/doomed/configmaps", ApiTestClient.ConfigMap("a"));
        var missing = await secure.Admin.SendAsync(
            "POST", "api/v1/namespaces/nowhere/configmaps", ApiTestClient.ConfigMap("a"));

        Assert.That(code, Is.EqualTo(403));
        Assert.That(status.Text("message"), Does.Contain(
            "unable to create new content in namespace doomed because it is being terminated"));
        Assert.That(status.Text("details.causes.0.reason"), Is.EqualTo("NamespaceTerminating"));
        Assert.That(missing.Code, Is.EqualTo(404));
        Assert.That(missing.Body.Text("message"), Is.EqualTo("namespaces \"nowhere\" not found"));
    }

    [Test]
    public async Task Scale_GetPutPatch_ChangesReplicas()
    {
        const string path = "apis/apps/v1/namespaces/default/deployments";
        await Http.SendAsync("POST", path, """
            {"metadata":{"name":"d"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{
            "metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
            """);

        var (_, scale) = await Http.SendAsync("GET", path + "/d/scale");
        scale["spec"]!["replicas"] = 3;
        var put = await Http.SendAsync("PUT", path + "/d/scale", scale.ToJsonString());
        var stale = await Http.SendAsync("PUT", path + "/d/scale", scale.ToJsonString());
        var patch = await Http.SendAsync("PATCH", path + "/d/scale", """{"spec":{"replicas":5}}""", Merge);
        var negative = await Http.SendAsync("PATCH", path + "/d/scale", """{"spec":{"replicas":-1}}""", Merge);
        var (_, deployment) = await Http.SendAsync("GET", path + "/d");

        Assert.That(scale.Text("kind"), Is.EqualTo("Scale"));
        Assert.That(scale.Text("status.selector"), Is.EqualTo("a=b"));
        Assert.That(put.Code, Is.EqualTo(200), put.Body.ToJsonString());
        Assert.That(put.Body.Text("spec.replicas"), Is.EqualTo("3"));
        Assert.That(stale.Code, Is.EqualTo(409));
        Assert.That(patch.Code, Is.EqualTo(200), patch.Body.ToJsonString());
        Assert.That(negative.Code, Is.EqualTo(422));
        Assert.That(deployment.Text("spec.replicas"), Is.EqualTo("5"));
        Assert.That(deployment.Text("metadata.generation"), Is.EqualTo("3"));
    }

    private async Task CreatePodAsync(string name = "p")
    {
        var (code, pod) = await Http.SendAsync(
            "POST", Pods, "{\"metadata\":{\"name\":\"" + name + "\",\"labels\":{\"app\":\"x\"}},"
            + "\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}");
        Assert.That(code, Is.EqualTo(201), pod.ToJsonString());
    }

    private Task<(int Code, System.Text.Json.Nodes.JsonObject Body)> BindAsync(string node) => Http.SendAsync(
        "POST", Pods + "/p/binding", "{\"metadata\":{\"name\":\"p\"},\"target\":{\"kind\":\"Node\",\"name\":\"" + node + "\"}}");

    private Task<(int Code, System.Text.Json.Nodes.JsonObject Body)> EvictAsync(string pod, string more = "") => Http.SendAsync(
        "POST", $"{Pods}/{pod}/eviction", "{\"metadata\":{\"name\":\"" + pod + "\"}" + more + "}");
}
