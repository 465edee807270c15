using System.Text.Json.Nodes;
using Kube1.Testing;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Extensions.Aggregation;

/// <summary>What discovery tells of group versions that other servers serve.</summary>
public sealed class AggregatedDiscoveryTests
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private AggregationCluster _cluster = null!;

    [SetUp]
    public async Task StartAsync() => _cluster = await AggregationCluster.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task Legacy_RemoteGroup_IsThereInItsPlace()
    {
        await _cluster.RegisterAsync();
        var (_, groups) = await _cluster.Admin.SendAsync("GET", "apis");
        var (_, group) = await _cluster.Admin.SendAsync("GET", "apis/example.org");
        var (_, resources) = await _cluster.Admin.SendAsync("GET", "apis/example.org/v1");
        var (_, root) = await _cluster.Admin.SendAsync("GET", "");
        var names = groups["groups"]!.AsArray().Select(g => (string)g!["name"]!).ToList();

        Assert.That(names[0], Is.EqualTo("apiregistration.k8s.io"));
        Assert.That(names[^1], Is.EqualTo("example.org"));
        Assert.That(group.ToJsonString(), Is.EqualTo(
            """{"kind":"APIGroup","apiVersion":"v1","name":"example.org","versions":[{"groupVersion":"example.org/v1","version":"v1"}],"preferredVersion":{"groupVersion":"example.org/v1","version":"v1"}}"""));
        Assert.That(resources["resources"]!.AsArray().Select(r => (string)r!["name"]!), Is.EqualTo(new[] { "flunders", "flunders/status" }));
        Assert.That(
            root["paths"]!.AsArray().Select(p => (string)p!), Is.SupersetOf(new[] { "/apis/example.org", "/apis/example.org/v1" }));
    }

    [Test]
    public async Task Order_FollowsThePriorities()
    {
        await _cluster.AddServiceAsync();
        foreach (var (group, version, groupPriority, versionPriority) in new[]
        {
            ("z.example.org", "v1", 17790, 10), ("a.example.org", "v1", 100, 10), ("a.example.org", "v2alpha1", 50, 20),
            ("a.example.org", "v1beta1", 50, 10),
        })
        {
            await _cluster.AddApiServiceAsync(
                $"\"group\":\"{group}\",\"version\":\"{version}\",\"groupPriorityMinimum\":{groupPriority},\"versionPriority\":{versionPriority}");
        }

        var (_, legacy) = await _cluster.Admin.SendAsync("GET", "apis");
        var (_, aggregated) = await _cluster.Admin.SendAsync("GET", "apis", accept: Aggregated);
        var names = legacy["groups"]!.AsArray().Select(g => (string)g!["name"]!).ToList();
        var a = legacy["groups"]!.AsArray().Single(g => (string?)g!["name"] == "a.example.org")!;

        Assert.That(names.Take(3), Is.EqualTo(new[] { "apiregistration.k8s.io", "apps", "z.example.org" }));
        Assert.That(names[^1], Is.EqualTo("a.example.org"));
        Assert.That(
            a["versions"]!.AsArray().Select(v => (string)v!["version"]!), Is.EqualTo(new[] { "v2alpha1", "v1", "v1beta1" }));
        Assert.That((string?)a["preferredVersion"]!["version"], Is.EqualTo("v2alpha1"));
        Assert.That(aggregated["items"]!.AsArray().Select(g => (string)g!["metadata"]!["name"]!), Is.EqualTo(names));
    }

    [Test]
    public async Task Aggregated_RemoteVersion_IsTakenOver_AndStaleWhileItsServerIsAway()
    {
        await _cluster.RegisterAsync();
        var current = await VersionAsync(v => (string?)v["freshness"] == "Current");
        Assert.That(current.ToJsonString(), Is.EqualTo(
            """{"version":"v1","resources":[{"resource":"flunders","responseKind":{"group":"example.org","version":"v1","kind":"Flunder"},"scope":"Namespaced","singularResource":"flunder","verbs":["create","delete","deletecollection","get","list","watch"],"shortNames":["fl"],"categories":["all"],"subresources":[{"subresource":"status","responseKind":{"group":"","version":"","kind":""},"verbs":["get"]}]}],"freshness":"Current"}"""));

        _cluster.Server.On("/apis", 503, "{}");
        var stale = await _cluster.Time.AdvanceUntilAsync(
            TimeSpan.FromMinutes(1), VersionAsync(v => (string?)v["freshness"] == "Stale"));
        Assert.That(stale.ToJsonString(), Is.EqualTo("""{"version":"v1","freshness":"Stale"}"""));
    }

    [Test]
    public async Task Aggregated_SecondRead_AsksWithTheEntityTag()
    {
        var asked = new List<string>();
        _cluster.Server.On("/apis", context =>
        {
            lock (asked)
            {
                asked.Add(context.Request.Headers.IfNoneMatch.ToString());
            }

            context.Response.Headers.ETag = "\"T1\"";
            if (context.Request.Headers.IfNoneMatch == "\"T1\"")
            {
                context.Response.StatusCode = 304;
                return Task.CompletedTask;
            }

            context.Response.ContentType = Aggregated;
            return Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(
                context.Response,
                """{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[{"metadata":{"name":"example.org"},"versions":[{"version":"v1","resources":[{"resource":"gophers","scope":"Cluster","verbs":["get"]}]}]}]}""");
        });
        await _cluster.RegisterAsync();
        var before = await VersionAsync(v => v["resources"] is not null);
        lock (asked)
        {
            asked.Clear();
        }

        await _cluster.Time.AdvanceUntilAsync(TimeSpan.FromMinutes(1), _cluster.AskUntilAsync("apis", _ =>
        {
            lock (asked)
            {
                return asked.Count > 0;
            }
        }));
        lock (asked)
        {
            Assert.That(asked[0], Is.EqualTo("\"T1\""));
        }

        await _cluster.Time.AdvanceUntilAsync(
            TimeSpan.FromMinutes(1), VersionAsync(v => v.ToJsonString() == before.ToJsonString()));
    }

    [Test]
    public async Task Aggregated_ServerWithLegacyDiscoveryOnly_IsConverted()
    {
        _cluster.Server.On("/apis", 200, """{"kind":"APIGroupList","groups":[]}""");
        await _cluster.RegisterAsync();
        var version = await VersionAsync(v => v["resources"] is not null);

        Assert.That(version.ToJsonString(), Is.EqualTo(
            """{"version":"v1","resources":[{"resource":"flunders","responseKind":{"group":"","version":"","kind":"Flunder"},"scope":"Namespaced","singularResource":"flunder","verbs":["create","delete","deletecollection","get","list"],"shortNames":["fl"],"subresources":[{"subresource":"status","responseKind":{"group":"","version":"","kind":"Flunder"},"verbs":["get"]}]}],"freshness":"Current"}"""));
    }

    [Test]
    public async Task Aggregated_BuiltInGroupTakenOver_IsTheOtherServers()
    {
        await _cluster.AddServiceAsync();
        await _cluster.AddEndpointsAsync();
        var (_, service) = await _cluster.Admin.SendAsync("GET", AggregationCluster.ApiServices + "/v1.policy");
        service["metadata"]!["labels"] = null;
        service["spec"]!["service"] = new JsonObject { ["namespace"] = "default", ["name"] = "api" };
        service["spec"]!["caBundle"] = _cluster.Server.CaBundle;
        _cluster.Server.On("/apis/policy/v1", 200, """{"kind":"APIResourceList","resources":[{"name":"laws","kind":"Law","verbs":["get"]}]}""");
        _cluster.Server.On("/apis", 404, "{}");
        await _cluster.Admin.SendAsync("PUT", AggregationCluster.ApiServices + "/v1.policy", service.ToJsonString());
        await _cluster.WaitForAsync("True", "Passed", "v1.policy");

        var (_, legacy) = await _cluster.Admin.SendAsync("GET", "apis/policy/v1");
        var version = await VersionAsync(v => v["resources"]?[0]?["resource"]?.ToString() == "laws", "policy");
        Assert.That(legacy["resources"]!.AsArray().Select(r => (string)r!["name"]!), Is.EqualTo(new[] { "laws" }));
        Assert.That((string?)version["freshness"], Is.EqualTo("Current"));
        Assert.That((await _cluster.Admin.SendAsync("GET", "apis/policy/v1/poddisruptionbudgets")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task ApiService_Deleted_TakesItsGroupAway()
    {
        await _cluster.RegisterAsync();
        await VersionAsync(v => v["resources"] is not null);
        await _cluster.Admin.SendAsync("DELETE", AggregationCluster.ApiServices + "/" + AggregationCluster.Name);

        var (_, list) = await _cluster.Admin.SendAsync("GET", "apis", accept: Aggregated);
        Assert.That(list["items"]!.AsArray().Select(g => (string)g!["metadata"]!["name"]!), Has.None.EqualTo(ExtensionServer.Group));
        Assert.That((await _cluster.Admin.SendAsync("GET", "apis/example.org")).Code, Is.EqualTo(404));
        Assert.That((await _cluster.Admin.SendAsync("GET", AggregationCluster.Flunders)).Code, Is.EqualTo(404));
    }

    private async Task<JsonObject> VersionAsync(Func<JsonObject, bool> isWanted, string group = ExtensionServer.Group)
    {
        var list = await _cluster.AskUntilAsync("apis", l => Find(l, group) is { } v && isWanted(v), Aggregated);
        return Find(list, group)!;
    }

    private static JsonObject? Find(JsonObject list, string group) => list["items"]?.AsArray()
        .FirstOrDefault(g => (string?)g!["metadata"]!["name"] == group)?["versions"]![0]!.AsObject();
}
