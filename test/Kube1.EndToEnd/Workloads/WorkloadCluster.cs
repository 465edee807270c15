using Kube1.EndToEnd.Kit;
using Kube1.Testing;

namespace Kube1.EndToEnd.Workloads;

/// <summary>The one cluster that the tests of this namespace share; each works in a namespace of its own.</summary>
[SetUpFixture]
public sealed class WorkloadCluster
{
    internal static LiveCluster Cluster { get; private set; } = null!;

    /// <summary>A namespace of the test that runs now.</summary>
    internal static Task<TestNamespace> NamespaceAsync(string name) => TestNamespace.CreateAsync(Cluster, name);

    [OneTimeSetUp]
    public async Task StartAsync() => Cluster = await LiveCluster.StartAsync(
        ("busybox.tar", file => TestImages.WriteBusyBox(file, "busybox:v1")),
        ("web-v1.tar", file => TestImages.WriteWebServer(file, "web:v1", "v1")),
        ("web-v2.tar", file => TestImages.WriteWebServer(file, "web:v2", "v2")));

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (Cluster is not null)
        {
            await Cluster.DisposeAsync();
        }
    }
}
