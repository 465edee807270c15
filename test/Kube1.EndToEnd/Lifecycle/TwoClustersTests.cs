using Kube1.EndToEnd.Kit;
using Kube1.Testing;

namespace Kube1.EndToEnd.Lifecycle;

/// <summary>Two clusters on one machine: removing one leaves the other as it was, removing both leaves nothing.</summary>
[NonParallelizable]
public sealed class TwoClustersTests
{
    private static readonly TimeSpan DownWithin = TimeSpan.FromMinutes(5);

    private MachineState _before = null!;
    private MachineState _withFirst = null!;
    private LiveCluster? _first;
    private LiveCluster? _second;
    private Uri _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _before = await MachineState.SettledAsync();
        _first = await LiveCluster.StartAsync(("web.tar", file => TestImages.WriteWebServer(file, "web:v1", "v1")));
        _service = await ServeAsync(_first, "web:v1");
        _withFirst = await MachineState.SettledAsync();
        _second = await LiveCluster.StartAsync(("web.tar", file => TestImages.WriteWebServer(file, "web:v2", "v2")));
        var service = await ServeAsync(_second, "web:v2");
        Assert.That(await ServiceCaller.UntilAnswersAsync(service), Is.EqualTo("v2"));
    }

    [OneTimeTearDown]
    public async Task RemoveAsync()
    {
        foreach (var cluster in new[] { _first, _second }.OfType<LiveCluster>())
        {
            await cluster.DisposeAsync();
        }
    }

    [Test]
    public async Task Down_OfOneOfTwoClusters_LeavesTheOtherAsItWas()
    {
        await using var caller = new ServiceCaller(_service);
        var container = await ContainerAsync(_first!);

        await DownAsync(_second!);

        var after = await MachineState.ClearedAsync(_withFirst);
        await caller.StopAsync();
        await Assert.MultipleAsync(async () =>
        {
            Assert.That(after.Since(_withFirst), Is.Empty, "left behind");
            Assert.That(_withFirst.Since(after), Is.Empty, "taken from the other cluster");
            Assert.That(caller.Failures, Is.Empty);
            Assert.That(caller.Answers.Keys, Is.EqualTo(new[] { "v1" }));
            Assert.That(await ContainerAsync(_first!), Is.EqualTo(container));
        });
    }

    [Test]
    [DependsOnTest(nameof(Down_OfOneOfTwoClusters_LeavesTheOtherAsItWas))]
    public async Task Cluster_TheOtherIsGone_GoesOn()
    {
        await _first!.KubectlAsync("scale", "deployment", "web", "--replicas=2");
        await _first.KubectlAsync("rollout", "status", "deployment/web", "--timeout=60s");
        await _first.UntilEndpointsAsync("default", "web", 2);
        Assert.That(await ServiceCaller.GetAsync(_service), Is.EqualTo("v1"));
    }

    /// <summary>As after a power cut of kube1 alone: nobody is there to be asked to stop, and one shim is dead too.</summary>
    [Test]
    [DependsOnTest(nameof(Cluster_TheOtherIsGone_GoesOn))]
    public async Task Down_AfterServerAndAShimWereKilled_LeavesTheMachineAsItWas()
    {
        await _first!.CrashAsync();
        var shim = (await MachineState.TakeAsync()).Since(_before)
            .First(line => line.Contains("containerd-shim", StringComparison.Ordinal)).Split(' ')[1];
        Assert.That((await Programs.RunAsync("/bin/kill", ["-KILL", shim])).ExitCode, Is.Zero);

        await DownAsync(_first);

        var after = await MachineState.ClearedAsync(_before);
        Assert.Multiple(() =>
        {
            Assert.That(after.Since(_before), Is.Empty);
            Assert.That(_before.Since(after), Is.Empty);
        });
    }

    /// <summary>One replica behind a Service; returns the Service's address for the version.</summary>
    private static async Task<Uri> ServeAsync(LiveCluster cluster, string image)
    {
        await cluster.KubectlAsync("create", "deployment", "web", "--image=" + image, "--port=80");
        await cluster.KubectlAsync("expose", "deployment", "web");
        await cluster.KubectlAsync("rollout", "status", "deployment/web", "--timeout=90s");
        await cluster.UntilEndpointsAsync("default", "web", 1);
        return await cluster.UntilServedAsync("default", "web", "/version");
    }

    /// <summary>What the README names: `sudo ./build.sh down`, here with the cluster's own data directory.</summary>
    private static async Task DownAsync(LiveCluster cluster)
    {
        var result = await Programs.RunAsync(
            Path.Combine(Checkout.Root, "build.sh"), ["down", "--data-dir", cluster.DataDirectory], limit: DownWithin,
            // It may build the build program first. Servers of the compiler would go on, and hold its output open.
            environment: new Dictionary<string, string>
            {
                ["MSBUILDDISABLENODEREUSE"] = "1", ["UseSharedCompilation"] = "false", ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
            });
        Assert.That(result.ExitCode, Is.Zero, $"build.sh down: {result}\n{cluster.Log}");
        Assert.That(Directory.Exists(cluster.DataDirectory), Is.False);
    }

    private static Task<string> ContainerAsync(LiveCluster cluster) => cluster.KubectlAsync(
        "get", "pods", "-l", "app=web", "-o",
        "jsonpath={.items[*].status.containerStatuses[0].containerID} {.items[*].status.containerStatuses[0].restartCount}");
}
