namespace Kube1.EndToEnd.Workloads.Operators;

/// <summary>The status and the scale of a custom resource, by kubectl.</summary>
[NonParallelizable]
public sealed class SubresourceTests
{
    private static WebsiteDefinition Definition => Websites.Definition;

    [Test]
    public async Task Status_IsWrittenByItsSubresourceAlone()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("status");
        await space.ApplyAsync(Definition.Website("site", "") + "\nstatus: {phase: Made up}");
        Assert.That(await space.GetAsync("website/site", "{.status} {.metadata.generation}"), Is.EqualTo(" 1"));

        await space.KubectlAsync(
            "patch", "website", "site", "--subresource=status", "--type=merge", "-p",
            """{"status":{"phase":"Published","replicas":1},"spec":{"title":"Ignored"}}""");
        Assert.That(
            await space.GetAsync("website/site", "{.status.phase} {.spec.title} {.metadata.generation}"),
            Is.EqualTo("Published Welcome 1"));

        await space.KubectlAsync(
            "patch", "website", "site", "--type=merge", "-p", """{"status":{"phase":"Ignored"},"spec":{"title":"New"}}""");
        Assert.That(
            await space.GetAsync("website/site", "{.status.phase} {.spec.title} {.metadata.generation}"),
            Is.EqualTo("Published New 2"));
        Assert.That(
            await space.GetAsync("website/site", "{.status.phase}", "--subresource=status"), Is.EqualTo("Published"));
    }

    [Test]
    public async Task Scale_ReplicasAndCurrentReplicas_AreMinded()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("scale");
        await space.ApplyAsync(Definition.Website("site", "replicas: 2"));

        var wrong = await space.TryKubectlAsync(
            null, "scale", "website/site", "--current-replicas=1", "--replicas=3");
        Assert.That((wrong.ExitCode, wrong.Errors), Is.EqualTo((1, "error: Expected replicas to be 1, was 2\n")));
        Assert.That(
            await space.KubectlAsync("scale", "website/site", "--current-replicas=2", "--replicas=3"),
            Is.EqualTo($"website.{Definition.Group}/site scaled\n"));
        Assert.That(
            await space.KubectlAsync("scale", "we", "--all", "--replicas=4"),
            Is.EqualTo($"website.{Definition.Group}/site scaled\n"));
        Assert.That(await space.GetAsync("website/site", "{.spec.replicas} {.metadata.generation}"), Is.EqualTo("4 3"));
    }

    [Test]
    public async Task Scale_RuleOfTheObject_Holds()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("scale-rule");
        await space.ApplyAsync(Definition.Website("site", "replicas: 2"));
        var refused = await space.TryKubectlAsync(null, "scale", "website/site", "--replicas=6");

        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Errors, Does.Contain("replicas may not exceed maxReplicas"));
        Assert.That(await space.GetAsync("website/site", "{.spec.replicas}"), Is.EqualTo("2"));
    }

    [Test]
    public async Task Scale_Read_IsAutoscalingV1()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("scale-read");
        await space.ApplyAsync(Definition.Website("site", "replicas: 2"));
        await space.KubectlAsync(
            "patch", "website", "site", "--subresource=status", "--type=merge", "-p",
            """{"status":{"replicas":1,"selector":"app=site"}}""");

        Assert.That(
            await space.GetAsync(
                "website/site", "{.apiVersion} {.kind} {.spec.replicas} {.status.replicas} {.status.selector}", "--subresource=scale"),
            Is.EqualTo("autoscaling/v1 Scale 2 1 app=site"));
        Assert.That(
            await space.KubectlAsync("get", "website/site", "--subresource=scale"),
            Does.Match(@"^NAME +DESIRED +AVAILABLE +AGE\nsite +2 +1 +[\dms]+\n$"));
    }

    [Test]
    public async Task Wait_JsonPathOfTheStatus_EndsWhenItIsSet()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("wait");
        await space.ApplyAsync(Definition.Website("site", ""));
        await using var wait = new Kit.RunningProgram(WorkloadCluster.Cluster.StartKubectl(
            "--namespace", space.Name, "wait", "website/site", "--for=jsonpath={.status.phase}=Published", "--timeout=60s"));
        await using var condition = new Kit.RunningProgram(WorkloadCluster.Cluster.StartKubectl(
            "--namespace", space.Name, "wait", "website/site", "--for=condition=Ready", "--timeout=60s"));

        await space.KubectlAsync(
            "patch", "website", "site", "--subresource=status", "--type=merge", "-p",
            """{"status":{"phase":"Published","conditions":[{"type":"Ready","status":"True"}]}}""");

        Assert.That(await wait.ReadLineAsync(), Is.EqualTo($"website.{Definition.Group}/site condition met"));
        Assert.That(await condition.ReadLineAsync(), Is.EqualTo($"website.{Definition.Group}/site condition met"));
    }
}
