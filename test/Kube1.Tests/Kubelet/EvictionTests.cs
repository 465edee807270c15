using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Evictions;
using Kube1.Kubelet.Images;
using Kube1.Kubelet.Volumes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Kubelet;

[TestFixture]
internal sealed class EvictionTests
{
    private static readonly PressureSignal LowMemory = new(
        "memory.available", PressureSignal.Memory, PressureSignal.MemoryPressure, 50 << 20, 100 << 20);

    [Test]
    public void For_Memory_ExcessThenPriorityThenAmount()
    {
        var within = Usage("within", used: 50, request: "64Mi");
        var over = Usage("over", used: 100, request: "64Mi");
        var overMore = Usage("over-more", used: 300, request: "64Mi");
        var important = Usage("important", used: 500, request: "64Mi", priority: 100);
        var critical = Usage("critical", used: 900, request: "64Mi", priority: 2_000_000_000);
        var order = EvictionOrder.For(PressureSignal.Memory, [within, over, important, critical, overMore]);
        Assert.That(
            order.Select(u => u.Pod.Metadata.Name), Is.EqualTo(new[] { "over-more", "over", "important", "within" }));
    }

    [Test]
    public void NodeLow_Memory_SaysWhatUpstreamSays() =>
        Assert.That(EvictionMessages.NodeLow(LowMemory, Usage("web", used: 100, request: "64Mi")), Is.EqualTo(
            "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. "
            + "Container app was using 100Mi, request is 64Mi, has larger consumption of memory. "));

    [Test]
    public void Observe_SignalRecovers_ConditionStaysFiveMinutes()
    {
        var pressure = new NodePressure();
        var now = DateTimeOffset.UnixEpoch;
        pressure.Observe([LowMemory], now);
        Assert.That(pressure.Conditions, Is.EqualTo(new[] { "MemoryPressure" }));
        var fine = LowMemory with { Available = 200 << 20 };
        pressure.Observe([fine], now.AddMinutes(4));
        Assert.That(pressure.Conditions, Is.EqualTo(new[] { "MemoryPressure" }));
        pressure.Observe([fine], now.AddMinutes(5));
        Assert.That(pressure.Conditions, Is.Empty);
    }

    [Test]
    public void Breach_Limits_NameWhatIsFull()
    {
        var pod = NodeFixture.Pod(edit: s => s.Volumes =
        [
            new V1Volume { Name = "v", EmptyDir = new V1EmptyDirVolumeSource { SizeLimit = ResourceQuantity.Parse("1Mi") } },
        ]);
        PodUsage With(decimal volume, decimal container) => new(
            pod,
            [new ContainerUsage(pod.Spec!.Containers[0], 0, container)],
            new Dictionary<string, decimal> { ["v"] = volume });

        Assert.That(LocalStorageLimits.Breach(With(1 << 20, 0)), Is.Null);
        Assert.That(
            LocalStorageLimits.Breach(With((1 << 20) + 1, 0)),
            Is.EqualTo("Usage of EmptyDir volume \"v\" exceeds the limit \"1Mi\". "));
        pod.Spec!.Containers[0].Resources = new V1ResourceRequirements
        {
            Limits = new() { ["ephemeral-storage"] = ResourceQuantity.Parse("2Mi") },
        };
        Assert.That(
            LocalStorageLimits.Breach(With(1 << 20, (1 << 20) + 1)),
            Is.EqualTo("Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. "));
    }

