using Kube1.Api.Models;
using Kube1.Client.Events;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Hosts;
using Kube1.Kubelet.Images;
using Kube1.Kubelet.Nodes;
using Kube1.Kubelet.PodWorkers;
using Kube1.Kubelet.Resources;
using Kube1.Kubelet.Runtime;
using Kube1.Kubelet.Status;
using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.Evictions;

/// <summary>What the monitor looks at and acts on.</summary>
internal sealed record EvictionSeams(
    IPodRuntime Runtime, IMounts Mounts, INodeFacts Facts, PodWorkerSet Workers, PodUsageReader Usage,
    ImageCollector Images, ContainerEvents Events, EventRecorder Recorder);

/// <summary>
/// Keeps the node alive when memory or disk run short: it frees what nobody uses, and when that does not do it evicts
/// one pod, waits until it is gone, and looks again. Pods that break their own limits of local storage go in any case.
/// Source: https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/
/// </summary>
internal sealed partial class EvictionMonitor(
    KubeletOptions options, EvictionSeams seams, TimeProvider time, ILogger logger)
{
    /// <summary>Upstream's monitoring interval.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    /// <summary>Upstream's pod clean-up timeout: after this the next pod may go.</summary>
    private static readonly TimeSpan CleanUp = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CleanUpLook = TimeSpan.FromSeconds(1);

    /// <summary>A hard threshold leaves no time: upstream's immediate grace period.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = logger;
    private readonly NodePressure _pressure = new();

    /// <summary>Node conditions that hold now.</summary>
    public IReadOnlyList<string> Conditions => _pressure.Conditions;

    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await SyncAsync(ct);
            }
            catch (Exception e) when (e is RuntimeException or IOException or UnauthorizedAccessException)
            {
                LogFailed(e);
            }

            await Task.Delay(Period, time, ct);
        }
    }

    /// <summary>
    /// Why a node under pressure does not take the pod; memory pressure keeps out only pods that ask for nothing.
    /// </summary>
    public PodFailure? Judge(V1Pod pod)
    {
        var conditions = Conditions;
        if (conditions.Count == 0 || EvictionOrder.IsCritical(pod))
        {
            return null;
        }

        var memoryOnly = conditions is [PressureSignal.MemoryPressure];
        return memoryOnly && (QosClass.Of(pod) != QosClass.BestEffort || ToleratesMemoryPressure(pod))
            ? null
            : new PodFailure(EvictionMessages.Reason, EvictionMessages.NotAdmitted(conditions));
    }

    /// <summary>One look, with what follows from it.</summary>
    internal async Task SyncAsync(CancellationToken ct)
    {
        await EvictOverLimitsAsync(ct);
        var met = (await MeasureAsync(ct)).FirstOrDefault(s => s.IsMet);
        if (met is null)
        {
            return;
        }

        seams.Recorder.Record(
            NodeReference.For(options.NodeName), "Warning", "EvictionThresholdMet",
            $"Attempting to reclaim {met.Resource}");
        if (met.Condition == PressureSignal.DiskPressure)
        {
            await seams.Images.RemoveUnusedAsync(ct);
            met = (await MeasureAsync(ct)).FirstOrDefault(s => s.IsMet);
        }

        if (met is not null)
        {
            await EvictOneAsync(met, ct);
        }
    }

    private async Task<IReadOnlyList<PressureSignal>> MeasureAsync(CancellationToken ct)
    {
        var node = seams.Mounts.UsageOf(options.RootDirectory);
        var signals = PressureSignal.Measure(
            options.Eviction, seams.Facts.AvailableMemoryBytes(), node, await seams.Images.UsageAsync(ct) ?? node);
        _pressure.Observe(signals, time.GetUtcNow());
        return signals;
    }

    private async Task EvictOverLimitsAsync(CancellationToken ct)
    {
        var active = seams.Workers.All.Where(w => w.IsActive).ToList();
        foreach (var usage in await seams.Usage.ReadAsync(active, all: false, ct))
        {
            if (LocalStorageLimits.Breach(usage) is { } message && !EvictionOrder.IsCritical(usage.Pod))
            {
                LogOverLimit(usage.Pod.Metadata.Namespace!, usage.Pod.Metadata.Name!, message);
                Evict(usage.Pod, message);
            }
        }
    }

    private async Task EvictOneAsync(PressureSignal signal, CancellationToken ct)
    {
        var (available, threshold) =
            (EvictionMessages.Quantity(signal.Available), EvictionMessages.Quantity(signal.Threshold));
        var active = seams.Workers.All.Where(w => w.IsActive).ToList();
        var ranked = EvictionOrder.For(signal.Resource, await seams.Usage.ReadAsync(active, all: true, ct)).ToList();
        if (ranked.Count == 0)
        {
            LogNothingToEvict(signal.Name, available, threshold);
            return;
        }

        var first = ranked[0].Pod;
        LogEvicting(signal.Name, available, threshold, first.Metadata.Namespace!, first.Metadata.Name!);
        Evict(first, EvictionMessages.NodeLow(signal, ranked[0]));
        for (var waited = TimeSpan.Zero; waited < CleanUp; waited += CleanUpLook)
        {
            if (seams.Workers.Find(first.Metadata.Uid!) is not { IsCleaned: false })
            {
                return;
            }

            await Task.Delay(CleanUpLook, time, ct);
        }
    }

    private void Evict(V1Pod pod, string message)
    {
        seams.Events.Warning(pod, EvictionMessages.Reason, message);
        seams.Workers.Find(pod.Metadata.Uid!)?.Evict(
            new PodFailure(EvictionMessages.Reason, message) { IsDisruption = true }, Grace);
    }

    private static bool ToleratesMemoryPressure(V1Pod pod) => (pod.Spec!.Tolerations ?? []).Exists(t =>
        (string.IsNullOrEmpty(t.Effect) || t.Effect == "NoSchedule")
        && (t.Key == "node.kubernetes.io/memory-pressure"
            ? t.Operator == "Exists" || string.IsNullOrEmpty(t.Value)
            : string.IsNullOrEmpty(t.Key) && t.Operator == "Exists"));
}
