using System.Diagnostics;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Scheduler;
using Kube1.Scheduler.Plugins;

namespace Kube1.Benchmarks.Scheduler;

/// <summary>Decisions a second over a thousand nodes, without an API server: what the scheduler itself costs.</summary>
internal static class SchedulingBenchmark
{
    private const int Nodes = 1000;
    private const int Pods = 10_000;

    public static Task RunAsync(TextWriter output, CancellationToken ct)
    {
        Measure(output, "plain pods", new Siblings(null), ct);
        Measure(output, "pods of one Service (spread over nodes and zones)", new Siblings("app"), ct);
        return Task.CompletedTask;
    }

    private static void Measure(TextWriter output, string what, IWorkloadSelectors workloads, CancellationToken ct)
    {
        var core = new SchedulerCore(workloads, () => [], TimeProvider.System, new Random(1));
        for (var i = 0; i < Nodes; i++)
        {
            var node = Node(i);
            core.ApplyNode(node.Metadata.Name!, node);
        }

        // A first round lets the JIT settle.
        Schedule(core, "warm", 1000, ct);
        var started = Stopwatch.GetTimestamp();
        var placed = Schedule(core, "pod", Pods, ct);
        var elapsed = Stopwatch.GetElapsedTime(started);
        output.WriteLine(
            $"scheduler, {Nodes} nodes, {what}: {placed / elapsed.TotalSeconds:F0} pods/s ({placed} in {elapsed.TotalMilliseconds:F0} ms)");
    }

    private static int Schedule(SchedulerCore core, string prefix, int count, CancellationToken ct)
    {
        for (var i = 0; i < count; i++)
        {
            var pod = Pod($"{prefix}-{i}");
            core.ApplyPod("default/" + pod.Metadata.Name, pod);
        }

        var placed = 0;
        while (!ct.IsCancellationRequested && core.Next() is { } decision)
        {
            placed += decision.Node is null ? 0 : 1;
        }

        return placed;
    }

    private static V1Node Node(int i) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = $"node-{i}",
            Labels = new Dictionary<string, string>
            {
                ["kubernetes.io/hostname"] = $"node-{i}", ["topology.kubernetes.io/zone"] = $"zone-{i % 3}",
            },
        },
        Status = new V1NodeStatus
        {
            Allocatable = new Dictionary<string, ResourceQuantity>
            {
                ["cpu"] = ResourceQuantity.Parse("32"), ["memory"] = ResourceQuantity.Parse("64Gi"),
                ["pods"] = ResourceQuantity.Parse("110"),
            },
        },
    };

    private static V1Pod Pod(string name) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = name, Namespace = "default", Uid = name,
            Labels = new Dictionary<string, string> { ["app"] = "web" },
        },
        Spec = new V1PodSpec
        {
            Containers =
            [
                new V1Container
                {
                    Name = "app", Image = "app",
                    Resources = new V1ResourceRequirements
                    {
                        Requests = new Dictionary<string, ResourceQuantity>
                        {
                            ["cpu"] = ResourceQuantity.Parse("100m"), ["memory"] = ResourceQuantity.Parse("128Mi"),
                        },
                    },
                },
            ],
        },
    };

    private sealed class Siblings(string? key) : IWorkloadSelectors
    {
        public V1LabelSelector? SelectorOf(V1Pod pod) => key is null
            ? null
            : new V1LabelSelector
            {
                MatchLabels = new Dictionary<string, string> { [key] = pod.Metadata.Labels![key] },
            };
    }
}
