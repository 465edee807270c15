using Kube1.Api;
using Kube1.Api.Models;

namespace Kube1.Scheduler.Snapshot;

/// <summary>
/// What a pod asks for: https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers,
/// with sidecars (KEP-753), overhead (KEP-688), pod-level resources (KEP-2837) and resizing in place (KEP-1287).
/// </summary>
internal static class PodRequests
{
    /// <summary>What scoring assumes of a container that requests no CPU, so that such pods do not all pile up on one node.</summary>
    public const long DefaultMilliCpu = 100;

    /// <summary>The same for memory.</summary>
    public const long DefaultMemoryBytes = 200L * 1024 * 1024;

    /// <summary>The sum that filtering uses, or with <paramref name="nonZero"/> the one that scoring uses.</summary>
    public static ResourceAmounts Of(V1Pod pod, bool nonZero = false)
    {
        var spec = pod.Spec ?? new V1PodSpec();
        var total = new ResourceAmounts();
        foreach (var container in spec.Containers)
        {
            total.Add(OfContainer(pod, container, nonZero));
        }

        total.Max(OfInitContainers(pod, spec, total, nonZero));
        ApplyPodLevel(spec, total);
        if (spec.Overhead is not null)
        {
            total.Add(ResourceAmounts.From(spec.Overhead));
        }

        return total;
    }

    // Sidecars start in order and stay: each plain init container runs beside the sidecars before it, and the main
    // containers beside all of them.
    private static ResourceAmounts OfInitContainers(V1Pod pod, V1PodSpec spec, ResourceAmounts total, bool nonZero)
    {
        var peak = new ResourceAmounts();
        if (spec.InitContainers is null)
        {
            return peak;
        }

        var sidecars = new ResourceAmounts();
        foreach (var container in spec.InitContainers)
        {
            var requests = OfContainer(pod, container, nonZero);
            if (container.RestartPolicy == "Always")
            {
                total.Add(requests);
                sidecars.Add(requests);
                peak.Max(sidecars);
            }
            else
            {
                requests.Add(sidecars);
                peak.Max(requests);
            }
        }

        return peak;
    }

    private static void ApplyPodLevel(V1PodSpec spec, ResourceAmounts total)
    {
        foreach (var (name, quantity) in spec.Resources?.Requests ?? [])
        {
            if (name is "cpu" or "memory" || name.StartsWith("hugepages-", StringComparison.Ordinal))
            {
                total[name] = name == "cpu" ? quantity.MilliValue : quantity.LongValue;
            }
        }
    }

    private static ResourceAmounts OfContainer(V1Pod pod, V1Container container, bool nonZero)
    {
        var amounts = ResourceAmounts.From(container.Resources?.Requests);
        if (pod.Status?.ContainerStatuses is not null || pod.Status?.InitContainerStatuses is not null)
        {
            ApplyResize(pod, container, amounts);
        }

        if (nonZero && !Requests(container, "cpu"))
        {
            amounts.MilliCpu = DefaultMilliCpu;
        }

        if (nonZero && !Requests(container, "memory"))
        {
            amounts.MemoryBytes = DefaultMemoryBytes;
        }

        return amounts;
    }

    // While a resize is under way the node still holds the larger of old and new; one that can never happen counts as
    // what is really there.
    private static void ApplyResize(V1Pod pod, V1Container container, ResourceAmounts amounts)
    {
        var status = pod.Status!.ContainerStatuses?.Find(s => s.Name == container.Name)
            ?? pod.Status.InitContainerStatuses?.Find(s => s.Name == container.Name);
        if (status?.Resources?.Requests is null && status?.AllocatedResources is null)
        {
            return;
        }

        var infeasible = pod.Status.Conditions?.Exists(c =>
            c.Type == "PodResizePending" && c.Reason == "Infeasible") == true;
        if (infeasible)
        {
            amounts.Add(amounts.Clone(), -1);
        }

        amounts.Max(ResourceAmounts.From(status.Resources?.Requests));
        amounts.Max(ResourceAmounts.From(status.AllocatedResources));
    }

    private static bool Requests(V1Container container, string resource) =>
        container.Resources?.Requests?.ContainsKey(resource) == true;
}
