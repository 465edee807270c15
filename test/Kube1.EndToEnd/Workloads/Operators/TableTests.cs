using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads.Operators;

/// <summary>What `kubectl get` shows of a custom resource, by all names that it has.</summary>
[NonParallelizable]
public sealed class TableTests
{
    private TestNamespace _space = null!;

    private static WebsiteDefinition Definition => Websites.Definition;

    [OneTimeSetUp]
    public async Task CreateAsync()
    {
        _space = await WorkloadCluster.NamespaceAsync("tables");
        await _space.ApplyAsync(Definition.Website("one", "replicas: 3, theme: dark", "labels: {tier: front}"));
        await _space.ApplyAsync(Definition.Website("two", "replicas: 2"));
        await _space.KubectlAsync(
            "patch", "website", "one", "--subresource=status", "--type=merge", "-p",
            """{"status":{"conditions":[{"type":"Synced","status":"False"},{"type":"Ready","status":"True"}]}}""");
    }

    [OneTimeTearDown]
    public async Task DeleteAsync() => await _space.DisposeAsync();

    [TestCase("websites")]
    [TestCase("website")]
    [TestCase("we")]
    [TestCase("websites.market.example.com")]
    [TestCase("websites.v1.market.example.com")]
    [TestCase("published")]
    public async Task Get_AnyName_HasTheColumns(string name) => Assert.That(
        await _space.KubectlAsync("get", name),
        Does.Match(@"^NAME +HOST +REPLICAS +READY +AGE *\none +one\.example\.com +3 +True +[\dms]+ *\ntwo +two\.example\.com +2 +[\dms]+ *\n$"));

    [Test]
    public async Task Get_Wide_HasTheColumnsOfLessPriority() => Assert.That(
        await _space.KubectlAsync("get", "we", "-o", "wide"),
        Does.Match(@"^NAME +HOST +REPLICAS +READY +THEME +AGE *\none +one\.example\.com +3 +True +dark +[\dms]+ *\ntwo +two\.example\.com +2 +light +[\dms]+ *\n$"));

    [Test]
    public async Task Get_OtherVersion_HasItsOwnColumns() => Assert.That(
        Websites.Words(await _space.KubectlAsync("get", "websites.v1beta1.market.example.com")),
        Is.EqualTo("NAME HOSTNAME SIZE one one.example.com 3 two two.example.com 2"));

    [Test]
    public async Task Get_All_HasThemToo() =>
        Assert.That(
            await _space.KubectlAsync("get", "all"),
            Does.Match(@"^NAME +HOST +REPLICAS +READY +AGE *\nwebsite\.market\.example\.com/one +one\.example\.com "));

    [Test]
    public async Task Get_Selectors_Choose() => Assert.Multiple(async () =>
    {
        Assert.That(
            await _space.KubectlAsync("get", "we", "-l", "tier=front", "-o", "name"), Is.EqualTo("website.market.example.com/one\n"));
        Assert.That(
            await _space.KubectlAsync("get", "we", "--field-selector", "spec.theme=light", "-o", "name"),
            Is.EqualTo("website.market.example.com/two\n"));
        var unknown = await _space.TryKubectlAsync(null, "get", "we", "--field-selector", "spec.title=x");
        Assert.That(unknown.Errors, Does.EndWith("field label not supported: spec.title\n"));
    });

    [Test]
    public async Task Get_SortedAndCustomColumns_AreTheClients() => Assert.Multiple(async () =>
    {
        Assert.That(
            Websites.Words(await _space.KubectlAsync("get", "we", "--sort-by=.spec.replicas", "--no-headers", "-o", "custom-columns=N:.metadata.name,T:.spec.theme")),
            Is.EqualTo("two light one dark"));
        Assert.That(
            await _space.KubectlAsync("get", "we", "--sort-by=.spec.replicas"), Does.Match(@"^NAME[^\n]+\ntwo [^\n]+\none "));
    });

    [Test]
    public async Task ApiResources_TellsItsNames() => Assert.That(
        (await _space.KubectlAsync("api-resources", "--api-group=market.example.com", "-o", "wide"))
        .Split('\n').Select(Websites.Words),
        Does.Contain("websites we market.example.com/v1 true Website delete,deletecollection,get,list,patch,create,update,watch all,published"));

    [Test]
    public async Task Describe_Object_TellsItsFields()
    {
        var text = await _space.KubectlAsync("describe", "we", "one");

        Assert.That(Websites.Words(text), Does.StartWith(
            "Name: one Namespace: tables Labels: tier=front Annotations: <none> API Version: market.example.com/v1 Kind: Website"));
        Assert.That(Websites.Words(text), Does.Contain(
            "Spec: Host: one.example.com Max Replicas: 5 Replicas: 3 Theme: dark Title: Welcome"));
    }

    [Test]
    public async Task Watch_NewObject_IsShownAsARow()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("tables-watch");
        await space.ApplyAsync(Definition.Website("first", ""));
        await using var watch = new RunningProgram(WorkloadCluster.Cluster.StartKubectl(
            "--namespace", space.Name, "get", "we", "--watch", "--output-watch-events"));
        Assert.That(Websites.Words((await watch.ReadLineAsync())!), Is.EqualTo("EVENT NAME HOST REPLICAS READY AGE"));
        Assert.That(await watch.ReadLineAsync(), Does.StartWith("ADDED "));

        await space.ApplyAsync(Definition.Website("second", "replicas: 4"));
        await space.KubectlAsync("delete", "we", "first");

        Assert.That(Websites.Words((await watch.ReadLineAsync())!), Does.StartWith("ADDED second second.example.com 4"));
        Assert.That(Websites.Words((await watch.ReadLineAsync())!), Does.StartWith("DELETED first first.example.com 1"));
    }
}
