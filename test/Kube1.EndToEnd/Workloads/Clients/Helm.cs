using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads.Clients;

/// <summary>The real Helm in a test's namespace, with charts of testdata/.</summary>
internal static class Helm
{
    /// <summary>The path of a chart.</summary>
    public static string Chart(string name) =>
        Path.Combine(Checkout.Root, "test/Kube1.EndToEnd/Workloads/Clients/testdata", name);

    /// <summary>Runs Helm; a failure fails the test with what it printed.</summary>
    public static async Task<string> RunAsync(TestNamespace space, params string[] arguments)
    {
        var result = await TryAsync(space, arguments);
        Assert.That(result.ExitCode, Is.Zero, $"helm {string.Join(' ', arguments)}: {result}");
        return result.Output;
    }

    /// <summary>Runs Helm and returns how it ended.</summary>
    public static async Task<ProgramResult> TryAsync(TestNamespace space, params string[] arguments)
    {
        // Helm keeps caches in the home folder of whoever runs it; the test's own folder goes with the cluster.
        var home = Path.Combine(WorkloadCluster.Cluster.DataDirectory, "helm");
        return await Programs.RunAsync(
            await KubectlPackage.HelmAsync(),
            ["--kubeconfig", WorkloadCluster.Cluster.Kubeconfig, "--namespace", space.Name, .. arguments],
            environment: WorkloadCluster.Cluster.WithCache(new Dictionary<string, string>
            {
                ["HELM_CACHE_HOME"] = home, ["HELM_CONFIG_HOME"] = home, ["HELM_DATA_HOME"] = home,
            }));
    }
}
