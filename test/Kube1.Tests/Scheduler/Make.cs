using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Scheduler;
using Kube1.Scheduler.Plugins;

namespace Kube1.Tests.Scheduler;

/// <summary>Small objects for scheduler tests.</summary>
internal static class Make
{
    public static V1Node Node(string name, string cpu = "4", string memory = "8Gi", int pods = 110) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = name, Labels = new Dictionary<string, string> { ["kubernetes.io/hostname"] = name },
        },
        Spec = new V1NodeSpec(),
        Status = new V1NodeStatus
        {
            Allocatable = new Dictionary<string, ResourceQuantity>
            {
                ["cpu"] = ResourceQuantity.Parse(cpu),
                ["memory"] = ResourceQuantity.Parse(memory),
                ["pods"] = ResourceQuantity.FromLong(pods),
            },
        },
    };

    public static V1Node With(this V1Node node, Action<V1Node> change)
    {
        change(node);
        return node;
    }

    public static V1Pod Pod(string name, string? cpu = null, string? memory = null, int priority = 0, string? node = null)
    {
        var requests = new Dictionary<string, ResourceQuantity>();
        if (cpu is not null)
        {
            requests["cpu"] = ResourceQuantity.Parse(cpu);
        }

        if (memory is not null)
        {
            requests["memory"] = ResourceQuantity.Parse(memory);
        }

        return new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = name, Namespace = "default", Uid = "uid-" + name, Labels = [] },
            Spec = new V1PodSpec
            {
                Priority = priority,
                NodeName = node,
                Containers =
                [
                    new V1Container { Name = "app", Resources = new V1ResourceRequirements { Requests = requests } },
                ],
            },
            Status = new V1PodStatus { Phase = "Pending" },
        };
    }

    public static V1Pod With(this V1Pod pod, Action<V1Pod> change)
    {
        change(pod);
        return pod;
    }

    public static V1Pod Labelled(this V1Pod pod, string key, string value) => pod.With(p => p.Metadata.Labels![key] = value);

    public static SchedulerCore Core(
        TimeProvider? time = null, IWorkloadSelectors? workloads = null, params V1PodDisruptionBudget[] budgets) =>
        new(workloads ?? new NoWorkloads(), () => budgets, time ?? TimeProvider.System, new Random(1));

    public static void Apply(this SchedulerCore core, params V1Node[] nodes)
    {
        foreach (var node in nodes)
        {
            core.ApplyNode(node.Metadata.Name!, node);
        }
    }

    public static void Apply(this SchedulerCore core, params V1Pod[] pods)
    {
        foreach (var pod in pods)
        {
            core.ApplyPod($"{pod.Metadata.Namespace}/{pod.Metadata.Name}", pod);
        }
    }

    /// <summary>Brings the pod in and decides on it.</summary>
    public static Decision Decide(this SchedulerCore core, V1Pod pod)
    {
        core.Apply(pod);
        return core.Next() ?? throw new InvalidOperationException("nothing was ready to be tried");
    }

    internal sealed class NoWorkloads : IWorkloadSelectors
    {
        public V1LabelSelector? SelectorOf(V1Pod pod) => null;
    }

    internal sealed class OneService(string key, string value) : IWorkloadSelectors
    {
        public V1LabelSelector? SelectorOf(V1Pod pod) => pod.Metadata.Labels?.GetValueOrDefault(key) == value
            ? new V1LabelSelector { MatchLabels = new Dictionary<string, string> { [key] = value } }
            : null;
    }
}
