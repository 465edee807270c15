using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads.Clients;

/// <summary>
/// The real Helm with a chart that brings a definition (crds/) and an object of it, and that has hooks of all kinds: weights,
/// delete policies, tests.
/// </summary>
[NonParallelizable]
public sealed class HelmDefinitionTests
{
    private const string Crd = "articles.press.example.com";

    private static readonly string Chart = Helm.Chart("gazette");

    [OneTimeTearDown]
    public Task DeleteDefinitionAsync() =>
        WorkloadCluster.Cluster.KubectlAsync("delete", "crd", Crd, "--ignore-not-found", "--timeout=60s");

    [Test]
    public async Task Release_FromInstallToUninstall_HooksRunAndTheDefinitionStays()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("gazette");
        await InstallAsync(space);
        await ExpectInstallHooksAsync(space);
        Assert.That(await space.GetAsync("article/daily", "{.spec.title} {.spec.columns}"), Is.EqualTo("Morning 2"));
        Assert.That(
            await space.GetAsync("article/daily", "{.metadata.labels.app\\.kubernetes\\.io/managed-by}"), Is.EqualTo("Helm"));

        await Helm.RunAsync(space, "upgrade", "daily", Chart, "--set", "title=Evening,extra.columns=4", "--wait", "--timeout=90s");
        Assert.That(await space.GetAsync("article/daily", "{.spec.title} {.spec.columns}"), Is.EqualTo("Evening 4"));
        Assert.That(await space.GetAsync("configmap/daily-remains", "{.data.revision}"), Is.EqualTo("2"));
        Assert.That(await space.KubectlAsync("logs", "daily-check"), Is.EqualTo("yes\n"));
        // The template looked the object up before it changed it.
        Assert.That(
            await space.GetAsync("configmap/daily-edition", "{.data.known} {.data.before}"),
            Is.EqualTo("""true {"columns":2,"title":"Morning"}"""));

        await Helm.RunAsync(space, "rollback", "daily", "1", "--wait", "--timeout=90s");
        Assert.That(await space.GetAsync("article/daily", "{.spec.title} {.spec.columns}"), Is.EqualTo("Morning 2"));

