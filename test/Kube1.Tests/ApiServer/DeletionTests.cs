using System.Text.Json.Nodes;
using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>What deletes leave behind, and what watches see of an object last.</summary>
public sealed class DeletionTests
{
    private const string Pods = "api/v1/namespaces/default/pods";
    private const string Events = "api/v1/namespaces/default/events";

    private TestCluster _cluster = null!;

    private HttpClient Http => _cluster.Http;

    [SetUp]
    public async Task SetUp() => _cluster = await TestCluster.StartAsync();

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [TestCase("Foreground")]
    [TestCase("Orphan")]
    public async Task Delete_EventByPolicy_GoneAtOnce(string policy)
    {
        await Http.SendAsync("POST", Events, """
            {"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","namespace":"default","name":"p"},"reason":"r"}
            """);

        var (code, _) = await Http.SendAsync("DELETE", $"{Events}/e?propagationPolicy={policy}");

        Assert.That(code, Is.EqualTo(200));
        Assert.That((await Http.SendAsync("GET", Events + "/e")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Delete_PodWithoutGrace_LastStateSaysWhen()
    {
        await CreatePodAsync();
        await using var watch = await WatchLines.OpenAsync(Http, Pods + "?watch=1&fieldSelector=metadata.name%3Dp");
        await watch.NextObjectAsync();

        var (_, answer) = await Http.SendAsync("DELETE", Pods + "/p?gracePeriodSeconds=0");
        var deleted = await watch.NextObjectAsync();

        Assert.That(deleted.Text("type"), Is.EqualTo("DELETED"));
        foreach (var pod in new[] { answer, deleted["object"]!.AsObject() })
        {
            Assert.That(pod.Text("metadata.deletionTimestamp"), Is.EqualTo("2026-01-01T00:00:00Z"));
            Assert.That(pod.Text("metadata.deletionGracePeriodSeconds"), Is.EqualTo("0"));
        }

        Assert.That(deleted.Text("object.metadata.resourceVersion"), Is.EqualTo(answer.Text("metadata.resourceVersion")));
        Assert.That((await Http.SendAsync("GET", Pods + "/p")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Delete_PodThatWaitsForItsGrace_KeepsItsFinalizers()
    {
        await CreatePodAsync();
        await Http.SendAsync(
            "POST", Pods + "/p/binding", """{"metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}}""");
        var (_, first) = await Http.SendAsync("DELETE", Pods + "/p");

        var (code, second) = await Http.SendAsync("DELETE", Pods + "/p?propagationPolicy=Foreground");

        Assert.That(code, Is.EqualTo(200));
        Assert.That(JsonNode.DeepEquals(second, first), Is.True, second.ToJsonString());
    }

    private async Task CreatePodAsync()
    {
        var (code, pod) = await Http.SendAsync(
            "POST", Pods, """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");
        Assert.That(code, Is.EqualTo(201), pod.ToJsonString());
    }
}
