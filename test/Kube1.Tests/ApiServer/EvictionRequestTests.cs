using System.Text.Json.Nodes;
using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>pods/eviction against the states that a PodDisruptionBudget and a pod can be in.</summary>
public sealed class EvictionRequestTests
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
    public async Task Evict_NoDisruptionLeft_SaysHowManyAreMissingAndNotWhenToRetry()
    {
        await CreatePodAsync(ready: true);
        await CreateBudgetAsync("""{"observedGeneration":1,"disruptionsAllowed":0,"desiredHealthy":2,"currentHealthy":1}""");

        using var refused = await Http.SendRawAsync("POST", Pods + "/p/eviction", """{"metadata":{"name":"p"}}""");
        var status = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!.AsObject();

        Assert.That((int)refused.StatusCode, Is.EqualTo(429));
        Assert.That(refused.Headers.RetryAfter, Is.Null, "clients would wait without a word");
        Assert.That(status["details"]!.ToJsonString(), Is.EqualTo(
            """{"causes":[{"reason":"DisruptionBudget","message":"The disruption budget b needs 2 healthy pods and has 1 currently"}]}"""));
    }

    [Test]
    public async Task Evict_BudgetNotYetProcessed_AsksToRetry()
    {
        await CreatePodAsync(ready: true);
        await CreateBudgetAsync("""{"disruptionsAllowed":1}""");

        using var refused = await Http.SendRawAsync("POST", Pods + "/p/eviction", """{"metadata":{"name":"p"}}""");
        var status = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!.AsObject();

        Assert.That((int)refused.StatusCode, Is.EqualTo(429));
        Assert.That(refused.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(10)));
        Assert.That(status.Text("details.causes.0.message"), Is.EqualTo(
            "The disruption budget b is still being processed by the server."));
    }

    [Test]
    public async Task Evict_LastDisruption_ClosesTheBudget()
    {
        await CreatePodAsync(ready: true);
        await CreateBudgetAsync("""{"observedGeneration":1,"disruptionsAllowed":1,"desiredHealthy":1,"currentHealthy":2}""");

        var (code, status) = await EvictAsync();
        var (_, budget) = await Http.SendAsync("GET", Budgets + "/b");

        Assert.That(code, Is.EqualTo(201), status.ToJsonString());
        Assert.That(budget.Text("status.disruptionsAllowed"), Is.EqualTo("0"));
        Assert.That(budget.Text("status.conditions.0.type"), Is.EqualTo("DisruptionAllowed"));
        Assert.That(budget.Text("status.conditions.0.status"), Is.EqualTo("False"));
        Assert.That(budget.Text("status.conditions.0.reason"), Is.EqualTo("InsufficientPods"));
    }

    [TestCase("""{"observedGeneration":1,"disruptionsAllowed":0,"desiredHealthy":1,"currentHealthy":1}""", "", 201)]
    [TestCase("""{"observedGeneration":1,"disruptionsAllowed":0,"desiredHealthy":2,"currentHealthy":1}""", "", 429)]
    [TestCase(
        """{"observedGeneration":1,"disruptionsAllowed":0,"desiredHealthy":2,"currentHealthy":1}""",
        "\"unhealthyPodEvictionPolicy\":\"AlwaysAllow\",", 201)]
    public async Task Evict_PodThatIsNotReady_GoesUnlessItsBudgetIsInNeed(string budget, string policy, int expected)
    {
        await CreatePodAsync(ready: false);
        await CreateBudgetAsync(budget, policy);

        var (code, status) = await EvictAsync();

        Assert.That(code, Is.EqualTo(expected), status.ToJsonString());
        Assert.That(
            (await Http.SendAsync("GET", Budgets + "/b")).Body["status"]!.AsObject().ContainsKey("disruptedPods"), Is.False);
    }

    [Test]
    public async Task Evict_TwoBudgets_Refused()
    {
        await CreatePodAsync(ready: true);
        await CreateBudgetAsync("""{"observedGeneration":1,"disruptionsAllowed":1}""");
        await CreateBudgetAsync("""{"observedGeneration":1,"disruptionsAllowed":1}""", name: "c");

        var (code, status) = await EvictAsync();

        Assert.That(code, Is.EqualTo(500));
        Assert.That(status.Text("message"), Is.EqualTo(
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."));
    }

    [Test]
    public async Task Evict_BoundPod_SaysWhyItGoes()
    {
        await CreatePodAsync(ready: true);
        await Http.SendAsync(
            "POST", Pods + "/p/binding", """{"metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}}""");

        var dry = await Http.SendAsync("POST", Pods + "/p/eviction?dryRun=All", """{"metadata":{"name":"p"}}""");
        var (_, before) = await Http.SendAsync("GET", Pods + "/p");
        var (code, _) = await EvictAsync();
        var (_, pod) = await Http.SendAsync("GET", Pods + "/p");

        Assert.That(dry.Code, Is.EqualTo(201));
        Assert.That(ConditionOf(before), Is.Null);
        Assert.That(code, Is.EqualTo(201));
        Assert.That(pod.Text("metadata.deletionTimestamp"), Is.Not.Empty);
        var condition = ConditionOf(pod)!;
        Assert.That(condition.Text("status"), Is.EqualTo("True"));
        Assert.That(condition.Text("reason"), Is.EqualTo("EvictionByEvictionAPI"));
        Assert.That(condition.Text("message"), Is.EqualTo("Eviction API: evicting"));
        Assert.That(condition.Text("observedGeneration"), Is.EqualTo("1"));
    }

    [TestCase("""{}""")]
    [TestCase("""{"metadata":{"name":"other"}}""")]
    public async Task Evict_BodyOfAnotherPodOrNone_BadRequest(string body)
    {
        await CreatePodAsync(ready: true);

        var (code, status) = await Http.SendAsync("POST", Pods + "/p/eviction", body);

        Assert.That(code, Is.EqualTo(400));
        Assert.That(status.Text("message"), Is.EqualTo("name in URL does not match name in Eviction object"));
        Assert.That((await Http.SendAsync("GET", Pods + "/p")).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task Binding_AmongTheNamespacesBindings_BindsThePodOfItsName()
    {
        await CreatePodAsync(ready: false);
        const string target = "\"target\":{\"kind\":\"Node\",\"name\":\"n\"}}";

        var misnamed = await Http.SendAsync("POST", Pods + "/p/binding", "{\"metadata\":{\"name\":\"q\"}," + target);
        var (code, status) = await Http.SendAsync(
            "POST", "api/v1/namespaces/default/bindings", "{\"metadata\":{\"name\":\"p\"}," + target);

        Assert.That((misnamed.Code, misnamed.Body.Text("message")), Is.EqualTo(
            (400, "name in URL does not match name in Binding object")));
        Assert.That(code, Is.EqualTo(201), status.ToJsonString());
        Assert.That((await Http.SendAsync("GET", Pods + "/p")).Body.Text("spec.nodeName"), Is.EqualTo("n"));
    }

    private static JsonObject? ConditionOf(JsonObject pod) => (pod["status"]!["conditions"] as JsonArray ?? [])
        .OfType<JsonObject>().FirstOrDefault(c => c.Text("type") == "DisruptionTarget");

    private Task<(int Code, JsonObject Body)> EvictAsync() =>
        Http.SendAsync("POST", Pods + "/p/eviction", """{"metadata":{"name":"p"}}""");

    private async Task CreatePodAsync(bool ready)
    {
        await Http.SendAsync(
            "POST", Pods,
            """{"metadata":{"name":"p","labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"i"}]}}""");
        var (code, pod) = await Http.SendAsync(
            "PATCH", Pods + "/p/status",
            "{\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"" + (ready ? "True" : "False")
            + "\"}]}}",
            Merge);
        Assert.That(code, Is.EqualTo(200), pod.ToJsonString());
    }

    private async Task CreateBudgetAsync(string status, string policy = "", string name = "b")
    {
        await Http.SendAsync(
            "POST", Budgets,
            "{\"metadata\":{\"name\":\"" + name + "\"},\"spec\":{" + policy
            + "\"minAvailable\":1,\"selector\":{\"matchLabels\":{\"app\":\"x\"}}}}");
        var (code, budget) = await Http.SendAsync(
            "PATCH", $"{Budgets}/{name}/status", "{\"status\":" + status + "}", Merge);
        Assert.That(code, Is.EqualTo(200), budget.ToJsonString());
    }
}
