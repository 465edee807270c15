using System.Text.Json.Nodes;
using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>One stored object served as two kinds: Events and HorizontalPodAutoscalers.</summary>
public sealed class ObjectViewTests
{
    private const string CoreEvents = "api/v1/namespaces/default/events";
    private const string Events = "apis/events.k8s.io/v1/namespaces/default/events";
    private const string Autoscalers = "apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
    private const string AutoscalersV1 = "apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";

    private const string CoreEvent = """
        {"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"p"},"reason":"Started","message":"said",
        "source":{"component":"kubelet"},"type":"Normal","count":3,"firstTimestamp":"2026-01-01T00:00:00Z"}
        """;

    private TestCluster _cluster = null!;

    private HttpClient Http => _cluster.Http;

    [SetUp]
    public async Task SetUp() => _cluster = await TestCluster.StartAsync();

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [Test]
    public async Task CoreEvent_ReadThroughEventsGroup_HasItsNames()
    {
        var (_, created) = await Http.SendAsync("POST", CoreEvents, CoreEvent);

        var (code, seen) = await Http.SendAsync("GET", Events + "/e");

        Assert.That(code, Is.EqualTo(200), seen.ToJsonString());
        Assert.That(seen.Text("apiVersion"), Is.EqualTo("events.k8s.io/v1"));
        Assert.That(seen.Text("regarding.name"), Is.EqualTo("p"));
        Assert.That(seen.Text("note"), Is.EqualTo("said"));
        Assert.That(seen.Text("deprecatedSource.component"), Is.EqualTo("kubelet"));
        Assert.That(seen.Text("deprecatedCount"), Is.EqualTo("3"));
        Assert.That(seen.Text("deprecatedFirstTimestamp"), Is.EqualTo("2026-01-01T00:00:00Z"));
        Assert.That(seen["message"], Is.Null);
        Assert.That(seen.Text("metadata.resourceVersion"), Is.EqualTo(created.Text("metadata.resourceVersion")));
    }

    [Test]
    public async Task GroupEvent_CreatedPatchedDeleted_CoreEventFollows()
    {
        var (code, created) = await Http.SendAsync("POST", Events, """
            {"kind":"Event","apiVersion":"events.k8s.io/v1","metadata":{"name":"e"},"regarding":{"kind":"Pod","name":"p",
            "namespace":"default"},"reason":"Started","note":"said","type":"Normal","action":"Start",
            "eventTime":"2026-01-01T00:00:00.000000Z","reportingController":"example.com/c","reportingInstance":"c-1"}
            """);
        var (patchCode, patched) = await Http.SendAsync(
            "PATCH", Events + "/e", """{"series":{"count":2,"lastObservedTime":"2026-01-01T00:01:00.000000Z"}}""",
            "application/strategic-merge-patch+json");
        var (_, core) = await Http.SendAsync("GET", CoreEvents + "/e");
        var (deleteCode, _) = await Http.SendAsync("DELETE", Events + "/e");

        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        Assert.That(created.Text("regarding.name"), Is.EqualTo("p"));
        Assert.That(patchCode, Is.EqualTo(200), patched.ToJsonString());
        Assert.That(patched.Text("kind") + patched.Text("apiVersion"), Is.EqualTo("Eventevents.k8s.io/v1"));
        Assert.That(core.Text("involvedObject.name"), Is.EqualTo("p"));
        Assert.That(core.Text("reportingComponent"), Is.EqualTo("example.com/c"));
        Assert.That(core.Text("message"), Is.EqualTo("said"));
        Assert.That(core.Text("series.count"), Is.EqualTo("2"));
        Assert.That(deleteCode, Is.EqualTo(200));
        Assert.That((await Http.SendAsync("GET", CoreEvents + "/e")).Code, Is.EqualTo(404));
    }

