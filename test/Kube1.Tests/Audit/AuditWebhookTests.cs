using System.Diagnostics;
using System.Text.Json.Nodes;
using Kube1.ApiServer.Audit;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Audit;

/// <summary>Events that are sent to a real HTTPS server: batches, retries, and who waits for whom.</summary>
public sealed class AuditWebhookTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    private const string Policy = "omitStages: [RequestReceived]\nrules: [{level: Metadata}]";

    /// <summary>So many are on their way at a time; see WebhookOutput.</summary>
    private const int BatchesAtOnce = 32;

    /// <summary>The connections are real, so the pauses are too: long enough to be told from none.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private AuditServer _server = null!;

    [SetUp]
    public async Task SetUp() => _server = await AuditServer.StartAsync();

    [TearDown]
    public async Task TearDown() => await _server.DisposeAsync();

    [Test]
    public async Task Batch_ThatIsFull_IsSentAsAList()
    {
        await using var cluster = await StartAsync(d => d with { MaxBatchSize = 2, MaxBatchWait = TimeSpan.FromHours(1) });
        await cluster.Admin.SendAsync("GET", ConfigMaps + "/a");
        await cluster.Admin.SendAsync("GET", ConfigMaps + "/b");

        var list = await _server.NextAsync();

        Assert.That(list.Text("kind") + list.Text("apiVersion") + list["metadata"], Is.EqualTo("EventListaudit.k8s.io/v1{}"));
        Assert.That(Names(list), Is.EqualTo(["a", "b"]));
        Assert.That(list["items"]!.AsArray().Select(i => i!["kind"]), Has.All.Null);
        Assert.That(_server.Requests, Is.EqualTo(["/events?timeout=30s application/json"]));
    }

    [Test]
    public async Task Batch_ThatIsNotFull_IsSentInTimeAndAtTheStop()
    {
        await using var cluster = await StartAsync(d => d with { MaxBatchWait = Pause });
        var sent = Stopwatch.GetTimestamp();
        await cluster.Admin.SendAsync("GET", ConfigMaps + "/a");
        Assert.That(Names(await _server.NextAsync()), Is.EqualTo(["a"]));
        Assert.That(Stopwatch.GetElapsedTime(sent), Is.AtLeast(Pause));

        await cluster.Admin.SendAsync("GET", ConfigMaps + "/b");
        await cluster.StopAsync();

        Assert.That(Names(await _server.NextAsync()), Is.EqualTo(["b"]));
    }

    [Test]
    public async Task Batches_TooLarge_AreSplitWhenTruncating()
    {
        await using var cluster = await StartAsync(d => d with
        {
            TruncateEnabled = true, TruncateMaxEventBytes = 4000, TruncateMaxBatchBytes = 5000,
        });
        foreach (var name in "abc")
        {
            await cluster.Admin.SendAsync("GET", $"{ConfigMaps}/{name}?{new string('x', 1500)}");
        }

        await cluster.StopAsync();

        Assert.That(
            new[] { Names(await _server.NextAsync()).Count, Names(await _server.NextAsync()).Count }.Order(), Is.EqualTo([1, 2]));
    }

    [Test]
    public async Task Failure_OfTheServer_IsTriedAgainAfterABackoff()
    {
        var refusals = 1;
        _server.Answer = () => Task.FromResult(Interlocked.Decrement(ref refusals) >= 0 ? 503 : 200);
        await using var cluster = await StartAsync(d => d with { MaxBatchSize = 1 }, backoff: Pause);
        var sent = Stopwatch.GetTimestamp();
        await cluster.Admin.SendAsync("GET", ConfigMaps + "/a");

        Assert.That(Names(await _server.NextAsync()), Is.EqualTo(["a"]));
        Assert.That(_server.Requests, Has.Count.EqualTo(2));
        Assert.That(Stopwatch.GetElapsedTime(sent), Is.AtLeast(Pause));
    }

    [Test]
    public async Task Server_ThatHangs_HoldsNoRequestInBatchMode()
    {
        var gate = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Answer = () => gate.Task;
        await using var cluster = await StartAsync(d => d with { MaxBatchSize = 1, BufferSize = 4, ThrottleEnabled = false });

        // Far more than may wait or be on their way: the rest is lost, and nobody is held up.
        for (var i = 0; i < 60; i++)
        {
            var (code, _) = await cluster.Admin.SendAsync("GET", $"{ConfigMaps}/{i}");
            Assert.That(code, Is.EqualTo(404));
        }

        var (_, metrics) = await cluster.Admin.SendAsync("GET", "metrics");
        Assert.That(metrics.Text("text"), Does.Contain("apiserver_audit_error_total{plugin=\"buffered\"}"));
        gate.SetResult(200);
        Assert.That(Names(await _server.NextAsync()), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Server_ThatHangs_HoldsUpTheStopOnlyOnce()
    {
        var gate = new TaskCompletionSource<int>();
        _server.Answer = () => gate.Task;
        await using var cluster = await StartAsync(d => d with { MaxBatchSize = 1, ThrottleEnabled = false });
        for (var i = 0; i < 100; i++)
        {
            await cluster.Admin.SendAsync("GET", $"{ConfigMaps}/{i}");
        }

        await cluster.StopAsync();

        // A second turn, of those that found no place in the first, would hold up as long again.
        lock (_server.Requests)
        {
            Assert.That(_server.Requests, Has.Count.AtMost(BatchesAtOnce));
        }

        gate.SetResult(200);
    }

    [Test]
    public async Task Server_ThatHangs_HoldsRequestsInBlockingMode()
    {
        var (arrived, gate) = (new TaskCompletionSource(), new TaskCompletionSource<int>());
        _server.Answer = () =>
        {
            arrived.TrySetResult();
            return gate.Task;
        };
        await using var cluster = await StartAsync(d => d with { Mode = "blocking" }, "rules: [{level: Metadata}]");

        var request = cluster.Admin.SendAsync("GET", ConfigMaps + "/a");
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.That(request.IsCompleted, Is.False, "the event of its receipt is not written yet");
        gate.SetResult(200);

        Assert.That((await request).Code, Is.EqualTo(404));
        Assert.That((await _server.NextAsync()).Text("items.0.stage"), Is.EqualTo("RequestReceived"));
    }

    [TestCase("blocking", 404)]
    [TestCase("blocking-strict", 500)]
    public async Task Server_ThatRefuses_RefusesRequestsOnlyWhenStrict(string mode, int expected)
    {
        await using var cluster = await StartAsync(
            d => d with { Mode = mode }, "rules: [{level: Metadata, users: [jane]}]", TimeSpan.Zero, "wrong");
        await cluster.Secure.CreateAsync(
            "apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
            """{"metadata":{"name":"jane"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"},"subjects":[{"kind":"User","name":"jane"}]}""");

        var (code, _) = await cluster.Secure.As("jane").SendAsync("GET", ConfigMaps + "/a");

        Assert.That(code, Is.EqualTo(expected));
        Assert.That(_server.Requests, Has.Count.AtLeast(5), "each event is tried five times");
    }

    [Test]
    public async Task Watch_ThatIsRefusedUnlogged_MakesNoMoreEvents()
    {
        await using var cluster = await StartAsync(
            d => d with { Mode = "blocking-strict" }, "rules: [{level: Metadata, verbs: [watch]}]", TimeSpan.Zero, "wrong");

        var (code, answer) = await cluster.Admin.SendAsync("GET", ConfigMaps + "?watch=true");
        await cluster.StopAsync();

        Assert.That(code, Is.EqualTo(500));
        Assert.That(answer.Text("text"), Does.EndWith(": failed to store audit event\n"));
        Assert.That(_server.Requests, Has.Count.EqualTo(5), "its receipt alone is tried");
    }

    private Task<AuditedCluster> StartAsync(
        Func<AuditDeliveryOptions, AuditDeliveryOptions> change, string policy = Policy, TimeSpan? backoff = null,
        string? token = null)
    {
        var webhook = new AuditWebhookOptions
        {
            ConfigFile = token is null ? _server.Kubeconfig() : _server.Kubeconfig(token),
        };
        webhook = webhook with
        {
            Delivery = change(webhook.Delivery), InitialBackoff = backoff ?? webhook.InitialBackoff,
        };
        return AuditedCluster.StartAsync(policy, o => o with { Log = new(), Webhook = webhook }, auditTime: TimeProvider.System);
    }

    private static List<string> Names(JsonObject list) =>
        [.. list["items"]!.AsArray().Select(i => i!.AsObject().Text("objectRef.name"))];
}
