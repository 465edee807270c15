using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.Resources;

/// <summary>Requests and limits in the kernel's terms.</summary>
internal static class ContainerResources
{
    private const long QuotaPeriodMicroseconds = 100_000;

    /// <summary>Quotas below this are refused by the kernel.</summary>
    private const long MinQuotaMicroseconds = 1_000;
    private const long MinShares = 2;
    private const long MaxShares = 262_144;
    private const int GuaranteedOomScore = -997;
    private const int BestEffortOomScore = 1000;

    /// <summary>Pods from this priority on are critical and are spared by the OOM killer.</summary>
    private const int SystemCriticalPriority = 2_000_000_000;

    public static LinuxResources For(V1Pod pod, V1Container container, long nodeMemoryBytes)
    {
        var limits = container.Resources?.Limits;
        var requests = container.Resources?.Requests;
        var cpuLimit = Milli(limits, "cpu");
        var cpuRequest = requests?.ContainsKey("cpu") == true ? Milli(requests, "cpu") : cpuLimit;
        return new LinuxResources
        {
            CpuShares = Shares(cpuRequest),
            CpuPeriod = QuotaPeriodMicroseconds,
            CpuQuota = Quota(cpuLimit),
            MemoryLimitInBytes = (long)Bytes(limits, "memory"),
            OomScoreAdj = OomScore(pod, container, nodeMemoryBytes),
        };
    }

    public static LinuxResources ForPod(V1Pod pod)
    {
        var requests = PodResources.Requests(pod);
        var limits = PodResources.Limits(pod);
        var cpuLimited = PodResources.AllLimited(pod, "cpu");
        var memoryLimited = PodResources.AllLimited(pod, "memory");
        return new LinuxResources
        {
            CpuShares = Shares((long)(requests.GetValueOrDefault("cpu") * 1000)),
            CpuPeriod = QuotaPeriodMicroseconds,
            CpuQuota = cpuLimited ? Quota((long)(limits.GetValueOrDefault("cpu") * 1000)) : 0,
            MemoryLimitInBytes = memoryLimited ? (long)limits.GetValueOrDefault("memory") : 0,
        };
    }

    public static long Shares(long milliCpu) =>
        milliCpu <= 0 ? MinShares : Math.Clamp(milliCpu * 1024 / 1000, MinShares, MaxShares);

    private static long Quota(long milliCpu) =>
        milliCpu <= 0 ? 0 : Math.Max(MinQuotaMicroseconds, milliCpu * QuotaPeriodMicroseconds / 1000);

    /// <summary>https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#node-out-of-memory-behavior</summary>
    private static long OomScore(V1Pod pod, V1Container container, long nodeMemoryBytes)
    {
        if (pod.Spec!.Priority >= SystemCriticalPriority)
        {
            return GuaranteedOomScore;
        }

        switch (QosClass.Of(pod))
        {
            case QosClass.Guaranteed:
                return GuaranteedOomScore;
            case QosClass.BestEffort:
                return BestEffortOomScore;
        }

        var requested = Bytes(container.Resources?.Requests, "memory");
        if (requested == 0)
        {
            requested = Bytes(container.Resources?.Limits, "memory");
        }

        var score = (long)(1000 - 1000 * requested / Math.Max(1, nodeMemoryBytes));
        return Math.Clamp(score, BestEffortOomScore + GuaranteedOomScore, BestEffortOomScore - 1);
    }

    private static long Milli(Dictionary<string, ResourceQuantity>? map, string name) =>
        map is not null && map.TryGetValue(name, out var quantity) ? quantity.MilliValue : 0;

    private static decimal Bytes(Dictionary<string, ResourceQuantity>? map, string name) =>
        map is not null && map.TryGetValue(name, out var quantity) ? quantity.Value : 0m;
}
