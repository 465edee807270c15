using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.FlowControl;
using Kube1.Client.Informers;
using Kube1.Controllers;
using Kube1.Controllers.FlowSchemas;
using Kube1.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.ApiServer.FlowControl;

/// <summary>Priority and fairness as clients of the server meet it.</summary>
public sealed class RequestGateTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    private const string FlowControl = "apis/flowcontrol.apiserver.k8s.io/v1/";

    private static readonly UserInfo Alice = new("alice") { Groups = [UserInfo.AuthenticatedGroup] };
    private static readonly UserInfo Bob = new("bob") { Groups = [UserInfo.AuthenticatedGroup] };

    [Test]
    public async Task Requests_MoreThanTheLevelHas_OnlyThatLevelIsRefused()
    {
        await using var cluster = await OneSeatAsync("""{"type":"Reject"}""");
        var (level, schema) = await UidsAsync(cluster);
        var http = cluster.HttpFor(Alice);
        await using (await StalledWrite.BeginAsync(http))
        {
            using var refused = await http.SendRawAsync("GET", ConfigMaps);
            using var watch = await http.SendRawAsync("GET", ConfigMaps + "?watch=1");
            using var other = await cluster.HttpFor(Bob).SendRawAsync("GET", ConfigMaps);
            using var administrator = await cluster.Http.SendRawAsync("GET", ConfigMaps);

            Assert.That((int)refused.StatusCode, Is.EqualTo(429));
            Assert.That(refused.Headers.RetryAfter?.ToString(), Is.EqualTo("1"));
            Assert.That(
                await refused.Content.ReadAsStringAsync(), Does.Contain("Too many requests, please try again later."));
            Assert.That(Header(refused, "X-Kubernetes-PF-PriorityLevel-UID"), Is.EqualTo(level));
            Assert.That(Header(refused, "X-Kubernetes-PF-FlowSchema-UID"), Is.EqualTo(schema));
            Assert.That((int)watch.StatusCode, Is.EqualTo(429), "a watch needs a seat to begin");
            Assert.That((int)other.StatusCode, Is.EqualTo(200), "another level");
            Assert.That((int)administrator.StatusCode, Is.EqualTo(200), "system:masters is exempt");
        }

        using var free = await http.SendRawAsync("GET", ConfigMaps);
        Assert.That((int)free.StatusCode, Is.EqualTo(200), "the seat is free again");
    }

    [Test]
    public async Task Watch_HasBegun_KeepsNoSeat()
    {
        await using var cluster = await OneSeatAsync("""{"type":"Reject"}""");
        var http = cluster.HttpFor(Alice);
        using var first = await http.SendRawAsync("GET", ConfigMaps + "?watch=1&sendInitialEvents=true"
            + "&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        using var reader = new StreamReader(await first.Content.ReadAsStreamAsync());
        await cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("seen"));
        string line;
        do
        {
            line = (await reader.ReadLineAsync())!;
        }
        while (!line.Contains("\"seen\"", StringComparison.Ordinal));

        // An event after the first state: the watch has begun.
        using var second = await http.SendRawAsync("GET", ConfigMaps);

        Assert.That((int)second.StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task Requests_LevelWithQueues_WaitForTheirTurn()
    {
        await using var cluster = await OneSeatAsync(
            """{"type":"Queue","queuing":{"queues":1,"handSize":1,"queueLengthLimit":1}}""");
        var http = cluster.HttpFor(Alice);
        Task<HttpResponseMessage> waiting;
        await using (await StalledWrite.BeginAsync(http))
        {
            waiting = http.SendRawAsync("GET", ConfigMaps);
            await InQueueAsync(cluster);
            using var third = await http.SendRawAsync("GET", ConfigMaps);
            Assert.That((int)third.StatusCode, Is.EqualTo(429), "the queue is full");
            Assert.That(waiting.IsCompleted, Is.False);
        }

        using var served = await waiting;
        Assert.That((int)served.StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task Request_WaitsTooLong_TooManyRequests()
    {
        await using var cluster = await OneSeatAsync(
            """{"type":"Queue","queuing":{"queues":1,"handSize":1,"queueLengthLimit":1}}""");
        var http = cluster.HttpFor(Alice);
        await using var running = await StalledWrite.BeginAsync(http);
        var waiting = http.SendRawAsync("GET", ConfigMaps);
        await InQueueAsync(cluster);

        using var late = await cluster.Time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), waiting);
        Assert.That((int)late.StatusCode, Is.EqualTo(429));
    }

    [Test]
    public async Task Bootstrap_NewServer_HasUpstreamsObjects()
    {
        await using var cluster = await TestCluster.StartAsync();
        var (_, levels) = await cluster.Http.SendAsync("GET", FlowControl + "prioritylevelconfigurations");
        var (_, schemas) = await cluster.Http.SendAsync("GET", FlowControl + "flowschemas");
        var shown = schemas["items"]!.AsArray().Select(s => s!.AsObject()).Select(s =>
            $"{s.Text("metadata.name")} {s.Text("spec.priorityLevelConfiguration.name")} {s.Text("spec.matchingPrecedence")} "
            + s.Text("spec.distinguisherMethod.type"));
        var limits = LevelLimits.Of([.. levels["items"]!.AsArray().Select(l => l!.AsObject())], 600)
            .Select(l => $"{l.Name} {l.Nominal} {l.Guaranteed} {l.MaxWidth}");

        Assert.That(shown, Is.EquivalentTo(new[]
        {
            "catch-all catch-all 10000 ByUser", "exempt exempt 1 ", "global-default global-default 9900 ByUser",
            "kube-controller-manager workload-high 800 ByNamespace", "kube-scheduler workload-high 800 ByNamespace",
            "kube-system-service-accounts workload-high 900 ByNamespace", "probes exempt 2 ",
            "service-accounts workload-low 9000 ByUser", "system-leader-election leader-election 100 ByUser",
            "system-node-high node-high 400 ByUser", "system-nodes system 500 ByUser",
        }));
        Assert.That(limits, Is.EquivalentTo(new[]
        {
            "catch-all 13 13 1", "exempt 0 0 1", "global-default 49 24 8", "leader-election 25 25 4", "node-high 98 73 15",
            "system 74 50 12", "workload-high 98 49 15", "workload-low 245 24 37",
        }));
    }

    [Test]
    public async Task Bootstrap_ChangedObjects_RestoredUnlessTheirAnnotationSaysNo()
    {
        await using var cluster = await TestCluster.StartAsync();
        var http = cluster.Http;
        const string Fewer = """{"spec":{"limited":{"nominalConcurrencyShares":7}}}""";
        await http.SendAsync("PATCH", FlowControl + "prioritylevelconfigurations/system", Fewer, "application/merge-patch+json");
        await http.SendAsync("PATCH", FlowControl + "prioritylevelconfigurations/workload-low", Fewer, "application/merge-patch+json");
        await http.SendAsync(
            "PATCH", FlowControl + "prioritylevelconfigurations/workload-low",
            """{"metadata":{"annotations":{"apf.kubernetes.io/autoupdate-spec":"false"}}}""", "application/merge-patch+json");
        await http.SendAsync("DELETE", FlowControl + "flowschemas/probes");

        await new FlowBootstrap(cluster.Server.Objects).EnsureAsync(default);

        var (_, system) = await http.SendAsync("GET", FlowControl + "prioritylevelconfigurations/system");
        var (_, low) = await http.SendAsync("GET", FlowControl + "prioritylevelconfigurations/workload-low");
        Assert.That(system.Text("spec.limited.nominalConcurrencyShares"), Is.EqualTo("30"));
        Assert.That(low.Text("spec.limited.nominalConcurrencyShares"), Is.EqualTo("7"));
        Assert.That((await http.SendAsync("GET", FlowControl + "flowschemas/probes")).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task Mandatory_Deleted_StillCounts()
    {
        await using var cluster = await TestCluster.StartAsync();
        foreach (var path in new[] { "flowschemas/exempt", "flowschemas/catch-all", "prioritylevelconfigurations/exempt" })
        {
            Assert.That((await cluster.Http.SendAsync("DELETE", FlowControl + path)).Code, Is.EqualTo(200));
        }

        Assert.That((await cluster.Http.SendAsync("GET", ConfigMaps)).Code, Is.EqualTo(200));
        Assert.That((await cluster.HttpFor(new UserInfo("nobody")).SendAsync("GET", ConfigMaps)).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task FlowSchema_LevelMissing_DanglingUntilItComes()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var stop = new CancellationTokenSource();
        var informers = new InformerSet(cluster.Client, TimeProvider.System, NullLoggerFactory.Instance);
        var controller = new FlowSchemaController(new ControllerContext
        {
            ClientFor = _ => cluster.Client,
            ApiServer = cluster.Client,
            Informers = informers,
            Time = cluster.Clock,
            Loggers = NullLoggerFactory.Instance,
        });
        var running = Task.WhenAll(controller.RunAsync(stop.Token), informers.RunAsync(stop.Token));
        await CreateAsync(cluster, "flowschemas", Schema("one"));

        var dangling = await ConditionAsync(cluster, "True");
        await CreateAsync(cluster, "prioritylevelconfigurations", Level("""{"type":"Reject"}"""));
        var found = await ConditionAsync(cluster, "False");
        await stop.CancelAsync();
        try
        {
            await running;
        }
        catch (OperationCanceledException)
        {
            // The informers say so when they are stopped.
        }

        Assert.That(dangling.Reason, Is.EqualTo("NotFound"));
        Assert.That(dangling.Message, Is.EqualTo(
            "This FlowSchema references the PriorityLevelConfiguration object named \"one\" but there is no such object"));
        Assert.That(found.Reason, Is.EqualTo("Found"));
        Assert.That(found.Message, Is.EqualTo(
            "This FlowSchema references the PriorityLevelConfiguration object named \"one\" and it exists"));
    }

    private static async Task<V1FlowSchemaCondition> ConditionAsync(TestCluster cluster, string status)
    {
        var schema = await cluster.WaitForAsync<V1FlowSchema>(
            s => s.Metadata.Name == "one" && s.Status?.Conditions?.FirstOrDefault()?.Status == status);
        return schema.Status!.Conditions!.Single();
    }

    // Two seats for all; the level "one" has one of them and borrows none.
    private static async Task<TestCluster> OneSeatAsync(string response)
    {
        var cluster = await TestCluster.StartAsync(new TestClusterOptions
        {
            Configure = o => o with { MaxRequestsInFlight = 1, MaxMutatingRequestsInFlight = 1 },
        });
        await CreateAsync(cluster, "prioritylevelconfigurations", Level(response));
        await CreateAsync(cluster, "flowschemas", Schema("one"));
        return cluster;
    }

    private static async Task CreateAsync(TestCluster cluster, string resource, string body)
    {
        var (code, answer) = await cluster.Http.SendAsync("POST", FlowControl + resource, body);
        Assert.That(code, Is.EqualTo(201), answer.ToJsonString());
    }

    private static string Level(string response) => $$$"""
        {"apiVersion":"flowcontrol.apiserver.k8s.io/v1","kind":"PriorityLevelConfiguration","metadata":{"name":"one"},
        "spec":{"type":"Limited","limited":{"nominalConcurrencyShares":1,"borrowingLimitPercent":0,
        "limitResponse":{{{response}}} } } }
        """;

    private static string Schema(string level) => $$$"""
        {"apiVersion":"flowcontrol.apiserver.k8s.io/v1","kind":"FlowSchema","metadata":{"name":"one"},
        "spec":{"priorityLevelConfiguration":{"name":"{{{level}}}"},"matchingPrecedence":50,
        "rules":[{"subjects":[{"kind":"User","user":{"name":"alice"}}],"resourceRules":[{"verbs":["*"],"apiGroups":[""],
        "resources":["configmaps"],"namespaces":["*"]}]}]}}
        """;

    private static async Task<(string Level, string Schema)> UidsAsync(TestCluster cluster) => (
        (await cluster.Http.SendAsync("GET", FlowControl + "prioritylevelconfigurations/one")).Body.Text("metadata.uid"),
        (await cluster.Http.SendAsync("GET", FlowControl + "flowschemas/one")).Body.Text("metadata.uid"));

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();

    // The server says itself how many wait.
    private static async Task InQueueAsync(TestCluster cluster)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!(await cluster.Http.GetStringAsync("metrics", timeout.Token)).Contains(
            "apiserver_flowcontrol_current_inqueue_requests{priority_level=\"one\",flow_schema=\"one\"} 1\n",
            StringComparison.Ordinal))
        {
            await Task.Yield();
        }
    }

    /// <summary>A write whose body does not end: it holds its seat until this is disposed.</summary>
    private sealed class StalledWrite(StalledBody body, Task<HttpResponseMessage> answer) : IAsyncDisposable
    {
        public static async Task<StalledWrite> BeginAsync(HttpClient http)
        {
            var body = new StalledBody(ApiTestClient.ConfigMap("stalled"));
            var request = new HttpRequestMessage(HttpMethod.Post, ConfigMaps) { Content = new StreamContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            var write = new StalledWrite(body, http.SendAsync(request));

            // The server reads a body only once it has let the request in.
            await body.Stalled;
            return write;
        }

        public async ValueTask DisposeAsync()
        {
            body.GoOn();
            using var response = await answer;
        }
    }
}
