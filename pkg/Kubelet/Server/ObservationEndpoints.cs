using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Hosts;
using Kube1.Kubelet.PodWorkers;
using Kube1.Kubelet.Runtime;
using Microsoft.AspNetCore.Http;

namespace Kube1.Kubelet.Server;

/// <summary>/pods, /metrics, /stats/summary and /configz.</summary>
internal sealed class ObservationEndpoints(
    KubeletOptions options, IPodRuntime runtime, PodWorkerSet workers, INodeFacts facts, IMounts mounts, TimeProvider time)
{
    public Task PodsAsync(HttpContext context)
    {
        var items = new JsonArray();
        foreach (var pod in workers.All.Select(w => w.Snapshot()).OfType<V1Pod>())
        {
            items.Add((JsonNode)KubeJson.ToJson(pod));
        }

        return JsonAsync(context, new JsonObject
        {
            ["kind"] = "PodList",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["items"] = items,
        });
    }

    public Task ConfigAsync(HttpContext context) => JsonAsync(context, new JsonObject
    {
        ["kubeletconfig"] = new JsonObject
        {
            ["kind"] = "KubeletConfiguration",
            ["apiVersion"] = "kubelet.config.k8s.io/v1beta1",
            ["clusterDomain"] = options.ClusterDomain,
            ["clusterDNS"] = options.ClusterDnsAddress is { } dns ? new JsonArray((JsonNode)dns) : [],
            ["maxPods"] = options.MaxPods,
            ["cgroupDriver"] = "cgroupfs",
            ["containerLogMaxFiles"] = options.ContainerLogMaxFiles,
        },
    });

    public async Task MetricsAsync(HttpContext context)
    {
        var all = workers.All.ToList();
        var running = all.Sum(w => w.State.Running.Count());
        var text = new StringBuilder()
            .Append("# HELP kubelet_running_pods Number of pods that have a running pod sandbox\n")
            .Append("# TYPE kubelet_running_pods gauge\n")
            .Append(CultureInfo.InvariantCulture, $"kubelet_running_pods {all.Count(w => w.State.ReadySandbox is not null)}\n")
            .Append("# HELP kubelet_running_containers Number of containers currently running\n")
            .Append("# TYPE kubelet_running_containers gauge\n")
            .Append(CultureInfo.InvariantCulture, $"kubelet_running_containers{{container_state=\"running\"}} {running}\n")
            .Append("# HELP kubelet_desired_pods The number of pods the kubelet is being instructed to run\n")
            .Append("# TYPE kubelet_desired_pods gauge\n")
            .Append(CultureInfo.InvariantCulture, $"kubelet_desired_pods{{static=\"\"}} {all.Count(w => w.Pod is not null)}\n");
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.WriteAsync(text.ToString(), context.RequestAborted);
    }

    public async Task SummaryAsync(HttpContext context)
    {
        var ct = context.RequestAborted;
        var stats = await runtime.ListContainerStatsAsync(ct);
        var sandboxes = (await runtime.ListSandboxStatsAsync(ct)).ToLookup(s => s.Metadata.Uid, StringComparer.Ordinal);
        var pods = new JsonArray();
        foreach (var group in stats.Where(s => s.Labels.ContainsKey(PodKeys.PodUid)).GroupBy(s => s.Labels[PodKeys.PodUid]))
        {
            pods.Add((JsonNode)Pod(group.Key, [.. group], sandboxes[group.Key].FirstOrDefault()));
        }

        var root = mounts.UsageOf(options.RootDirectory);
        var now = Time(time.GetUtcNow());
        var available = facts.AvailableMemoryBytes();
        await JsonAsync(context, new JsonObject
        {
            ["node"] = new JsonObject
            {
                ["nodeName"] = options.NodeName,
                ["cpu"] = new JsonObject { ["time"] = now, ["usageCoreNanoSeconds"] = facts.CpuUsageCoreNanoSeconds() },
                ["memory"] = new JsonObject
                {
                    ["time"] = now,
                    ["availableBytes"] = available,
                    ["workingSetBytes"] = (ulong)facts.Machine.MemoryBytes - available,
                },
                ["fs"] = new JsonObject
                {
                    ["time"] = now,
                    ["availableBytes"] = root.AvailableBytes,
                    ["capacityBytes"] = root.CapacityBytes,
                    ["usedBytes"] = root.UsedBytes,
                    ["inodesFree"] = root.InodesFree,
                    ["inodes"] = root.Inodes,
                    ["inodesUsed"] = root.InodesUsed,
                },
            },
            ["pods"] = pods,
        });
    }

    private static JsonObject Pod(string uid, List<ContainerStats> stats, SandboxStats? sandbox)
    {
        var containers = new JsonArray();
        foreach (var container in stats)
        {
            containers.Add((JsonNode)new JsonObject
            {
                ["name"] = container.Metadata.Name,
                ["cpu"] = Cpu(container.Time, container.CpuUsageNanoCores, container.CpuUsageCoreNanoSeconds),
                ["memory"] = Memory(container.Time, container.MemoryWorkingSetBytes, container.MemoryUsageBytes),
                ["rootfs"] = new JsonObject { ["time"] = Time(container.Time), ["usedBytes"] = container.WritableLayerBytes },
            });
        }

        var when = stats[0].Time;
        return new JsonObject
        {
            ["podRef"] = new JsonObject
            {
                ["name"] = stats[0].Labels.GetValueOrDefault(PodKeys.PodName),
                ["namespace"] = stats[0].Labels.GetValueOrDefault(PodKeys.PodNamespace),
                ["uid"] = uid,
            },
            ["containers"] = containers,
            ["cpu"] = Cpu(when, sandbox?.CpuUsageNanoCores ?? ContainerUsage.Sum(stats, s => s.CpuUsageNanoCores),
                sandbox?.CpuUsageCoreNanoSeconds ?? ContainerUsage.Sum(stats, s => s.CpuUsageCoreNanoSeconds)),
            ["memory"] = Memory(when, sandbox?.MemoryWorkingSetBytes ?? ContainerUsage.Sum(stats, s => s.MemoryWorkingSetBytes),
                ContainerUsage.Sum(stats, s => s.MemoryUsageBytes)),
        };
    }

    private static JsonObject Cpu(DateTimeOffset when, ulong? nanoCores, ulong? total) => new()
    {
        ["time"] = Time(when),
        ["usageNanoCores"] = nanoCores,
        ["usageCoreNanoSeconds"] = total,
    };

    private static JsonObject Memory(DateTimeOffset when, ulong? workingSet, ulong? usage) => new()
    {
        ["time"] = Time(when),
        ["usageBytes"] = usage,
        ["workingSetBytes"] = workingSet,
    };

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static Task JsonAsync(HttpContext context, JsonObject body)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }
}
