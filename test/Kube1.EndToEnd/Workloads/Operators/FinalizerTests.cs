using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads.Operators;

/// <summary>The end of objects and of definitions, and who may hold it up.</summary>
[NonParallelizable]
public sealed class FinalizerTests
{
    private const string Held = "finalizers: [example.com/hold]";
    private const string Release = """{"metadata":{"finalizers":null}}""";

    [Test]
    public async Task Object_WithAFinalizer_GoesWhenThatIsGone()
    {
        var definition = Websites.Definition;
        await using var space = await WorkloadCluster.NamespaceAsync("finalizers");
        await space.ApplyAsync(definition.Website("held", "", Held));
        await using var delete = new RunningProgram(WorkloadCluster.Cluster.StartKubectl(
            "--namespace", space.Name, "delete", "website", "held", "--timeout=60s"));
        Assert.That(await delete.ReadLineAsync(), Does.StartWith("website.market.example.com \"held\" deleted"));
        await space.KubectlAsync("wait", "website/held", "--for=jsonpath={.metadata.deletionTimestamp}", "--timeout=60s");

        // It can still be changed, but nobody else can hold it up any more.
        await space.KubectlAsync("patch", "website", "held", "--type=merge", "-p", """{"spec":{"title":"Going"}}""");
        var refused = await space.TryKubectlAsync(
            null, "patch", "website", "held", "--type=merge", "-p",
            """{"metadata":{"finalizers":["example.com/hold","example.com/new"]}}""");
        Assert.That(refused.Errors, Is.EqualTo(
            "The Website \"held\" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is "
            + "being deleted, found new finalizers []string{\"example.com/new\"}\n"));
        Assert.That(await space.GetAsync("website/held", "{.spec.title} {.metadata.generation}"), Is.EqualTo("Going 3"));

        await space.KubectlAsync("patch", "website", "held", "--type=merge", "-p", Release);
        Assert.That((await delete.EndAsync()).ExitCode, Is.Zero);
        Assert.That(await space.KubectlAsync("get", "websites", "-o", "name"), Is.Empty);
    }

    [Test]
    public async Task Definition_WithInstances_GoesAfterTheLastOfThem()
    {
        await using var definition = await WebsiteDefinition.CreateAsync("ending.example.com", "booth");
        await using var space = await WorkloadCluster.NamespaceAsync("ending");
        await space.ApplyAsync(definition.Website("free", ""));
        await space.ApplyAsync(definition.Website("held", "", Held));
        await space.KubectlAsync("delete", "crd", definition.Name, "--wait=false");

        await space.KubectlAsync("wait", "crd/" + definition.Name, "--for=condition=Terminating", "--timeout=60s");
        await space.KubectlAsync("wait", "--for=delete", definition.Name + "/free", "--timeout=60s");
        Assert.That(
            await space.GetAsync("crd/" + definition.Name, "{.status.conditions[?(@.type==\"Terminating\")].reason}"),
            Is.EqualTo("InstanceDeletionInProgress"));
        var refused = await space.TryKubectlAsync(definition.Website("late", ""), "create", "-f", "-");
        Assert.That(refused.Errors, Does.Contain(
            "(Forbidden): error when creating \"STDIN\": booths.ending.example.com \"late\" is forbidden: create not allowed while "
            + "custom resource definition is terminating\n"));

        await space.KubectlAsync("patch", definition.Name, "held", "--type=merge", "-p", Release);
        await space.KubectlAsync("wait", "--for=delete", "crd/" + definition.Name, "--timeout=60s");
        var gone = await WorkloadCluster.Cluster.UntilResultAsync(
            result => result.ExitCode != 0, "get", "--raw", $"/apis/{definition.Group}/v1");
        Assert.That(gone.Errors, Is.EqualTo("Error from server (NotFound): the server could not find the requested resource\n"));
    }

    [Test]
    public async Task Definition_MadeAgain_HasNoOldObjects()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("again");
        await using (var first = await WebsiteDefinition.CreateAsync("again.example.com", "kiosk"))
        {
            await space.ApplyAsync(first.Website("one", ""));
        }

        await using var second = await WebsiteDefinition.CreateAsync("again.example.com", "kiosk");
        Assert.That(await space.KubectlAsync("get", second.Name, "-o", "name"), Is.Empty);
        await space.ApplyAsync(second.Website("one", "title: Again"));
        Assert.That(await space.GetAsync(second.Name + "/one", "{.spec.title} {.metadata.generation}"), Is.EqualTo("Again 1"));
    }

    [Test]
    public async Task Namespace_Deleted_TakesCustomObjectsWithIt()
    {
        var space = await WorkloadCluster.NamespaceAsync("emptied");
        await space.ApplyAsync(Websites.Definition.Website("one", ""));

        await WorkloadCluster.Cluster.KubectlAsync("delete", "namespace", space.Name, "--timeout=60s");

        Assert.That(
            await WorkloadCluster.Cluster.KubectlAsync("get", "websites.market.example.com", "-A", "-o", "jsonpath={.items[?(@.metadata.namespace==\"emptied\")]}"),
            Is.Empty);
    }
}
