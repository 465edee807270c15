using System.Collections.Concurrent;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Informers;
using Kube1.Kubelet;
using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Simulated;
using Kube1.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Kubelet;

public sealed class KubeletRoleTests
{
    private static readonly V1EnvVar Storage = new()
    {
        Name = "STORAGE",
        ValueFrom = new V1EnvVarSource
        {
            ResourceFieldRef = new V1ResourceFieldSelector { Resource = "limits.ephemeral-storage" },
        },
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("kube1-kubelet").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test, CancelAfter(60_000)]
    public async Task RunAsync_ImagesAreBeingImported_OnlyContainersWaitForThem(CancellationToken ct)
    {
        await using var cluster = await TestCluster.StartAsync(
            new TestClusterOptions { Time = TimeProvider.System }, ct);
        await cluster.Client.Of<V1Pod>().CreateAsync(NodeFixture.Pod(edit: s => s.Containers[0].Env = [Storage]), ct);
        var imported = new TaskCompletionSource();
        var calls = new ConcurrentQueue<(string Operation, bool Imported)>();
        var runtime = new SimulatedPodRuntime(TimeProvider.System)
        {
            Before = (operation, _) => calls.Enqueue((operation, imported.Task.IsCompleted)),
        };
        var informers = new InformerSet(cluster.Client, TimeProvider.System, NullLoggerFactory.Instance);
        var kubelet = new KubeletRole(
            new KubeletOptions
            {
                NodeName = "node1",
                NodeIPs = ["192.168.0.1"],
                RootDirectory = Path.Combine(_folder, "kubelet"),
                PodLogsDirectory = Path.Combine(_folder, "logs"),
                ResolvConfPath = Path.Combine(_folder, "resolv.conf"),
                ImagesImported = imported.Task,
            },
            new KubeletSeams(
                cluster.Client, informers, runtime, new SimulatedMounts(), new SimulatedNodeFacts(), Cgroups: null),
            TimeProvider.System, NullLoggerFactory.Instance);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task[] running = [kubelet.RunAsync(stop.Token), informers.RunAsync(stop.Token)];

        await cluster.WaitForAsync<V1Node>(
            n => n.Status?.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) == true, null, ct);
        await kubelet.Ready.WaitAsync(ct);

        // A pod comes and goes: the workers are at work.
        await cluster.Client.Of<V1Pod>().CreateAsync(NodeFixture.Pod("brief"), ct);
        await foreach (var change in cluster.Client.Of<V1Pod>().WatchAsync("default", new ListOptions(), ct))
        {
            var isBrief = change.Object.Metadata.Name == "brief";
            if (isBrief && change.Type == WatchEventType.Deleted)
            {
                break;
            }

            if (isBrief && change.Object is { Metadata.DeletionTimestamp: null, Status.Conditions: { } known }
                && known.Exists(c => c is { Type: "PodReadyToStartContainers", Status: "True" }))
            {
                await cluster.Client.Of<V1Pod>().DeleteAsync("default", "brief", null, ct);
            }
        }

        imported.SetResult();
        await cluster.WaitForAsync<V1Pod>(p => p.Status?.Phase == "Running", "default", ct);
        Assert.That(calls, Has.Member(("RunSandbox", false)));
        Assert.That(calls.Where(c => c.Operation == "CreateContainer"), Is.EqualTo(new[] { ("CreateContainer", true) }));

        // Without a limit of its own, a container may use what the node has.
        var environment = runtime.ConfigOf(runtime.Containers.Single().Id).Environment;
        Assert.That(environment, Has.Member(new EnvironmentEntry("STORAGE", $"{100L << 30}")));

        await stop.CancelAsync();
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