    [Test]
    public async Task SyncAsync_LowMemory_EvictsOneAndRefusesBestEffort()
    {
        await using var node = new NodeFixture();
        var small = NodeFixture.Pod("small");
        var big = NodeFixture.Pod("big", s => s.Containers[0].Name = "big");
        node.Runtime.MemoryOf = config => config.Metadata.Name == "big" ? 500UL << 20 : 1 << 20;
        node.Workers.Put(small);
        node.Workers.Put(big);
        await node.UntilPhaseAsync(small, "Running");
        await node.UntilPhaseAsync(big, "Running");

        var monitor = Monitor(node);
        node.Facts.AvailableBytes = 50 << 20;
        var sync = monitor.SyncAsync(CancellationToken.None);
        await node.UntilPhaseAsync(big, "Failed", TimeSpan.FromSeconds(1));
        await node.UntilAsync(() => sync.IsCompleted, "the monitor has seen the pod end", TimeSpan.FromSeconds(1));
        await sync;

        var status = node.Status(big)!;
        Assert.That(status.Reason, Is.EqualTo("Evicted"));
        Assert.That(status.Message, Does.StartWith("The node was low on resource: memory. Threshold quantity: 100Mi, "));
        Assert.That(status.Conditions!.Find(c => c.Type == "DisruptionTarget"), Is.Not.Null);
        Assert.That(status.Conditions!.Find(c => c.Type == "DisruptionTarget")!.Reason, Is.EqualTo("TerminationByKubelet"));
        Assert.That(node.Status(small)!.Phase, Is.EqualTo("Running"));
        Assert.That(monitor.Conditions, Is.EqualTo(new[] { "MemoryPressure" }));
        Assert.That(monitor.Judge(NodeFixture.Pod("next"))!.Message, Is.EqualTo("The node had condition: [MemoryPressure]. "));
        var asks = NodeFixture.Pod("asks", s => s.Containers[0].Resources = new V1ResourceRequirements
        {
            Requests = new() { ["memory"] = ResourceQuantity.Parse("1Mi") },
        });
        Assert.That(monitor.Judge(asks), Is.Null);
    }

    [Test]
    public async Task SyncAsync_EmptyDirOverItsLimit_EvictsPod()
    {
        await using var node = new NodeFixture();
        var pod = NodeFixture.Pod(edit: s => s.Volumes =
        [
            new V1Volume { Name = "v", EmptyDir = new V1EmptyDirVolumeSource { SizeLimit = ResourceQuantity.Parse("1Ki") } },
        ]);
        node.Workers.Put(pod);
        await node.UntilPhaseAsync(pod, "Running");
        var path = new PodFolders(node.Options.RootDirectory).Volume(pod.Metadata.Uid!, "empty-dir", "v");
        await File.WriteAllBytesAsync(Path.Combine(path, "file"), new byte[2000]);

        await Monitor(node).SyncAsync(CancellationToken.None);
        await node.UntilPhaseAsync(pod, "Failed", TimeSpan.FromSeconds(1));
        Assert.That(node.Status(pod)!.Message, Is.EqualTo("Usage of EmptyDir volume \"v\" exceeds the limit \"1Ki\". "));
    }

    private static EvictionMonitor Monitor(NodeFixture node)
    {
        var images = new ImageCollector(
            node.Options, node.Runtime, node.Mounts, node.Recorder, node.Time, NullLogger.Instance);
        var folders = new PodFolders(node.Options.RootDirectory);
        var usage = new PodUsageReader(node.Options, node.Runtime, node.Mounts, folders);
        var seams = new EvictionSeams(
            node.Runtime, node.Mounts, node.Facts, node.Workers, usage, images, new ContainerEvents(node.Recorder),
            node.Recorder);
        return new EvictionMonitor(node.Options, seams, node.Time, NullLogger.Instance);
    }

    private static PodUsage Usage(string name, int used, string request, int priority = 0)
    {
        var pod = NodeFixture.Pod(name, s =>
        {
            s.Priority = priority;
            s.Containers[0].Resources = new V1ResourceRequirements
            {
                Requests = new() { ["memory"] = ResourceQuantity.Parse(request) },
            };
        });
        return new PodUsage(
            pod, [new ContainerUsage(pod.Spec!.Containers[0], (decimal)used * (1 << 20), 0)],
            new Dictionary<string, decimal>());
    }
}
