using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads.Operators;

/// <summary>One object in two versions, with a webhook between them.</summary>
[NonParallelizable]
public sealed class ConversionTests
{
    private WebsiteDefinition _definition = null!;
    private TestNamespace _space = null!;

    private string Old => $"pavilions.v1beta1.{_definition.Group}";

    [OneTimeSetUp]
    public async Task DefineAsync()
    {
        _definition = await WebsiteDefinition.CreateAsync("conversion.example.com", "pavilion");
        _space = await WorkloadCluster.NamespaceAsync("conversion");
    }

    [OneTimeTearDown]
    public async Task DeleteAsync()
    {
        await _space.DisposeAsync();
        await _definition.DisposeAsync();
    }

    [Test]
    public async Task Object_CreatedInTheOldVersion_IsTheSameInTheNewOne()
    {
        var created = await _space.TryKubectlAsync(_definition.OldWebsite("old", "size: 3"), "create", "-f", "-");

        Assert.That(created.Output, Is.EqualTo($"pavilion.{_definition.Group}/old created\n"), created.ToString());
        Assert.That(created.Errors, Is.EqualTo(
            $"Warning: {_definition.Group}/v1beta1 Pavilion is deprecated; use {_definition.Group}/v1 Pavilion\n"));
        Assert.Multiple(async () =>
        {
            Assert.That(
                await _space.GetAsync("pavilion/old", "{.apiVersion} {.spec.host} {.spec.replicas} {.spec.title}"),
                Is.EqualTo($"{_definition.Group}/v1 old.example.com 3 Welcome"));
            Assert.That(
                await _space.GetAsync(Old + "/old", "{.apiVersion} {.spec.hostname} {.spec.size} {.spec.host}"),
                Is.EqualTo($"{_definition.Group}/v1beta1 old.example.com 3 "));
        });
    }

    [Test]
    public async Task Object_ChangedInEachVersion_HasBothChanges()
    {
        await _space.ApplyAsync(_definition.Website("both", "replicas: 2"));
        await _space.KubectlAsync("patch", Old, "both", "--type=merge", "-p", """{"spec":{"size":4}}""");
        await _space.KubectlAsync("patch", "pavilion", "both", "--type=merge", "-p", """{"spec":{"title":"Two"}}""");

        Assert.That(
            await _space.GetAsync(Old + "/both", "{.spec.size} {.spec.title} {.metadata.generation}"), Is.EqualTo("4 Two 3"));
    }

    [Test]
    public async Task Rules_OfTheStoredVersion_HoldForWritesInTheOther()
    {
        // Rules are those of the version that a request names; v1beta1 has none, and v1 sees what came of it.
        await _space.ApplyAsync(_definition.OldWebsite("many", "size: 9, maxReplicas: 2"));
        var refused = await _space.TryKubectlAsync(
            null, "patch", "pavilion", "many", "--type=merge", "-p", """{"spec":{"replicas":8}}""");

        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Errors, Does.Contain("spec: Invalid value: replicas may not exceed maxReplicas"));
    }

    [Test]
    public async Task Webhook_Refuses_SaysWhy()
    {
        var refused = await _space.TryKubectlAsync(
            _definition.OldWebsite("rude", "title: unspeakable"), "create", "-f", "-");

        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Errors, Does.EndWith(
            $"conversion webhook for {_definition.Group}/v1beta1, Kind=Pavilion failed: nobody can say the title of rude\n"));
    }

    [Test]
    public async Task Webhook_Down_OnlyTheStoredVersionIsServed()
    {
        await _space.ApplyAsync(_definition.Website("stays", ""));
        await _definition.Conversion.StopAsync();
        try
        {
            Assert.That(await _space.GetAsync("pavilion/stays", "{.spec.host}"), Is.EqualTo("stays.example.com"));
            var refused = await _space.TryKubectlAsync(null, "get", Old, "stays");
            Assert.That(refused.Errors, Does.EndWith(
                $"\nError from server: conversion webhook for {_definition.Group}/v1, Kind=Pavilion failed: "
                + $"Post \"{_definition.Conversion.Url}?timeout=30s\": "
                + $"dial tcp 127.0.0.1:{_definition.Conversion.Port}: connect: connection refused\n"));
        }
        finally
        {
            await _definition.Conversion.StartAgainAsync();
        }

        Assert.That(await _space.GetAsync(Old + "/stays", "{.spec.hostname}"), Is.EqualTo("stays.example.com"));
    }
}
