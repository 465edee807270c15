using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads.Operators;

/// <summary>The verbs of kubectl that know nothing of the kind that they are used on.</summary>
[NonParallelizable]
public sealed class VerbTests
{
    private TestNamespace _space = null!;

    private static WebsiteDefinition Definition => Websites.Definition;

    [SetUp]
    public async Task CreateNamespaceAsync() =>
        _space = await WorkloadCluster.NamespaceAsync("verbs-" + Guid.NewGuid().ToString("N")[..8]);

    [TearDown]
    public async Task DeleteNamespaceAsync() => await _space.DisposeAsync();

    [Test]
    public async Task LabelAndAnnotate_ChangeTheMetadataAlone()
    {
        await _space.ApplyAsync(Definition.Website("site", ""));
        await _space.KubectlAsync("label", "website", "site", "tier=front");
        await _space.KubectlAsync("annotate", "website", "site", "note=A b");
        var refused = await _space.TryKubectlAsync(null, "label", "website", "site", "tier=back");

        Assert.That(refused.Errors, Does.Contain("'tier' already has a value (front), and --overwrite is false"));
        Assert.That(
            await _space.GetAsync("website/site", "{.metadata.labels.tier} {.metadata.annotations.note} {.metadata.generation}"),
            Is.EqualTo("front A b 1"));
    }

    [Test]
    public async Task Edit_ObjectAndStatus_AreSaved()
    {
        await _space.ApplyAsync(Definition.Website("site", "title: Before"));
        var edited = await EditAsync("s/title: Before/title: After/", "website/site");
        Assert.That(edited.Output, Is.EqualTo($"website.{Definition.Group}/site edited\n"), edited.ToString());

        var status = await EditAsync("$ a status: {phase: Edited}", "website/site", "--subresource=status");
        Assert.That(status.Output, Is.EqualTo($"website.{Definition.Group}/site edited\n"), status.ToString());
        Assert.That(await _space.GetAsync("website/site", "{.spec.title} {.status.phase}"), Is.EqualTo("After Edited"));
    }

    [Test]
    public async Task Replace_OldObject_Conflicts()
    {
        await _space.ApplyAsync(Definition.Website("site", "title: First"));
        var old = await _space.KubectlAsync("get", "website", "site", "-o", "yaml");
        await _space.KubectlAsync("patch", "website", "site", "--type=merge", "-p", """{"spec":{"title":"Second"}}""");

        var refused = await _space.TryKubectlAsync(old, "replace", "-f", "-");
        Assert.That(refused.Errors, Does.Contain(
            "the object has been modified; please apply your changes to the latest version and try again"));
        var replaced = await _space.TryKubectlAsync(Definition.Website("site", "title: Third"), "replace", "-f", "-");
        Assert.That(replaced.Output, Is.EqualTo($"website.{Definition.Group}/site replaced\n"), replaced.ToString());
        var forced = await _space.TryKubectlAsync(Definition.Website("site", "title: Fourth"), "replace", "--force", "-f", "-");
        Assert.That(forced.ExitCode, Is.Zero, forced.ToString());
        Assert.That(await _space.GetAsync("website/site", "{.spec.title} {.metadata.generation}"), Is.EqualTo("Fourth 1"));
    }

    [Test]
    public async Task JsonPatch_FailingTest_ChangesNothing()
    {
        await _space.ApplyAsync(Definition.Website("site", "title: First"));
        var refused = await _space.TryKubectlAsync(
            null, "patch", "website", "site", "--type=json", "-p",
            """[{"op":"test","path":"/spec/title","value":"Other"},{"op":"replace","path":"/spec/title","value":"Second"}]""");
        var strategic = await _space.TryKubectlAsync(
            null, "patch", "website", "site", "--type=strategic", "-p", """{"spec":{"title":"Second"}}""");

        Assert.That((refused.ExitCode, refused.Errors), Is.EqualTo((
            1, "The request is invalid: the server rejected our request due to an error in our request\n")));
        Assert.That(strategic.Errors, Does.Contain("application/strategic-merge-patch+json is not supported"));
        Assert.That(await _space.GetAsync("website/site", "{.spec.title}"), Is.EqualTo("First"));
    }

