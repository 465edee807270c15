using Kube1.Api.Models;
using Kube1.Controllers.GarbageCollectors;
using Kube1.Controllers.Namespaces;
using Kube1.Testing;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Extensions.CustomResources;

/// <summary>The controllers that work on all resources hear of custom ones, whatever their version.</summary>
public sealed class CustomResourceControllerTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";

    // In a group whose preferred version is another one's.
    private const string Alpha = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"alphas.stable.example.com"},
         "spec":{"group":"stable.example.com","scope":"Namespaced","names":{"plural":"alphas","kind":"Alpha"},
          "versions":[{"name":"v1alpha1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
        """;

    [Test]
    public async Task Namespace_Deleted_TakesCustomObjectsWithIt()
    {
        await using var cluster = await TestCluster.StartAsync(new TestClusterOptions { Time = TimeProvider.System });
        var server = new CustomResourceServer(cluster);
        await server.DefineAsync(CustomResourceServer.Crontab);
        await server.DefineAsync(Alpha);
        await using var running = RunningController.Start(cluster, context => new NamespaceController(context));
        await server.ExpectAsync(201, "POST", "api/v1/namespaces", """{"metadata":{"name":"doomed"}}""");
        await server.ExpectAsync(
            201, "POST", "apis/stable.example.com/v1/namespaces/doomed/crontabs", CustomResourceServer.Object("a"));
        await server.ExpectAsync(
            201, "POST", "apis/stable.example.com/v1alpha1/namespaces/doomed/alphas",
            """{"apiVersion":"stable.example.com/v1alpha1","kind":"Alpha","metadata":{"name":"a"}}""");
        await using var crontabs = await WatchStream.OpenAsync(cluster.Http, "apis/stable.example.com/v1/crontabs?watch=1&resourceVersion=0");
        await using var alphas = await WatchStream.OpenAsync(cluster.Http, "apis/stable.example.com/v1alpha1/alphas?watch=1&resourceVersion=0");

        await server.ExpectAsync(200, "DELETE", "api/v1/namespaces/doomed");

        Assert.That(
            new[] { await crontabs.NextTextAsync(), await crontabs.NextTextAsync() },
            Is.EqualTo(new[] { "ADDED a v1", "DELETED a v1" }));
        Assert.That(
            new[] { await alphas.NextTextAsync(), await alphas.NextTextAsync() },
            Is.EqualTo(new[] { "ADDED a v1alpha1", "DELETED a v1alpha1" }));
    }

    [Test]
    public async Task Owner_CustomObjectDeleted_TakesItsDependentsWithIt()
    {
        await using var cluster = await TestCluster.StartAsync(new TestClusterOptions { Time = TimeProvider.System });
        var server = new CustomResourceServer(cluster);
        await using var running = RunningController.Start(cluster, context => new GarbageCollector(context));
        await server.DefineAsync(Alpha);
        const string alphas = "apis/stable.example.com/v1alpha1/namespaces/default/alphas";
        var owner = await server.ExpectAsync(
            201, "POST", alphas, """{"apiVersion":"stable.example.com/v1alpha1","kind":"Alpha","metadata":{"name":"owner"}}""");
        await server.ExpectAsync(201, "POST", ConfigMaps, """
            {"metadata":{"name":"owned","ownerReferences":[
             {"apiVersion":"stable.example.com/v1alpha1","kind":"Alpha","name":"owner","uid":"UID"}]}}
            """.Replace("UID", owner.Text("metadata.uid"), StringComparison.Ordinal));
        await using var watch = await WatchStream.OpenAsync(
            cluster.Http, ConfigMaps + "?watch=1&fieldSelector=metadata.name%3Downed");
        Assert.That(await watch.NextTextAsync(), Is.EqualTo("ADDED owned v1"));

        await server.ExpectAsync(200, "DELETE", alphas + "/owner");

        Assert.That(await watch.NextTextAsync(), Is.EqualTo("DELETED owned v1"));
    }
}
