using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Hosts;
using Kube1.Kubelet.PodWorkers;
using Kube1.Kubelet.Runtime;
using Microsoft.AspNetCore.Http;

namespace Kube1.Kubelet.Server;

/// <summary>
/// /metrics/resource: CPU and memory of the node, its pods and their containers, from which metrics-server makes what
/// `kubectl top` shows. Source: https://kubernetes.io/docs/reference/instrumentation/node-metrics/ (KEP-727)
/// </summary>
internal sealed class ResourceMetricsEndpoint(IPodRuntime runtime, PodWorkerSet workers, INodeFacts facts, TimeProvider time)
{
    private const double NanosecondsASecond = 1e9;

    public async Task HandleAsync(HttpContext context)
    {
        var text = new MetricsText();
        var failed = 0;
        try
        {
            await AddPodsAsync(text, context.RequestAborted);
            AddNode(text);
        }
        catch (Exception e) when (e is RuntimeException or IOException)
        {
            // Told by the metric that is there for it; the next scrape may do.
            failed = 1;
        }

        text.Gauge(
            "resource_scrape_error", "[STABLE] 1 if there was an error while getting container metrics, 0 otherwise", failed, null);
        context.Response.ContentType = MetricsText.ContentType;
        await context.Response.WriteAsync(text.ToString(), context.RequestAborted);
    }

    private void AddNode(MetricsText text)
    {
        var now = time.GetUtcNow();
        text.Counter(
            "node_cpu_usage_seconds_total", "[STABLE] Cumulative cpu time consumed by the node in core-seconds",
            facts.CpuUsageCoreNanoSeconds() / NanosecondsASecond, now);
        text.Gauge(
            "node_memory_working_set_bytes", "[STABLE] Current working set of the node in bytes",
            facts.Machine.MemoryBytes - (double)facts.AvailableMemoryBytes(), now);
    }

    private async Task AddPodsAsync(MetricsText text, CancellationToken ct)
    {
        var sandboxes = (await runtime.ListSandboxStatsAsync(ct)).ToLookup(s => s.Metadata.Uid, StringComparer.Ordinal);
        var stats = (await runtime.ListContainerStatsAsync(ct)).Where(s => s.Labels.ContainsKey(PodKeys.PodUid));
        foreach (var pod in stats.GroupBy(s => s.Labels[PodKeys.PodUid]))
        {
            foreach (var container in pod)
            {
                AddContainer(text, container, workers.Find(pod.Key)?.State);
            }

            AddPod(text, [.. pod], sandboxes[pod.Key].FirstOrDefault());
        }
    }

    private static void AddContainer(MetricsText text, ContainerStats stats, PodRuntimeState? state)
    {
        ReadOnlySpan<(string, string)> labels =
            [("container", stats.Metadata.Name), ("namespace", Namespace(stats)), ("pod", PodName(stats))];
        if (state?.Containers.FirstOrDefault(c => c.Id == stats.Id)?.Status.StartedAt is { } started)
        {
            text.Gauge(
                "container_start_time_seconds", "[STABLE] Start time of the container since unix epoch in seconds",
                (started - DateTimeOffset.UnixEpoch).TotalSeconds, null, labels);
        }

        if (stats.CpuUsageCoreNanoSeconds is { } cpu)
        {
            text.Counter(
                "container_cpu_usage_seconds_total", "[STABLE] Cumulative cpu time consumed by the container in core-seconds",
                cpu / NanosecondsASecond, stats.Time, labels);
        }

        if (stats.MemoryWorkingSetBytes is { } memory)
        {
            text.Gauge(
                "container_memory_working_set_bytes", "[STABLE] Current working set of the container in bytes",
                memory, stats.Time, labels);
        }
    }

    /// <summary>The sandbox's figures are those of the pod's cgroup; without them its containers' are all there is.</summary>
    private static void AddPod(MetricsText text, List<ContainerStats> stats, SandboxStats? sandbox)
    {
        ReadOnlySpan<(string, string)> labels = [("namespace", Namespace(stats[0])), ("pod", PodName(stats[0]))];
        var at = sandbox?.Time ?? stats[0].Time;
        if ((sandbox?.CpuUsageCoreNanoSeconds ?? ContainerUsage.Sum(stats, s => s.CpuUsageCoreNanoSeconds)) is { } cpu)
        {
            text.Counter(
                "pod_cpu_usage_seconds_total", "[STABLE] Cumulative cpu time consumed by the pod in core-seconds",
                cpu / NanosecondsASecond, at, labels);
        }

        if ((sandbox?.MemoryWorkingSetBytes ?? ContainerUsage.Sum(stats, s => s.MemoryWorkingSetBytes)) is { } memory)
        {
            text.Gauge(
                "pod_memory_working_set_bytes", "[STABLE] Current working set of the pod in bytes", memory, at, labels);
        }
    }

    private static string Namespace(ContainerStats stats) => stats.Labels.GetValueOrDefault(PodKeys.PodNamespace, "");

    private static string PodName(ContainerStats stats) => stats.Labels.GetValueOrDefault(PodKeys.PodName, "");
}
