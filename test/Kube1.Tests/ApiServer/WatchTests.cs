using System.Text.Json.Nodes;
using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>Watches over the in-memory transport.</summary>
public sealed class WatchTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";

    private TestCluster _cluster = null!;

    [SetUp]
    public async Task SetUp() => _cluster = await TestCluster.StartAsync();

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [Test]
    public async Task Watch_FromNow_SeesWholeLifeOfObject()
    {
        await using var watch = await WatchLines.OpenAsync(_cluster.Http, ConfigMaps + "?watch=1");
        await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));
        await _cluster.Http.SendAsync("PUT", ConfigMaps + "/a", ApiTestClient.ConfigMap("a", "b"));
        await _cluster.Http.SendAsync("DELETE", ConfigMaps + "/a");

        Assert.That(await watch.NextAsync(), Is.EqualTo("ADDED a"));
        Assert.That(await watch.NextAsync(), Is.EqualTo("MODIFIED a"));
        Assert.That(await watch.NextAsync(), Is.EqualTo("DELETED a"));
    }

    [Test]
    public async Task Watch_LabelSelector_LeavingIsDeletedEnteringIsAdded()
    {
        await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a", labels: "\"x\":\"1\""));
        await using var watch = await WatchLines.OpenAsync(_cluster.Http, ConfigMaps + "?watch=1&labelSelector=x%3D1");
        await _cluster.Http.SendAsync("PUT", ConfigMaps + "/a", ApiTestClient.ConfigMap("a"));
        await _cluster.Http.SendAsync("PUT", ConfigMaps + "/a", ApiTestClient.ConfigMap("a", labels: "\"x\":\"1\""));

        Assert.That(await watch.NextAsync(), Is.EqualTo("ADDED a"));
        Assert.That(await watch.NextAsync(), Is.EqualTo("DELETED a"));
        Assert.That(await watch.NextAsync(), Is.EqualTo("ADDED a"));
    }

    [Test]
    public async Task Watch_SendInitialEvents_EndsWithAnnotatedBookmark()
    {
        await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));

        await using var watch = await WatchLines.OpenAsync(
            _cluster.Http,
            ConfigMaps + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");

        Assert.That(await watch.NextAsync(), Is.EqualTo("ADDED a"));
        var bookmark = await watch.NextObjectAsync();
        Assert.That(bookmark.Text("type"), Is.EqualTo("BOOKMARK"));
        Assert.That(
            bookmark["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.GetValue<string>(),
            Is.EqualTo("true"));
        Assert.That(bookmark["object"]!["metadata"]!.AsObject().Select(m => m.Key), Is.EqualTo(
            new[] { "resourceVersion", "annotations" }));
    }

    [TestCase("None", "PartialObjectMetadata")]
    [TestCase("Metadata", "PartialObjectMetadata")]
    [TestCase("Object", "ConfigMap")]
    public async Task Watch_SendInitialEventsInTables_TheEndIsMarkedWhateverIsIncluded(string include, string kind)
    {
        await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));

        await using var watch = await WatchLines.OpenAsync(
            _cluster.Http,
            ConfigMaps + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
            + "&includeObject=" + include,
            "application/json;as=Table;v=v1;g=meta.k8s.io");
        var added = await watch.NextObjectAsync();
        var bookmark = await watch.NextObjectAsync();
        var row = bookmark["object"]!["rows"]![0]!["object"]!.AsObject();

        Assert.That(added["object"]!["rows"]![0]!.AsObject().ContainsKey("object"), Is.EqualTo(include != "None"));
        Assert.That(row.Text("kind"), Is.EqualTo(kind));
        Assert.That((string?)row["metadata"]!["annotations"]!["k8s.io/initial-events-end"], Is.EqualTo("true"));
    }

    [Test]
    public async Task Watch_WithoutRevision_StateThenTheSameBookmark()
    {
        await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));

        await using var watch = await WatchLines.OpenAsync(
            _cluster.Http, ConfigMaps + "?watch=1&allowWatchBookmarks=true");

        Assert.That(await watch.NextAsync(), Is.EqualTo("ADDED a"));
        var bookmark = await watch.NextObjectAsync();
        Assert.That(bookmark.Text("type"), Is.EqualTo("BOOKMARK"));
        Assert.That(
            (string?)bookmark["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"], Is.EqualTo("true"));
    }

    [Test]
    public async Task Watch_WritesRightAfterTheAnswer_AreAllSeen()
    {
        // A watch that begins a moment after its answer loses some of these.
        for (var i = 0; i < 200; i++)
        {
            await using var watch = await WatchLines.OpenAsync(
                _cluster.Http, ConfigMaps + $"?watch=1&fieldSelector=metadata.name%3Dn{i}");
            await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("n" + i));
            await _cluster.Http.SendAsync("DELETE", ConfigMaps + "/n" + i);

            Assert.That(await watch.NextAsync(), Is.EqualTo("ADDED n" + i));
            Assert.That(await watch.NextAsync(), Is.EqualTo("DELETED n" + i));
        }
    }

    [TestCase("&sendInitialEvents=true", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")]
    [TestCase("&resourceVersion=1&resourceVersionMatch=NotOlderThan", "is forbidden for watch unless sendInitialEvents is provided")]
    [TestCase("&sendInitialEvents=true&resourceVersionMatch=Exact", "Unsupported value: \"Exact\": supported values: \"NotOlderThan\"")]
    public async Task Watch_BadOptions_Refused(string query, string message)
    {
        var (code, status) = await _cluster.Http.SendAsync("GET", ConfigMaps + "?watch=1" + query);

        Assert.That(code, Is.EqualTo(422));
        Assert.That(status.Text("message"), Does.Contain(message));
    }

    [Test]
    public async Task Watch_StateOfAFutureRevision_ErrorEvent()
    {
        var opening = WatchLines.OpenAsync(
            _cluster.Http,
            ConfigMaps + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=1000000"
            + "&timeoutSeconds=1000000000");
        await using var watch = await _cluster.Time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), opening);
        var error = await watch.NextObjectAsync();
        Assert.That(error.Text("type"), Is.EqualTo("ERROR"));
        Assert.That(error.Text("object.code"), Is.EqualTo("504"));
    }

    [Test]
    public async Task Watch_AfterAMinute_Bookmark()
    {
        await using var watch = await WatchLines.OpenAsync(
            _cluster.Http, ConfigMaps + "?watch=1&allowWatchBookmarks=true&timeoutSeconds=1000000000");
        Assert.That((await watch.NextObjectAsync()).Text("type"), Is.EqualTo("BOOKMARK"), "the end of the state");
        await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));
        Assert.That(await watch.NextAsync(), Is.EqualTo("ADDED a"));

        var next = await _cluster.Time.AdvanceUntilAsync(TimeSpan.FromMinutes(1), watch.NextObjectAsync());

        Assert.That(next.Text("type"), Is.EqualTo("BOOKMARK"));
    }

    [Test]
    public async Task Watch_ThousandWatchers_AllSeeTheEvent()
    {
        var watches = await Task.WhenAll(Enumerable.Range(0, 1000).Select(
            _ => WatchLines.OpenAsync(_cluster.Http, ConfigMaps + "?watch=1")));
        await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));

        var seen = await Task.WhenAll(watches.Select(w => w.NextAsync()));

        Assert.That(seen, Is.All.EqualTo("ADDED a"));
        foreach (var watch in watches)
        {
            await watch.DisposeAsync();
        }
    }
}