        await Helm.RunAsync(space, "uninstall", "daily", "--wait", "--timeout=90s");
        Assert.That(await space.KubectlAsync("logs", "daily-farewell"), Is.EqualTo("deleted\n"));
        Assert.That(await space.KubectlAsync("get", "articles,configmaps", "-o", "name"), Is.EqualTo(
            "configmap/daily-remains\nconfigmap/kube-root-ca.crt\n"), "hooks are not of the release");
        Assert.That(await space.GetAsync("crd/" + Crd, "{.status.conditions[?(@.type==\"Established\")].status}"), Is.EqualTo("True"));
    }

    [Test]
    public async Task Get_OfARelease_TellsAllOfIt()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("gazette-get");
        await InstallAsync(space, "--set", "title=Noon");

        Assert.Multiple(async () =>
        {
            Assert.That(await Helm.RunAsync(space, "get", "manifest", "daily"), Does.Contain("kind: Article\n").And.Contain("title: \"Noon\""));
            Assert.That(await Helm.RunAsync(space, "get", "values", "daily"), Is.EqualTo("USER-SUPPLIED VALUES:\ntitle: Noon\n"));
            Assert.That(await Helm.RunAsync(space, "get", "hooks", "daily"), Does.Contain("helm.sh/hook: pre-install").And.Contain("helm.sh/hook: post-delete"));
            Assert.That(await Helm.RunAsync(space, "get", "notes", "daily"), Does.Contain("Read daily today: Noon."));
            Assert.That(await Helm.RunAsync(space, "get", "metadata", "daily"), Does.Contain("CHART: gazette\n").And.Contain("STATUS: deployed\n"));
            Assert.That(await Helm.RunAsync(space, "get", "all", "daily"), Does.Contain("kind: Article").And.Contain("Read daily today"));
        });
        var list = JsonNode.Parse(await Helm.RunAsync(space, "list", "--output", "json"))!.AsArray().Single()!;
        Assert.That(((string?)list["name"], (string?)list["status"], (string?)list["chart"]), Is.EqualTo(("daily", "deployed", "gazette-0.1.0")));

        var test = await Helm.RunAsync(space, "test", "daily", "--logs", "--timeout=90s");
        Assert.That(test, Does.Contain("Phase:          Succeeded").And.Contain("POD LOGS: daily-reads\nrevision 1 was read\n"));
    }

    [Test]
    public async Task DryRun_Server_AsksTheServerAndKeepsNothing()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("gazette-dry");
        await InstallAsync(space);
        var rendered = await Helm.RunAsync(space, "template", "daily", Chart, "--dry-run=server");
        var installed = await Helm.RunAsync(space, "install", "other", Chart, "--dry-run=server");

        Assert.That(rendered, Does.Contain("known: \"true\"").And.Contain("""before: "{\"columns\":2,\"title\":\"Morning\"}" """.TrimEnd()));
        Assert.That(installed, Does.Contain("kind: Article\n").And.Contain("Read other today: Morning."));
        Assert.That(await space.KubectlAsync("get", "articles", "-o", "name"), Is.EqualTo("article.press.example.com/daily\n"));
    }

    [TestCase("extra.columns=9", "spec.columns: Invalid value: 9: spec.columns in body should be less than or equal to 8")]
    [TestCase("title=", "spec.title: Invalid value: \"\": spec.title in body should be at least 1 chars long")]
    [TestCase("extra.colums=3", ".spec.colums: field not declared in schema")]
    [TestCase("extra.columns=many", "columns")]
    public async Task Upgrade_WrongObject_FailsAndKeepsTheOldOne(string values, string message)
    {
        await using var space = await WorkloadCluster.NamespaceAsync("gazette-" + Guid.NewGuid().ToString("N")[..8]);
        await InstallAsync(space);
        var failed = await Helm.TryAsync(space, "upgrade", "daily", Chart, "--set", values, "--timeout=60s");

        Assert.That(failed.ExitCode, Is.Not.Zero);
        Assert.That(failed.Errors, Does.Contain(message));
        Assert.That(await space.GetAsync("article/daily", "{.spec}"), Is.EqualTo("""{"columns":2,"title":"Morning"}"""));
    }

    [Test]
    public async Task Upgrade_HookFails_ChangesNothingAndIsTold()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("gazette-hook");
        await InstallAsync(space);
        var failed = await Helm.TryAsync(
            space, "upgrade", "daily", Chart, "--set", "title=Never,failUpgrade=true", "--timeout=60s");

        Assert.That(failed.ExitCode, Is.Not.Zero);
        Assert.That(failed.Errors, Does.Contain("pre-upgrade hooks failed"));
        Assert.That(await space.GetAsync("article/daily", "{.spec.title}"), Is.EqualTo("Morning"));
        // By its policy "hook-failed".
        await space.KubectlAsync("wait", "--for=delete", "pod/daily-check", "--timeout=60s");
        var history = JsonNode.Parse(await Helm.RunAsync(space, "history", "daily", "--output", "json"))!.AsArray();
        Assert.That(history.Select(h => (string?)h!["status"]), Is.EqualTo(new[] { "deployed", "failed" }));
    }

    [Test]
    public async Task Upgrade_FieldThatAnotherChanged_ConflictsUnlessForced()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("gazette-conflict");
        await InstallAsync(space);
        await space.KubectlAsync("patch", "article", "daily", "--type=merge", "-p", """{"spec":{"title":"Mine"}}""");
        string[] upgrade = ["upgrade", "daily", Chart, "--set", "title=Yours", "--wait", "--timeout=60s"];
        var conflict = await Helm.TryAsync(space, upgrade);
        Assert.That(conflict.Errors, Does.Contain("conflict with \"kubectl-patch\" using press.example.com/v1: .spec.title"));

        await Helm.RunAsync(space, [.. upgrade, "--force-conflicts"]);
        Assert.That(await space.GetAsync("article/daily", "{.spec.title}"), Is.EqualTo("Yours"));
    }

    private static Task<string> InstallAsync(TestNamespace space, params string[] more) =>
        Helm.RunAsync(space, ["install", "daily", Chart, "--wait", "--timeout=90s", .. more]);

    private static async Task ExpectInstallHooksAsync(TestNamespace space)
    {
        var pods = (await space.KubectlAsync("get", "pods", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(pods, Is.EquivalentTo(new[] { "pod/daily-first", "pod/daily-second", "pod/daily-greeting" }));
        Assert.That(await space.KubectlAsync("logs", "daily-greeting"), Is.EqualTo("installed\n"));
        Assert.That(await space.GetAsync("configmap/daily-remains", "{.data.revision}"), Is.EqualTo("1"));

        // The one of more weight begins when the other has ended.
        const string Terminated = "{.status.containerStatuses[0].state.terminated.";
        var end = await space.GetAsync("pod/daily-first", Terminated + "finishedAt}");
        var start = await space.GetAsync("pod/daily-second", Terminated + "startedAt}");
        Assert.That(
            DateTimeOffset.Parse(start, CultureInfo.InvariantCulture),
            Is.GreaterThanOrEqualTo(DateTimeOffset.Parse(end, CultureInfo.InvariantCulture)));
    }
}
