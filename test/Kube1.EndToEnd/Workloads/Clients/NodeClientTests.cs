using System.Text.Json.Nodes;
using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads.Clients;

/// <summary>The Node client against a cluster: what it sends is neither kubectl's nor Go's.</summary>
[NonParallelizable]
public sealed class NodeClientTests
{
    [Test]
    public async Task NodeClient_ListInformerPatchesExecForward_Work()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("node-client");
        await space.KubectlAsync("run", "target", "--image=web:v1", "--port=80");
        await space.KubectlAsync("wait", "pod/target", "--for=condition=Ready", "--timeout=60s");
        var folder = await NodePackage.ClientAsync();

        var run = await Programs.RunAsync(
            "node", [Path.Combine(folder, "client.mjs"), space.Name, "target"],
            environment: new Dictionary<string, string> { ["KUBECONFIG"] = WorkloadCluster.Cluster.Kubeconfig });

        Assert.That(run.ExitCode, Is.Zero, run.ToString());
        var result = JsonNode.Parse(run.Output)!;
        Assert.Multiple(() =>
        {
            Assert.That(result["events"]!.AsArray().Select(e => (string?)e), Is.EqualTo(new[]
            {
                "add steps created", "update steps json", "update steps merge", "update steps strategic",
                "update steps applied", "delete steps applied",
            }));
            Assert.That(result["pods"]!.AsArray().Select(p => (string?)p), Is.EqualTo(new[] { "target" }));
            Assert.That((string?)result["exec"]!["output"], Is.EqualTo("piped\n"));
            Assert.That((string?)result["exec"]!["status"], Is.EqualTo("Failure"));
            Assert.That((string?)result["exec"]!["code"], Is.EqualTo("3"));
            Assert.That((string?)result["forwarded"]!["output"], Does.StartWith("HTTP/1.").And.Contain("v1"));
            Assert.That((string?)result["forwarded"]!["error"], Is.Empty);
            Assert.That((string?)result["refused"]!["error"], Does.Contain("81"));
            Assert.That((int?)result["missing"], Is.EqualTo(404));
        });
    }
}
