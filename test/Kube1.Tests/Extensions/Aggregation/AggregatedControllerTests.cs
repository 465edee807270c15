using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Controllers.GarbageCollectors;
using Kube1.Controllers.Namespaces;
using Kube1.Tests.ApiServer;
using Microsoft.AspNetCore.Http;

namespace Kube1.Tests.Extensions.Aggregation;

/// <summary>The controllers that work on all resources reach those of other servers too, and outlive bad ones.</summary>
public sealed class AggregatedControllerTests
{
    private const string Namespaces = "api/v1/namespaces";

    private AggregationCluster _cluster = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _cluster = await AggregationCluster.StartAsync();
        await _cluster.RegisterAsync();
    }

    [TearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task Namespace_Deleted_TakesObjectsOfOtherServersWithIt()
    {
        await _cluster.Secure.CreateAsync(Namespaces, """{"metadata":{"name":"doomed"}}""");
        await _cluster.Secure.CreateAsync("apis/example.org/v1/namespaces/doomed/flunders", """{"metadata":{"name":"a"}}""");
        await _cluster.Secure.CreateAsync(AggregationCluster.Flunders, """{"metadata":{"name":"b"}}""");
        await using var running = RunningController.Start(_cluster.Cluster, context => new NamespaceController(context));
        await _cluster.Admin.SendAsync("DELETE", Namespaces + "/doomed");
        await _cluster.AskUntilAsync(Namespaces + "/doomed", n => n.Text("code") == "404");

        var (_, left) = await _cluster.Admin.SendAsync("GET", "apis/example.org/v1/flunders");
        Assert.That(left["items"]!.AsArray().Select(f => (string)f!["metadata"]!["name"]!), Is.EqualTo(new[] { "b" }));
        // As often as the controller had to try.
        Assert.That(
            _cluster.Server.Requests.Where(r => r.Method == "DELETE").Select(r => r.Target).Distinct(),
            Is.EqualTo(new[] { "/apis/example.org/v1/namespaces/doomed/flunders" }));
    }

    [TestCase(503, "text/plain", "away")]
    [TestCase(200, "application/json", "{\"resources\":[{\"name\":7}]}")]
    [TestCase(200, "application/json", "no JSON")]
    public async Task Namespace_ServerThatCannotTell_KeepsItAndIsToldOf(int code, string type, string body)
    {
        _cluster.Server.On("/apis/example.org/v1", code, body, type);
        await _cluster.Secure.CreateAsync(Namespaces, """{"metadata":{"name":"doomed"}}""");
        await _cluster.Secure.CreateAsync("api/v1/namespaces/doomed/configmaps", ApiTestClient.ConfigMap("a"));
        await using var running = RunningController.Start(_cluster.Cluster, context => new NamespaceController(context));
        await _cluster.Admin.SendAsync("DELETE", Namespaces + "/doomed");
        var ns = await _cluster.Cluster.WaitForAsync<V1Namespace>(n =>
            n.Status?.Conditions?.Any(c => c.Type == "NamespaceDeletionDiscoveryFailure" && c.Status == "True") == true);

        Assert.That(
            ns.Status!.Conditions!.Single(c => c.Type == "NamespaceDeletionDiscoveryFailure").Message,
            Does.StartWith("Discovery failed for some groups, 1 failing: example.org/v1: "));
        Assert.That((await _cluster.Admin.SendAsync("GET", "api/v1/namespaces/doomed/configmaps/a")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Owner_InAnotherServerDeleted_TakesItsDependentsWithIt()
    {
        // As a server of an older release: it knows no watch that starts with what is there.
        var gone = new TaskCompletionSource();
        JsonObject? owner = null;
        _cluster.Server.On("/apis/example.org/v1", 200, """
            {"kind":"APIResourceList","resources":[{"name":"flunders","namespaced":true,"kind":"Flunder","verbs":["delete","get","list","watch"]}]}
            """);
        _cluster.Server.On("/apis/example.org/v1/flunders", async context =>
        {
            if (context.Request.Query.ContainsKey("sendInitialEvents"))
            {
                context.Response.StatusCode = 422;
            }
            else if (context.Request.Query.ContainsKey("watch"))
            {
                await gone.Task;
                await context.Response.WriteAsync(
                    new JsonObject { ["type"] = "DELETED", ["object"] = owner!.DeepClone() }.ToJsonString() + "\n");
                await context.Response.Body.FlushAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            }
            else
            {
                await context.Response.WriteAsync(new JsonObject
                {
                    ["kind"] = "FlunderList",
                    ["metadata"] = new JsonObject { ["resourceVersion"] = "5" },
                    ["items"] = new JsonArray(owner!.DeepClone()),
                }.ToJsonString());
            }
        });
        (_, owner) = await _cluster.Admin.SendAsync("POST", AggregationCluster.Flunders, """{"metadata":{"name":"owner"}}""");
        await _cluster.Secure.CreateAsync(
            "api/v1/namespaces/default/configmaps",
            """{"metadata":{"name":"owned","ownerReferences":[{"apiVersion":"example.org/v1","kind":"Flunder","name":"owner","uid":"UID"}]}}"""
                .Replace("UID", owner.Text("metadata.uid"), StringComparison.Ordinal));
        await using var running = RunningController.Start(_cluster.Cluster, context => new GarbageCollector(context));
        await _cluster.Admin.SendAsync("DELETE", AggregationCluster.Flunders + "/owner");
        gone.SetResult();

        await _cluster.AskUntilAsync("api/v1/namespaces/default/configmaps/owned", m => m.Text("code") == "404");
    }
}