    [TestCase("?fieldSelector=regarding.name%3Dp", 1)]
    [TestCase("?fieldSelector=regarding.name%3Dq", 0)]
    [TestCase("?fieldSelector=reason%3DStarted,type%3DNormal", 1)]
    public async Task GroupEvents_FieldSelector_UsesItsOwnNames(string query, int expected)
    {
        await Http.SendAsync("POST", CoreEvents, CoreEvent);

        var (code, list) = await Http.SendAsync("GET", Events + query);

        Assert.That(code, Is.EqualTo(200), list.ToJsonString());
        Assert.That(list["items"]!.AsArray(), Has.Count.EqualTo(expected));
        Assert.That(list.Text("kind"), Is.EqualTo("EventList"));
        Assert.That(
            (await Http.SendAsync("GET", Events + "?fieldSelector=involvedObject.name%3Dp")).Code, Is.EqualTo(400));
    }

    [Test]
    public async Task Watch_BothGroups_EachSeesItsOwnForm()
    {
        using var core = await Http.SendRawAsync("GET", CoreEvents + "?watch=1");
        using var group = await Http.SendRawAsync("GET", Events + "?watch=1");
        await Http.SendAsync("POST", CoreEvents, CoreEvent);

        var coreLine = await FirstLineAsync(core);
        var groupLine = await FirstLineAsync(group);

        Assert.That(coreLine.Text("object.message"), Is.EqualTo("said"));
        Assert.That(groupLine.Text("object.note"), Is.EqualTo("said"));
        Assert.That(groupLine.Text("object.apiVersion"), Is.EqualTo("events.k8s.io/v1"));
    }

    [Test]
    public async Task Autoscaler_V1WritesBackWhatItRead_V2LosesNothing()
    {
        var (code, created) = await Http.SendAsync("POST", Autoscalers, """
            {"metadata":{"name":"h"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"},
            "minReplicas":2,"maxReplicas":5,"metrics":[
            {"type":"Object","object":{"describedObject":{"kind":"Ingress","name":"i"},"metric":{"name":"hits"},
            "target":{"type":"Value","value":"10"}}},
            {"type":"Resource","resource":{"name":"memory","target":{"type":"AverageValue","averageValue":"1Gi"}}},
            {"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":60}}}],
            "behavior":{"scaleDown":{"stabilizationWindowSeconds":5}}}}
            """);
        Assert.That(code, Is.EqualTo(201), created.ToJsonString());

        var (_, seen) = await Http.SendAsync("GET", AutoscalersV1 + "/h");
        var (putCode, written) = await Http.SendAsync("PUT", AutoscalersV1 + "/h", seen.ToJsonString());
        var (_, after) = await Http.SendAsync("GET", Autoscalers + "/h");

        Assert.That(seen.Text("spec.targetCPUUtilizationPercentage"), Is.EqualTo("60"));
        Assert.That(seen["spec"]!["metrics"], Is.Null);
        Assert.That(
            seen["metadata"]!["annotations"]!["autoscaling.alpha.kubernetes.io/metrics"]!.GetValue<string>(),
            Does.Contain("\"targetAverageValue\":\"1Gi\""));
        Assert.That(putCode, Is.EqualTo(200), written.ToJsonString());
        Assert.That(after["metadata"]!["annotations"], Is.Null);
        Assert.That(JsonNode.DeepEquals(after["spec"], created["spec"]), Is.True, after.ToJsonString());
    }

    [Test]
    public async Task Autoscaler_CreatedByV1_V2HasTheCpuMetric()
    {
        var (code, body) = await Http.SendAsync("POST", AutoscalersV1, """
            {"metadata":{"name":"h"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"d"},"maxReplicas":5,
            "targetCPUUtilizationPercentage":70}}
            """);
        var (_, after) = await Http.SendAsync("GET", Autoscalers + "/h");

        Assert.That(code, Is.EqualTo(201), body.ToJsonString());
        Assert.That(after.Text("spec.metrics.0.resource.target.averageUtilization"), Is.EqualTo("70"));
    }

    private static async Task<JsonObject> FirstLineAsync(HttpResponseMessage response)
    {
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return JsonNode.Parse((await reader.ReadLineAsync(timeout.Token))!)!.AsObject();
    }
}
