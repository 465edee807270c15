using System.Diagnostics;
using System.Globalization;
using Kube1.EndToEnd.Kit;
using Kube1.Testing;

namespace Kube1.EndToEnd.Lifecycle;

/// <summary>
/// One cluster from its start to its removal: what a crash, a stop and an uninstall of the server do to what runs and to
/// what was acknowledged.
/// </summary>
[NonParallelizable]
public sealed class ServerLifecycleTests
{
    /// <summary>The bound for a clean stop.</summary>
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(5);

    private MachineState _before = null!;
    private LiveCluster _cluster = null!;
    private Uri _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _before = await MachineState.SettledAsync();
        _cluster = await LiveCluster.StartAsync(("web.tar", file => TestImages.WriteWebServer(file, "web:v1", "v1")));
        await _cluster.KubectlAsync("create", "deployment", "web", "--image=web:v1", "--replicas=3", "--port=80");
        await _cluster.KubectlAsync("expose", "deployment", "web");
        await _cluster.KubectlAsync("rollout", "status", "deployment/web", "--timeout=90s");
        await _cluster.UntilEndpointsAsync("default", "web", 3);
        _service = await _cluster.UntilServedAsync("default", "web", "/version");
    }

    [OneTimeTearDown]
    public async Task RemoveAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    [Test]
    public async Task Server_KilledWhileItAcceptsWrites_KeepsContainersServiceAndWrites()
    {
        var pods = await PodsAsync();
        await using var caller = new ServiceCaller(_service);
        using var crashed = new CancellationTokenSource();
        var writing = WriteUntilAsync(crashed.Token);
        await _cluster.KubectlAsync("wait", "--for=create", "configmap/written-3", "--timeout=60s");
        await _cluster.CrashAsync();
        await crashed.CancelAsync();
        var written = await writing;
        Assert.That(await ServiceCaller.GetAsync(_service), Is.EqualTo("v1"), "while the server is away");
        await _cluster.StartAgainAsync();
        await _cluster.KubectlAsync("rollout", "status", "deployment/web", "--timeout=60s");
        await caller.StopAsync();
        var found = await _cluster.KubectlAsync("get", "configmaps", "-o", "jsonpath={.items[*].metadata.name}");
        await Assert.MultipleAsync(async () =>
        {
            Assert.That(await PodsAsync(), Is.EqualTo(pods));
            Assert.That(found.Split(' '), Is.SupersetOf(written));
            Assert.That(caller.Failures, Is.Empty);
        });
    }

    [Test]
    [DependsOnTest(nameof(Server_KilledWhileItAcceptsWrites_KeepsContainersServiceAndWrites))]
    public async Task Server_Restarted_StillHealsAndServes()
    {
        await _cluster.KubectlAsync("scale", "deployment", "web", "--replicas=4");
        await _cluster.KubectlAsync("rollout", "status", "deployment/web", "--timeout=60s");
        var ready = await _cluster.KubectlAsync("get", "deployment", "web", "-o", "jsonpath={.status.readyReplicas}");
        Assert.That(ready, Is.EqualTo("4"));
    }

    [Test]
    [DependsOnTest(nameof(Server_Restarted_StillHealsAndServes))]
    public async Task Server_ContainerAndSandboxDieWhileItIsAway_BothAreMadeAnewAndTheOthersKept()
    {
        var pods = await PodsAsync();
        await _cluster.CrashAsync();
        foreach (var (pod, program) in new[] { (pods[0], "httpd"), (pods[1], ContainerProcess.Sandbox) })
        {
            using var process = ContainerProcess.OfPod(pod.Uid, program);
            process.Kill();
        }

        await _cluster.StartAgainAsync();

        foreach (var pod in pods.Take(2))
        {
            await _cluster.KubectlAsync(
                "wait", "pod/" + pod.Name, "--for=jsonpath={.status.containerStatuses[0].restartCount}=1", "--timeout=60s");
        }

        await _cluster.KubectlAsync("wait", "pods", "--all", "--for=condition=Ready", "--timeout=60s");
        var after = await PodsAsync();
        Assert.Multiple(() =>
        {
            Assert.That(after.Select(p => p.Uid), Is.EqualTo(pods.Select(p => p.Uid)));
            Assert.That(after.Skip(2), Is.EqualTo(pods.Skip(2)));
            Assert.That(after.Take(2).Select(p => p.Container), Is.Not.EquivalentTo(pods.Take(2).Select(p => p.Container)));
        });
    }

    [Test]
    [DependsOnTest(nameof(Server_ContainerAndSandboxDieWhileItIsAway_BothAreMadeAnewAndTheOthersKept))]
    public async Task Runtime_Killed_IsStartedAgainAndContainersGoOn()
    {
        var pods = await PodsAsync();
        var pidFile = Path.Combine(_cluster.DataDirectory, "agent", "containerd", "containerd.pid");
        using (var runtime = Process.GetProcessById(
            int.Parse(await File.ReadAllTextAsync(pidFile), CultureInfo.InvariantCulture)))
        {
            runtime.Kill();
        }

        // The next pod needs a runtime.
        await _cluster.KubectlAsync("scale", "deployment", "web", "--replicas=5");
        await _cluster.KubectlAsync("rollout", "status", "deployment/web", "--timeout=60s");
        Assert.That(await PodsAsync(), Is.SupersetOf(pods));
    }

    [Test]
    [DependsOnTest(nameof(Runtime_Killed_IsStartedAgainAndContainersGoOn))]
    public async Task Server_AskedToStop_EndsInTimeAndLeavesContainersRunning()
    {
        var pods = await PodsAsync();
        await _cluster.UntilEndpointsAsync("default", "web", 5);
        await _cluster.UntilServedAsync("default", "web", "/version");
        await using var caller = new ServiceCaller(_service);
        Assert.That(await _cluster.StopAsync(StopWithin), Is.Zero, _cluster.Log);
        Assert.That(await ServiceCaller.GetAsync(_service), Is.EqualTo("v1"), "while the server is away");
        await _cluster.StartAgainAsync();
        await caller.StopAsync();
        await Assert.MultipleAsync(async () =>
        {
            Assert.That(await PodsAsync(), Is.EqualTo(pods));
            Assert.That(caller.Failures, Is.Empty);
        });
    }

    [Test]
    [DependsOnTest(nameof(Server_AskedToStop_EndsInTimeAndLeavesContainersRunning))]
    public async Task Uninstall_OfARunningCluster_LeavesTheMachineAsItWas()
    {
        await _cluster.DisposeAsync();
        var after = await MachineState.ClearedAsync(_before);
        Assert.Multiple(() =>
        {
            Assert.That(after.Since(_before), Is.Empty);
            Assert.That(Directory.Exists(_cluster.DataDirectory), Is.False);
        });
    }

    /// <summary>Creates ConfigMaps one after the other until told to stop; returns those that the server acknowledged.</summary>
    private async Task<IReadOnlyList<string>> WriteUntilAsync(CancellationToken stop)
    {
        var acknowledged = new List<string>();
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var result = await _cluster.TryKubectlAsync("create", "configmap", $"written-{i}", "--from-literal=a=b");
            if (result.ExitCode != 0)
            {
                break;
            }

            acknowledged.Add($"written-{i}");
        }

        Assert.That(acknowledged, Has.Count.GreaterThan(2));
        return acknowledged;
    }

    /// <summary>The pods with their containers, by name.</summary>
    private async Task<IReadOnlyList<Replica>> PodsAsync()
    {
        var lines = await _cluster.KubectlAsync(
            "get", "pods", "--sort-by=.metadata.name", "-o",
            "jsonpath={range .items[*]}{.metadata.name} {.metadata.uid} {.status.containerStatuses[0].containerID} "
            + "{.status.containerStatuses[0].restartCount}{\"\\n\"}{end}");
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .Select(words => new Replica(words[0], words[1], words[2], words[3]))];
    }

    private sealed record Replica(string Name, string Uid, string Container, string Restarts);
}
