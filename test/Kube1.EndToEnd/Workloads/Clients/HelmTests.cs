using System.Text.Json.Nodes;

namespace Kube1.EndToEnd.Workloads.Clients;

/// <summary>The real Helm with a chart that has hooks: install, upgrade, rollback, uninstall.</summary>
[NonParallelizable]
public sealed class HelmTests
{
    private static readonly string Chart = Helm.Chart("chart");

    [Test]
    public async Task Release_InstallUpgradeRollbackUninstall_RunsItsHooks()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("helm");

        await Helm.RunAsync(space, "install", "shop", Chart, "--wait", "--timeout=90s");
        Assert.Multiple(async () =>
        {
            Assert.That(await space.KubectlAsync("logs", "shop-pre-install"), Is.EqualTo("pre-install 1\n"));
            Assert.That(await space.GetAsync("deployment/shop-web", "{.status.readyReplicas}"), Is.EqualTo("1"));
        });

        await Helm.RunAsync(
            space, "upgrade", "shop", Chart, "--wait", "--timeout=90s",
            "--set", "replicas=2,image=web:v2,greeting=again");
        Assert.Multiple(async () =>
        {
            Assert.That(await space.KubectlAsync("logs", "shop-post-upgrade"), Is.EqualTo("post-upgrade 2\n"));
            Assert.That(await space.GetAsync("deployment/shop-web", "{.status.updatedReplicas}"), Is.EqualTo("2"));
            Assert.That(await space.GetAsync("configmap/shop-settings", "{.data.GREETING}"), Is.EqualTo("again"));
        });

        await Helm.RunAsync(space, "rollback", "shop", "1", "--wait", "--timeout=90s");
        Assert.Multiple(async () =>
        {
            Assert.That(await space.GetAsync("configmap/shop-settings", "{.data.GREETING}"), Is.EqualTo("hello"));
            Assert.That(
                await space.GetAsync("deployment/shop-web", "{.spec.replicas} {.spec.template.spec.containers[0].image}"),
                Is.EqualTo("1 web:v1"));
            var history = JsonNode.Parse(await Helm.RunAsync(space, "history", "shop", "--output", "json"))!.AsArray();
            Assert.That(
                history.Select(h => (string?)h!["status"]), Is.EqualTo(new[] { "superseded", "superseded", "deployed" }));
        });

        await Helm.RunAsync(space, "uninstall", "shop", "--wait", "--timeout=90s");
        Assert.That(await space.KubectlAsync("logs", "shop-pre-delete"), Does.StartWith("pre-delete"));
        Assert.That(
            await space.KubectlAsync("get", "deployments,services,secrets,configmaps", "-o", "name"),
            Is.EqualTo("configmap/kube-root-ca.crt\n"));
    }

    [Test]
    public async Task Install_WrongManifest_NamesTheField()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("helm-wrong");
        var result = await Helm.TryAsync(
            space, "install", "shop", Chart, "--set", "replicas=many");

        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(result.Errors, Does.Contain("replicas"));
        Assert.That(await space.KubectlAsync("get", "deployments", "-o", "name"), Is.Empty);
    }
}
