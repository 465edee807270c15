using Kube1.Kubelet.Runtime;

namespace Kube1.Runtimes.Cri.Mapping;

/// <summary>Usage figures from CRI; what the runtime leaves out stays null.</summary>
internal static class StatsMapping
{
    public static ContainerStats FromProto(V1.ContainerStats stats) => new(
        stats.Attributes?.Id ?? "",
        ContainerMapping.FromProto(stats.Attributes?.Metadata),
        stats.Attributes?.Labels.ToDictionary() ?? [],
        LinuxMapping.Time(stats.Cpu?.Timestamp ?? stats.Memory?.Timestamp ?? 0))
    {
        CpuUsageCoreNanoSeconds = stats.Cpu?.UsageCoreNanoSeconds?.Value,
        CpuUsageNanoCores = stats.Cpu?.UsageNanoCores?.Value,
        MemoryWorkingSetBytes = stats.Memory?.WorkingSetBytes?.Value,
        MemoryUsageBytes = stats.Memory?.UsageBytes?.Value,
        MemoryRssBytes = stats.Memory?.RssBytes?.Value,
        MemoryAvailableBytes = stats.Memory?.AvailableBytes?.Value,
        PageFaults = stats.Memory?.PageFaults?.Value,
        MajorPageFaults = stats.Memory?.MajorPageFaults?.Value,
        WritableLayerBytes = stats.WritableLayer?.UsedBytes?.Value,
        WritableLayerInodes = stats.WritableLayer?.InodesUsed?.Value,
    };

    public static SandboxStats FromProto(V1.PodSandboxStats stats)
    {
        var linux = stats.Linux;
        var link = linux?.Network?.DefaultInterface;
        return new SandboxStats(
            stats.Attributes?.Id ?? "",
            SandboxMapping.FromProto(stats.Attributes?.Metadata),
            LinuxMapping.Time(linux?.Cpu?.Timestamp ?? linux?.Network?.Timestamp ?? 0))
        {
            CpuUsageCoreNanoSeconds = linux?.Cpu?.UsageCoreNanoSeconds?.Value,
            CpuUsageNanoCores = linux?.Cpu?.UsageNanoCores?.Value,
            MemoryWorkingSetBytes = linux?.Memory?.WorkingSetBytes?.Value,
            InterfaceName = link?.Name ?? "",
            ReceivedBytes = link?.RxBytes?.Value,
            SentBytes = link?.TxBytes?.Value,
            ProcessCount = linux?.Process?.ProcessCount?.Value,
        };
    }

    public static RuntimeImage FromProto(V1.Image image, bool pinned) => new()
    {
        Id = image.Id,
        RepoTags = [.. image.RepoTags],
        RepoDigests = [.. image.RepoDigests],
        SizeBytes = (long)image.Size,
        Uid = image.Uid?.Value,
        UserName = image.Username,
        Pinned = image.Pinned || pinned,
    };
}
