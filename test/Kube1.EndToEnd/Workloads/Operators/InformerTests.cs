using System.Text.Json.Nodes;
using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads.Operators;

/// <summary>Informers of the Node client on a custom resource.</summary>
[NonParallelizable]
public sealed class InformerTests
{
    [Test]
    public async Task Informer_Changes_AreSeenInOrder()
    {
        var definition = Websites.Definition;
        await using var space = await WorkloadCluster.NamespaceAsync("informer");
        await space.ApplyAsync(definition.Website("before", ""));
        await using var informer = await StartAsync(definition, "v1", space);
        Assert.That(await NextAsync(informer), Is.EqualTo("""{"list":1,"kind":"WebsiteList"}"""));
        Assert.That(await NextAsync(informer), Does.StartWith("""{"add":"before","spec":{"host":"before.example.com","""));

        await space.ApplyAsync(definition.Website("one", "title: A"));
        Assert.That(await NextAsync(informer), Does.StartWith("""{"add":"one",""").And.Contain("\"title\":\"A\""));
        await space.KubectlAsync("patch", "website", "one", "--type=merge", "-p", """{"spec":{"title":"B"}}""");
        Assert.That(await NextAsync(informer), Does.StartWith("""{"update":"one",""").And.Contain("\"title\":\"B\""));
        await space.KubectlAsync("delete", "website", "before");
        Assert.That(await NextAsync(informer), Does.StartWith("""{"delete":"before","""));
    }

    [Test]
    public async Task Informer_OtherVersion_SeesConvertedObjects()
    {
        var definition = Websites.Definition;
        await using var space = await WorkloadCluster.NamespaceAsync("informer-old");
        await using var informer = await StartAsync(definition, "v1beta1", space);
        Assert.That(await NextAsync(informer), Is.EqualTo("""{"list":0,"kind":"WebsiteList"}"""));

        await space.ApplyAsync(definition.Website("one", "replicas: 3"));
        var added = JsonNode.Parse(await NextAsync(informer))!;
        Assert.That((string?)added["add"], Is.EqualTo("one"));
        Assert.That((int?)added["spec"]!["size"], Is.EqualTo(3));
        Assert.That((string?)added["spec"]!["hostname"], Is.EqualTo("one.example.com"));
    }

    [Test]
    public async Task Informer_DefinitionChanges_WatchesAnewAndMissesNothing()
    {
        await using var definition = await WebsiteDefinition.CreateAsync("rewatch.example.com", "stall");
        await using var space = await WorkloadCluster.NamespaceAsync("informer-rewatch");
        await space.ApplyAsync(definition.Website("one", ""));
        await using var informer = await StartAsync(definition, "v1", space);
        Assert.That(await NextAsync(informer), Does.StartWith("{\"list\":1,"));
        Assert.That(await NextAsync(informer), Does.StartWith("{\"add\":\"one\","));

        // Watches by the old definition end; who watches goes on from where that was.
        await WorkloadCluster.Cluster.KubectlAsync(
            "patch", "crd", definition.Name, "--type=json", "-p",
            """[{"op":"replace","path":"/spec/versions/0/schema/openAPIV3Schema/description","value":"Another"}]""");
        await space.ApplyAsync(definition.Website("two", ""));
        // The watch may end before this comes or just after.
        string[] seen = [await NextAsync(informer), await NextAsync(informer)];
        Assert.That(seen, Has.One.EqualTo("{\"connect\":2}").And.One.StartsWith("{\"add\":\"two\","));
    }

    private static Task<RunningProgram> StartAsync(WebsiteDefinition definition, string version, TestNamespace space) =>
        Websites.StartScriptAsync(
            "informer.mjs", WorkloadCluster.Cluster.Kubeconfig, definition.Group, version, definition.Plural, space.Name);

    private static async Task<string> NextAsync(RunningProgram informer) =>
        await informer.ReadLineAsync() ?? throw new AssertionException("the informer ended: " + informer.Errors);
}
