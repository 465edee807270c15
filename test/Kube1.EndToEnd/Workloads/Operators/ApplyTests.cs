using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads.Operators;

/// <summary>Apply on a custom resource: several managers, both versions, server-side and client-side.</summary>
[NonParallelizable]
public sealed class ApplyTests
{
    private static WebsiteDefinition Definition => Websites.Definition;

    [Test]
    public async Task ServerSide_TwoManagers_ConflictUnlessForced()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("apply-two");
        await ApplyAsync(space, "first", Definition.Website("site", "title: Hello, replicas: 2"));
        await ApplyAsync(space, "second", Definition.Website("site", "theme: dark"));

        var conflict = await TryApplyAsync(space, "second", Definition.Website("site", "theme: dark, title: Bye, replicas: 3"));
        Assert.That(conflict.ExitCode, Is.EqualTo(1));
        Assert.That(conflict.Errors, Does.StartWith(
            "error: Apply failed with 2 conflicts: conflicts with \"first\":\n- .spec.replicas\n- .spec.title\n"));

        await ApplyAsync(space, "second", Definition.Website("site", "theme: dark, title: Bye, replicas: 3"), "--force-conflicts");
        Assert.That(
            await space.GetAsync("website/site", "{.spec.title} {.spec.theme} {.spec.replicas}"), Is.EqualTo("Bye dark 3"));
        Assert.That(
            await space.GetAsync("website/site", "{range .metadata.managedFields[*]}{.manager}:{.operation} {end}", "--show-managed-fields"),
            Is.EqualTo("first:Apply second:Apply "));
    }

    [Test]
    public async Task ServerSide_ItemsOfAList_BelongToWhoeverAppliedThem()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("apply-items");
        await ApplyAsync(space, "first", Definition.Website("site", "pages: [{path: /a, body: A}]"));
        await ApplyAsync(space, "second", Definition.Website("site", "pages: [{path: /b, body: B}]"));
        Assert.That(await space.GetAsync("website/site", "{.spec.pages[*].path}"), Is.EqualTo("/a /b"));

        await ApplyAsync(space, "first", Definition.Website("site", ""));
        Assert.That(await space.GetAsync("website/site", "{.spec.pages[*].path}"), Is.EqualTo("/b"));
    }

    [Test]
    public async Task ServerSide_OtherVersion_ConflictsOnTheSameField()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("apply-versions");
        await ApplyAsync(space, "first", Definition.Website("site", "replicas: 2"));

        var conflict = await TryApplyAsync(space, "second", Definition.OldWebsite("site", "size: 3"));
        Assert.That(conflict.Errors, Does.Contain("conflict with \"first\": .spec.replicas"));

        await ApplyAsync(space, "second", Definition.OldWebsite("site", "size: 3"), "--force-conflicts");
        Assert.That(await space.GetAsync("website/site", "{.spec.replicas}"), Is.EqualTo("3"));
    }

    [Test]
    public async Task ServerSide_Status_HasAManagerOfItsOwn()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("apply-status");
        await ApplyAsync(space, "author", Definition.Website("site", "title: Hello"));
        var status = $$"""
            apiVersion: {{Definition.Group}}/v1
            kind: Website
            metadata: {name: site}
            status: {phase: Published}
            """;
        await ApplyAsync(space, "operator", status, "--subresource=status");
        await ApplyAsync(space, "author", Definition.Website("site", "title: Hi"));

        Assert.That(await space.GetAsync("website/site", "{.spec.title} {.status.phase}"), Is.EqualTo("Hi Published"));
        Assert.That(
            await space.GetAsync(
                "website/site", "{range .metadata.managedFields[*]}{.manager}:{.subresource} {end}", "--show-managed-fields"),
            Is.EqualTo("author: operator:status ").Or.EqualTo("operator:status author: "));
    }

    [Test]
    public async Task ClientSide_FieldLeftOut_IsRemoved()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("apply-client");
        await space.ApplyAsync(Definition.Website("site", "title: Hello, port: 80, pages: [{path: /a}]"));
        var same = await space.ApplyAsync(Definition.Website("site", "title: Hello, port: 80, pages: [{path: /a}]"));
        var changed = await space.ApplyAsync(Definition.Website("site", "title: Hello, pages: [{path: /b}]"));

        Assert.That(same, Is.EqualTo($"website.{Definition.Group}/site unchanged\n"));
        Assert.That(changed, Is.EqualTo($"website.{Definition.Group}/site configured\n"));
        Assert.That(await space.GetAsync("website/site", "{.spec.port}{.spec.pages}"), Is.EqualTo("""[{"path":"/b"}]"""));
    }

    [Test]
    public async Task Diff_Change_IsShownAndNotMade()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("apply-diff");
        await space.ApplyAsync(Definition.Website("site", "title: Hello"));
        var diff = await space.TryKubectlAsync(Definition.Website("site", "title: Bye"), "diff", "-f", "-");

        Assert.That(diff.ExitCode, Is.EqualTo(1), diff.ToString());
        Assert.That(diff.Output, Does.Contain("\n-  title: Hello\n+  title: Bye\n"));
        Assert.That(await space.GetAsync("website/site", "{.spec.title}"), Is.EqualTo("Hello"));
    }

    private static async Task ApplyAsync(TestNamespace space, string manager, string manifest, params string[] more)
    {
        var result = await TryApplyAsync(space, manager, manifest, more);
        Assert.That(result.Output, Is.EqualTo($"website.{Definition.Group}/site serverside-applied\n"), result.ToString());
    }

    private static Task<ProgramResult> TryApplyAsync(
        TestNamespace space, string manager, string manifest, params string[] more) => space.TryKubectlAsync(
        manifest, ["apply", "--server-side", "--field-manager", manager, "-f", "-", .. more]);
}
