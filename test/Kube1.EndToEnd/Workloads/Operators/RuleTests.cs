namespace Kube1.EndToEnd.Workloads.Operators;

/// <summary>What a definition's schema and rules make of objects: defaults, refusals, warnings.</summary>
[NonParallelizable]
public sealed class RuleTests
{
    private const string Unchecked =
        "* <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the "
        + "existing errors to complete validation\n";

    private static WebsiteDefinition Definition => Websites.Definition;

    [Test]
    public async Task Create_LeastObject_HasTheDefaults()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("rules-defaults");
        await space.ApplyAsync(Definition.Website("least", ""));

        Assert.That(
            await space.GetAsync("website/least", "{.spec.title} {.spec.theme} {.spec.replicas} {.spec.maxReplicas} {.spec.port}"),
            Is.EqualTo("Welcome light 1 5 "));
    }

    [TestCase("theme: purple", "spec.theme: Unsupported value: \"purple\": supported values: \"light\", \"dark\"")]
    [TestCase("title: 5", "spec.title: Invalid value: \"integer\": spec.title in body must be of type string: \"integer\"")]
    [TestCase("replicas: 7", "spec: Invalid value: replicas may not exceed maxReplicas")]
    [TestCase("host: a.invalid", "spec.host: Forbidden: nobody can reach a.invalid")]
    [TestCase("host: A", "spec.host: Invalid value: \"A\": spec.host in body should match '^[a-z0-9.-]+$'")]
    [TestCase("port: 1.5", "spec.port: Invalid value: \"number\": spec.port in body must be of type integer,string: \"number\"")]
    [TestCase("pages: [{body: x}]", "spec.pages[0].path: Required value")]
    [TestCase("pages: [{path: a}, {path: a}]", "spec.pages[1]: Duplicate value: {\"path\":\"a\"}")]
    public async Task Create_BrokenRule_IsRefusedInItsWords(string spec, string message)
    {
        await using var space = await WorkloadCluster.NamespaceAsync("rules-" + Guid.NewGuid().ToString("N")[..8]);
        // The last of two equal keys would be an error of the YAML; the host is one or the other.
        var manifest = spec.StartsWith("host", StringComparison.Ordinal)
            ? Definition.Website("bad", "").Replace("host: bad.example.com", spec, StringComparison.Ordinal)
            : Definition.Website("bad", spec);
        var refused = await space.TryKubectlAsync(manifest, "create", "-f", "-");

        Assert.That(refused.ExitCode, Is.EqualTo(1));
        // Rules in CEL wait until all else is right, and that is said too.
        Assert.That(
            refused.Errors,
            Is.EqualTo($"The Website \"bad\" is invalid: {message}\n")
                .Or.EqualTo($"The Website \"bad\" is invalid: \n* {message}\n{Unchecked}"));
        Assert.That(await space.KubectlAsync("get", "websites", "-o", "name"), Is.Empty);
    }

    [Test]
    public async Task Create_SeveralBroken_AllAreListed()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("rules-several");
        var refused = await space.TryKubectlAsync(
            Definition.Website("bad", "theme: purple, replicas: -1, maxReplicas: 11"), "create", "-f", "-");

        Assert.That(refused.Errors, Does.StartWith("The Website \"bad\" is invalid: \n* spec."));
        Assert.That(refused.Errors, Does.Contain(
            "* spec.maxReplicas: Invalid value: 11: spec.maxReplicas in body should be less than or equal to 10\n"));
        Assert.That(refused.Errors, Does.Contain(
            "* spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0\n"));
        Assert.That(refused.Errors, Does.Contain("* .spec.replicas: Invalid value: -1: should be a non-negative integer\n"));
        Assert.That(refused.Errors, Does.Contain(
            "* spec.theme: Unsupported value: \"purple\": supported values: \"light\", \"dark\"\n"));
    }

    [Test]
    public async Task Update_ImmutableField_IsRefused()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("rules-immutable");
        await space.ApplyAsync(Definition.Website("fixed", ""));
        var refused = await space.TryKubectlAsync(
            null, "patch", "website", "fixed", "--type=merge", "-p", """{"spec":{"host":"other.example.com"}}""");
        var kept = await space.TryKubectlAsync(
            null, "patch", "website", "fixed", "--type=merge", "-p", """{"spec":{"theme":"dark"}}""");

        Assert.That(refused.Errors, Is.EqualTo(
            "The Website \"fixed\" is invalid: spec.host: Invalid value: \"other.example.com\": host is immutable\n"));
        Assert.That(kept.Output, Is.EqualTo($"website.{Definition.Group}/fixed patched\n"));
    }

    [Test]
    public async Task UnknownField_StrictOrWarned_IsNamed()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("rules-unknown");
        var manifest = Definition.Website("odd", "themes: dark");
        var refused = await space.TryKubectlAsync(manifest, "apply", "-f", "-");
        var warned = await space.TryKubectlAsync(manifest, "apply", "--validate=warn", "-f", "-");

        Assert.That(refused.Errors, Is.EqualTo(
            "Error from server (BadRequest): error when creating \"STDIN\": Website in version \"v1\" cannot be handled as a "
            + "Website: strict decoding error: unknown field \"spec.themes\"\n"));
        Assert.That((warned.ExitCode, warned.Errors), Is.EqualTo((0, "Warning: unknown field \"spec.themes\"\n")));
        Assert.That(await space.GetAsync("website/odd", "{.spec.themes}"), Is.Empty);
    }

    [Test]
    public async Task DryRun_Server_ChecksAndKeepsNothing()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("rules-dry-run");
        var good = await space.TryKubectlAsync(
            Definition.Website("maybe", ""), "apply", "--dry-run=server", "-f", "-", "-o", "jsonpath={.spec.theme}");
        var bad = await space.TryKubectlAsync(Definition.Website("maybe", "replicas: 7"), "apply", "--dry-run=server", "-f", "-");

        Assert.That(good.Output, Is.EqualTo("light"), good.ToString());
        Assert.That(bad.Errors, Does.Contain("replicas may not exceed maxReplicas"));
        Assert.That(await space.KubectlAsync("get", "websites", "-o", "name"), Is.Empty);
    }
}
