using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads.Extensions;

/// <summary>A custom resource from its definition to its end, by the real kubectl.</summary>
public sealed class CustomResourceTests
{
    private const string Definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: rockets.space.example.com}
        spec:
          group: space.example.com
          scope: Namespaced
          names: {plural: rockets, singular: rocket, kind: Rocket, shortNames: [rk], categories: [all]}
          versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                description: Something that flies.
                properties:
                  spec:
                    type: object
                    properties:
                      engine: {type: string, default: big, description: What drives it.}
                      replicas: {type: integer}
                      fuel: {type: string}
                  status:
                    type: object
                    properties:
                      replicas: {type: integer}
                      phase: {type: string}
            subresources:
              status: {}
              scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}
            additionalPrinterColumns:
            - {name: Engine, type: string, jsonPath: .spec.engine}
            - {name: Phase, type: string, jsonPath: .status.phase}
            - {name: Fuel, type: string, jsonPath: .spec.fuel, priority: 1}
          - name: v1beta1
            served: true
            storage: false
            deprecated: true
            schema:
              openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
        """;

    [Test]
    public async Task Kubectl_DefinitionWithTwoVersions_ServesItsWholeLife()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("rockets");
        Assert.That(await space.ApplyAsync(Definition), Is.EqualTo(
            "customresourcedefinition.apiextensions.k8s.io/rockets.space.example.com created\n"));
        await space.KubectlAsync("wait", "crd/rockets.space.example.com", "--for=condition=Established", "--timeout=60s");

        Assert.That(await space.ApplyAsync(Rocket("v1", "fuel: gas, replicas: 2")), Is.EqualTo(
            "rocket.space.example.com/one created\n"));
        await space.KubectlAsync(
            "patch", "rocket", "one", "--subresource=status", "--type=merge", "-p", """{"status":{"phase":"Ready","replicas":2}}""");
        Assert.That(Words(await space.KubectlAsync("get", "rk")), Is.EqualTo("NAME ENGINE PHASE one big Ready"));
        Assert.That(
            Words(await space.KubectlAsync("get", "rockets", "-o", "wide")),
            Is.EqualTo("NAME ENGINE PHASE FUEL one big Ready gas"));
        Assert.That(await space.KubectlAsync("get", "all", "-o", "name"), Does.Contain("rocket.space.example.com/one"));
        Assert.That(await space.KubectlAsync("explain", "rocket.spec.engine"), Does.Contain("What drives it."));

        Assert.That(
            await space.KubectlAsync("scale", "rocket", "one", "--replicas=5"),
            Is.EqualTo("rocket.space.example.com/one scaled\n"));
        Assert.That(
            await space.GetAsync("rockets.v1beta1.space.example.com/one", "{.apiVersion} {.spec.replicas}"),
            Is.EqualTo("space.example.com/v1beta1 5"));
        await ExpectTwoManagersAsync(space);

        await space.KubectlAsync("delete", "crd", "rockets.space.example.com", "--timeout=60s");
        // kubectl itself may know the resource for a while: it keeps discovery on its disk.
        var gone = await WorkloadCluster.Cluster.UntilResultAsync(
            result => result.ExitCode != 0, "get", "--raw", "/apis/space.example.com/v1");
        Assert.That(gone.ToString(), Does.Contain("the server could not find the requested resource"));
    }

    private static async Task ExpectTwoManagersAsync(TestNamespace space)
    {
        string[] apply = ["apply", "--server-side", "-f", "-", "--field-manager"];
        var first = await space.TryKubectlAsync(Rocket("v1", "engine: small", "two"), [.. apply, "first"]);
        var second = await space.TryKubectlAsync(Rocket("v1", "fuel: oil", "two"), [.. apply, "second"]);
        var conflict = await space.TryKubectlAsync(Rocket("v1", "engine: large, fuel: oil", "two"), [.. apply, "second"]);
        var forced = await space.TryKubectlAsync(
            Rocket("v1", "engine: large, fuel: oil", "two"), [.. apply, "second", "--force-conflicts"]);

        Assert.That((first.ExitCode, second.ExitCode, forced.ExitCode), Is.EqualTo((0, 0, 0)), $"{first}\n{second}\n{forced}");
        Assert.That(conflict.ToString(), Does.Contain("conflict with \"first\": .spec.engine"));
        Assert.That(await space.GetAsync("rocket/two", "{.spec.engine} {.spec.fuel}"), Is.EqualTo("large oil"));
    }

    private static string Rocket(string version, string spec, string name = "one") =>
        $"apiVersion: space.example.com/{version}\nkind: Rocket\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n";

    private static string Words(string table) =>
        string.Join(' ', table.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
