using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>Too old, too late: 410, 504 and clients that leave.</summary>
public sealed class LimitTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";

    /// <summary>So many may the server arm of its own after it has started, and has not when a test counts them first.</summary>
    private const int OwnTimers = 8;

    [Test]
    public async Task History_RunOut_GoneInEachForm()
    {
        await using var cluster = await TestCluster.StartAsync();
        var http = cluster.Http;
        foreach (var name in new[] { "a", "b", "c" })
        {
            await http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap(name));
        }

        var (_, page) = await http.SendAsync("GET", ConfigMaps + "?limit=2");
        var revision = page.Text("metadata.resourceVersion");
        await OutgrowHistoryAsync(http);

        var next = ConfigMaps + "?limit=2&continue=" + Uri.EscapeDataString(page.Text("metadata.continue"));
        var (continueCode, expired) = await http.SendAsync("GET", next);
        var (restCode, rest) = await http.SendAsync(
            "GET", ConfigMaps + "?limit=2&continue=" + Uri.EscapeDataString(expired.Text("metadata.continue")));
        var (exactCode, exact) = await http.SendAsync(
            "GET", ConfigMaps + "?resourceVersionMatch=Exact&resourceVersion=" + revision);
        using var watch = await http.SendRawAsync("GET", ConfigMaps + "?watch=1&resourceVersion=" + revision);
        using var reader = new StreamReader(await watch.Content.ReadAsStreamAsync());
        var line = (await reader.ReadLineAsync())!;

        Assert.That(continueCode, Is.EqualTo(410));
        Assert.That(expired.Text("reason"), Is.EqualTo("Expired"));
        Assert.That(restCode, Is.EqualTo(200), rest.ToJsonString());
        Assert.That(rest.Text("items.0.metadata.name"), Is.EqualTo("c"));
        Assert.That(exactCode, Is.EqualTo(410), exact.ToJsonString());
        Assert.That((int)watch.StatusCode, Is.EqualTo(200));
        Assert.That(line, Does.Contain("\"type\":\"ERROR\"").And.Contain("\"code\":410"));
        Assert.That(line, Does.Match($"too old resource version: {revision} \\(\\d+\\)"));
    }

    [Test]
    public async Task List_RevisionStillToCome_TimesOut()
    {
        await using var cluster = await TestCluster.StartAsync();
        var (code, status) = await cluster.Time.AdvanceUntilAsync(
            TimeSpan.FromSeconds(1), cluster.Http.SendAsync("GET", ConfigMaps + "?resourceVersion=100000"));

        Assert.That(code, Is.EqualTo(504));
        Assert.That(status.Text("message"), Does.StartWith("Timeout: Too large resource version: 100000, current: "));
        Assert.That(status.Text("details.causes.0.reason"), Is.EqualTo("ResourceVersionTooLarge"));
    }

    [Test]
    public async Task Watch_CallerGone_RequestEnds()
    {
        await using var cluster = await TestCluster.StartAsync();
        var idle = cluster.Time.ArmedTimers;
        var watches = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(_ => cluster.Http.SendRawAsync("GET", ConfigMaps + "?watch=1")));
        Assert.That(cluster.Time.ArmedTimers, Is.GreaterThanOrEqualTo(idle + 50), "a watch has its time-out");

        foreach (var watch in watches)
        {
            watch.Dispose();
        }

        await EventuallyAsync(() => cluster.Time.ArmedTimers <= idle + OwnTimers);
    }

    [Test]
    public async Task Watch_CancelledBeforeItsAnswerIsTaken_RequestEnds()
    {
        await using var cluster = await TestCluster.StartAsync();
        var idle = cluster.Time.ArmedTimers;
        for (var i = 0; i < 200; i++)
        {
            using var cancel = new CancellationTokenSource();
            using var request = new HttpRequestMessage(HttpMethod.Get, ConfigMaps + "?watch=1");
            var sending = cluster.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel.Token);
            await cancel.CancelAsync();
            try
            {
                (await sending).Dispose();
            }
            catch (OperationCanceledException)
            {
                // Cancelled before the head was there: what this test is about.
            }
        }

        await EventuallyAsync(() => cluster.Time.ArmedTimers <= idle + OwnTimers);
    }

    // The history holds 8192 events or 16 MiB of them: a few fat updates outgrow it.
    internal static async Task OutgrowHistoryAsync(HttpClient http)
    {
        var fat = new string('x', 900_000);
        for (var i = 0; i < 40; i++)
        {
            var (code, _) = await http.SendAsync("PUT", ConfigMaps + "/a", ApiTestClient.ConfigMap("a", i + fat));
            Assert.That(code, Is.EqualTo(200));
        }
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            timeout.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
