using System.Globalization;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Kubelet.Hosts;
using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.Nodes;

/// <summary>What can change about a node, as one picture.</summary>
internal sealed record NodeObservations
{
    public required RuntimeVersion RuntimeVersion { get; init; }

    /// <summary>Null when the runtime does not answer.</summary>
    public RuntimeConditions? Runtime { get; init; }

    public IReadOnlyList<RuntimeImage> Images { get; init; } = [];

    /// <summary>Names of the pressure conditions that hold.</summary>
    public IReadOnlyList<string> Pressures { get; init; } = [];

    public FileSystemUsage? RootFileSystem { get; init; }

    public int? ServerPort { get; init; }

    public required DateTimeOffset Now { get; init; }
}

/// <summary>
/// A node's labels and status as upstream's kubelet reports them.
/// Source: https://kubernetes.io/docs/reference/node/node-status/
/// </summary>
internal sealed class NodeStatusBuilder(KubeletOptions options, MachineFacts machine)
{
    /// <summary>Upstream's --node-status-max-images.</summary>
    private const int MaxImages = 50;
    private const int MaxNamesPerImage = 5;

    public Dictionary<string, string> Labels() => new(options.Labels, StringComparer.Ordinal)
    {
        ["kubernetes.io/hostname"] = options.NodeName,
        ["kubernetes.io/os"] = machine.OperatingSystem,
        ["kubernetes.io/arch"] = machine.Architecture,
        ["beta.kubernetes.io/os"] = machine.OperatingSystem,
        ["beta.kubernetes.io/arch"] = machine.Architecture,
    };

    /// <summary>CPU, memory, ephemeral storage and pods; allocatable is what is left after the reservations.</summary>
    public (Dictionary<string, ResourceQuantity> Capacity, Dictionary<string, ResourceQuantity> Allocatable) Resources(
        FileSystemUsage? root)
    {
        var capacity = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal)
        {
            ["cpu"] = ResourceQuantity.FromLong(machine.CpuCount),
            ["memory"] = Kibi(machine.MemoryBytes),
            ["pods"] = ResourceQuantity.FromLong(options.MaxPods),
        };
        if (root is not null)
        {
            capacity["ephemeral-storage"] = Kibi((long)root.CapacityBytes);
        }

        foreach (var (size, bytes) in machine.HugePages)
        {
            capacity["hugepages-" + HugePageSize(size)] = ResourceQuantity.FromLong(bytes);
        }

        var allocatable = new Dictionary<string, ResourceQuantity>(capacity, StringComparer.Ordinal);
        foreach (var (name, reserved) in options.Reserved)
        {
            if (capacity.TryGetValue(name, out var all))
            {
                var left = Math.Max(0m, all.Value - reserved.Value);
                allocatable[name] = name == "memory" ? Kibi((long)left) : name == "cpu"
                    ? ResourceQuantity.FromMilli((long)(left * 1000))
                    : ResourceQuantity.FromLong((long)left);
            }
        }

        return (capacity, allocatable);
    }

    public V1NodeStatus Build(NodeObservations seen, V1NodeStatus? old)
    {
        var (capacity, allocatable) = Resources(seen.RootFileSystem);
        return new V1NodeStatus
        {
            Addresses =
            [
                .. options.NodeIPs.Select(ip => new V1NodeAddress { Type = "InternalIP", Address = ip }),
                new V1NodeAddress { Type = "Hostname", Address = options.NodeName },
            ],
            Capacity = capacity,
            Allocatable = allocatable,
            Conditions = Conditions(seen, old),
            DaemonEndpoints = new V1NodeDaemonEndpoints
            {
                KubeletEndpoint = seen.ServerPort is { } port ? new V1DaemonEndpoint { Port = port } : null,
            },
            NodeInfo = new V1NodeSystemInfo
            {
                Architecture = machine.Architecture,
                OperatingSystem = machine.OperatingSystem,
                OsImage = machine.OsImage,
                KernelVersion = machine.KernelVersion,
                MachineID = machine.MachineId,
                SystemUUID = machine.SystemUuid,
                BootID = machine.BootId,
                KubeletVersion = options.KubeletVersion,
                KubeProxyVersion = "",
                ContainerRuntimeVersion = $"{seen.RuntimeVersion.RuntimeName}://{seen.RuntimeVersion.Version}",
            },
            Images =
            [
                .. seen.Images.OrderByDescending(i => i.SizeBytes).Take(MaxImages).Select(i => new V1ContainerImage
                {
                    Names = [.. i.RepoDigests.Concat(i.RepoTags).Take(MaxNamesPerImage)],
                    SizeBytes = i.SizeBytes,
                }),
            ],
        };
    }

    private static List<V1NodeCondition> Conditions(NodeObservations seen, V1NodeStatus? old)
    {
        List<V1NodeCondition> all =
        [
            Pressure(seen, "MemoryPressure", "KubeletHasSufficientMemory", "KubeletHasInsufficientMemory",
                "kubelet has sufficient memory available", "kubelet has insufficient memory available"),
            Pressure(seen, "DiskPressure", "KubeletHasNoDiskPressure", "KubeletHasDiskPressure",
                "kubelet has no disk pressure", "kubelet has disk pressure"),
            Pressure(seen, "PIDPressure", "KubeletHasSufficientPID", "KubeletHasInsufficientPID",
                "kubelet has sufficient PID available", "kubelet has insufficient PID available"),
            Ready(seen),
        ];
        foreach (var condition in all)
        {
            var before = old?.Conditions?.Find(c => c.Type == condition.Type);
            condition.LastHeartbeatTime = seen.Now;
            condition.LastTransitionTime = before is not null && before.Status == condition.Status
                ? before.LastTransitionTime
                : seen.Now;
        }

        return all;
    }

    private static V1NodeCondition Pressure(
        NodeObservations seen, string type, string fine, string bad, string fineMessage, string badMessage)
    {
        var holds = seen.Pressures.Contains(type);
        return new V1NodeCondition
        {
            Type = type,
            Status = holds ? "True" : "False",
            Reason = holds ? bad : fine,
            Message = holds ? badMessage : fineMessage,
        };
    }

    private static V1NodeCondition Ready(NodeObservations seen)
    {
        var problems = new List<string>();
        if (seen.Runtime is null)
        {
            problems.Add("container runtime is down");
        }
        else
        {
            if (!seen.Runtime.Runtime.Ready)
            {
                problems.Add(Problem("container runtime not ready: RuntimeReady", seen.Runtime.Runtime));
            }

            if (!seen.Runtime.Network.Ready)
            {
                problems.Add(Problem("container runtime network not ready: NetworkReady", seen.Runtime.Network));
            }
        }

        return new V1NodeCondition
        {
            Type = "Ready",
            Status = problems.Count == 0 ? "True" : "False",
            Reason = problems.Count == 0 ? "KubeletReady" : "KubeletNotReady",
            Message = problems.Count == 0 ? "kubelet is posting ready status" : $"[{string.Join(", ", problems)}]".Trim('[', ']'),
        };
    }

    private static string Problem(string what, RuntimeCondition condition) =>
        $"{what}=false reason:{condition.Reason} message:{condition.Message}";

    private static ResourceQuantity Kibi(long bytes) =>
        ResourceQuantity.Parse((bytes / 1024).ToString(CultureInfo.InvariantCulture) + "Ki");

    private static string HugePageSize(long bytes) => bytes % (1L << 30) == 0 ? $"{bytes >> 30}Gi" : $"{bytes >> 20}Mi";
}
