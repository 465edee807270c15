using Kube1.Kubelet.Runtime;

namespace Kube1.Runtimes.Cri.Mapping;

/// <summary>What sandboxes and containers share: namespaces, security profiles, resources, times.</summary>
internal static class LinuxMapping
{
    public static DateTimeOffset Time(long unixNanoseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(unixNanoseconds / TimeSpan.NanosecondsPerTick);

    public static DateTimeOffset? OptionalTime(long unixNanoseconds) =>
        unixNanoseconds <= 0 ? null : Time(unixNanoseconds);

    public static V1.Int64Value? Int64(long? value) =>
        value is { } known ? new V1.Int64Value { Value = known } : null;

    public static V1.NamespaceOption ToProto(NamespaceOptions options) => new()
    {
        Network = (V1.NamespaceMode)options.Network,
        Pid = (V1.NamespaceMode)options.Pid,
        Ipc = (V1.NamespaceMode)options.Ipc,
        TargetId = options.TargetId,
    };

    public static NamespaceOptions FromProto(V1.NamespaceOption? options) => options is null
        ? new NamespaceOptions()
        : new NamespaceOptions(
            (NamespaceMode)options.Network, (NamespaceMode)options.Pid, (NamespaceMode)options.Ipc, options.TargetId);

    public static V1.SecurityProfile? ToProto(SecurityProfile? profile) => profile is null
        ? null
        : new V1.SecurityProfile
        {
            ProfileType = (V1.SecurityProfile.Types.ProfileType)profile.Type,
            LocalhostRef = profile.LocalhostRef,
        };

    public static V1.SELinuxOption? ToProto(SELinuxOptions? options) => options is null
        ? null
        : new V1.SELinuxOption
        {
            User = options.User,
            Role = options.Role,
            Type = options.Type,
            Level = options.Level,
        };

    public static V1.LinuxContainerResources? ToProto(LinuxResources? resources)
    {
        if (resources is null)
        {
            return null;
        }

        var message = new V1.LinuxContainerResources
        {
            CpuPeriod = resources.CpuPeriod,
            CpuQuota = resources.CpuQuota,
            CpuShares = resources.CpuShares,
            MemoryLimitInBytes = resources.MemoryLimitInBytes,
            MemorySwapLimitInBytes = resources.MemorySwapLimitInBytes,
            OomScoreAdj = resources.OomScoreAdj,
            CpusetCpus = resources.CpusetCpus,
            CpusetMems = resources.CpusetMems,
        };
        foreach (var (size, limit) in resources.HugepageLimits)
        {
            message.HugepageLimits.Add(new V1.HugepageLimit { PageSize = size, Limit = limit });
        }

        foreach (var (file, value) in resources.Unified)
        {
            message.Unified[file] = value;
        }

        return message;
    }

    public static LinuxResources? FromProto(V1.LinuxContainerResources? resources) => resources is null
        ? null
        : new LinuxResources
        {
            CpuPeriod = resources.CpuPeriod,
            CpuQuota = resources.CpuQuota,
            CpuShares = resources.CpuShares,
            MemoryLimitInBytes = resources.MemoryLimitInBytes,
            MemorySwapLimitInBytes = resources.MemorySwapLimitInBytes,
            OomScoreAdj = resources.OomScoreAdj,
            CpusetCpus = resources.CpusetCpus,
            CpusetMems = resources.CpusetMems,
            HugepageLimits = resources.HugepageLimits.ToDictionary(l => l.PageSize, l => l.Limit),
            Unified = resources.Unified.ToDictionary(),
        };
}