    [Test]
    public async Task GetAndDelete_ManyInChunksAndBySelector_ReachAll()
    {
        var names = Enumerable.Range(1, 7).Select(i => $"site-{i}").ToList();
        await _space.ApplyAsync(string.Join("\n---\n", names.Select(
            name => Definition.Website(name, "", name[^1] % 2 == 0 ? "labels: {half: even}" : "labels: {half: odd}"))));

        var listed = await _space.KubectlAsync("get", "websites", "--chunk-size=2", "-o", "name");
        Assert.That(listed.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(
            names.Select(name => $"website.{Definition.Group}/{name}")));
        await _space.KubectlAsync("delete", "websites", "-l", "half=even");
        Assert.That(
            await _space.GetAsync("websites", "{.items[*].metadata.name}"), Is.EqualTo("site-1 site-3 site-5 site-7"));
        await _space.KubectlAsync("delete", "websites", "--all", "--dry-run=server");
        Assert.That(await _space.GetAsync("websites", "{.items[*].metadata.name}"), Has.Length.EqualTo(27));
        await _space.KubectlAsync("delete", "websites", "--all");
        Assert.That(await _space.KubectlAsync("get", "websites", "-o", "name"), Is.Empty);
    }

    [Test]
    public async Task Create_GeneratedName_IsMadeUp()
    {
        var manifest = Definition.Website("x", "").Replace("name: x", "generateName: site-", StringComparison.Ordinal);
        var created = await _space.TryKubectlAsync(manifest, "create", "-f", "-");

        Assert.That(created.Output, Does.Match($"^website\\.{Definition.Group}/site-[a-z0-9]{{5}} created\n$"), created.ToString());
    }

    [Test]
    public async Task Apply_DefinitionAndObjectAtOnce_NeedsASecondTime()
    {
        const string Both = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: tents.field.example.com}
            spec:
              group: field.example.com
              scope: Cluster
              names: {plural: tents, singular: tent, kind: Tent}
              versions:
              - name: v1
                served: true
                storage: true
                schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            ---
            apiVersion: field.example.com/v1
            kind: Tent
            metadata: {name: one}
            anything: {goes: [1, two]}
            """;
        try
        {
            var first = await _space.TryKubectlAsync(Both, "apply", "-f", "-");
            Assert.That(first.Output, Is.EqualTo("customresourcedefinition.apiextensions.k8s.io/tents.field.example.com created\n"));
            Assert.That(first.Errors, Does.Contain("no matches for kind \"Tent\" in version \"field.example.com/v1\"\nensure CRDs are installed first"));
            await _space.KubectlAsync("wait", "crd/tents.field.example.com", "--for=condition=Established", "--timeout=60s");

            Assert.That(await _space.ApplyAsync(Both), Is.EqualTo(
                "customresourcedefinition.apiextensions.k8s.io/tents.field.example.com unchanged\ntent.field.example.com/one created\n"));
            Assert.That(await _space.GetAsync("tent/one", "{.anything}"), Is.EqualTo("""{"goes":[1,"two"]}"""));
        }
        finally
        {
            await WorkloadCluster.Cluster.KubectlAsync("delete", "crd", "tents.field.example.com", "--ignore-not-found");
        }
    }

    // kubectl gives the editor a file; this one changes it as sed says.
    private Task<ProgramResult> EditAsync(string script, params string[] what) => WorkloadCluster.Cluster.TryKubectlAsync(
        ["--namespace", _space.Name, "edit", .. what], null,
        environment: new Dictionary<string, string> { ["KUBE_EDITOR"] = $"sed -i '{script}'" });
}
