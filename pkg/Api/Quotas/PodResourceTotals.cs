using Kube1.Api.Models;

namespace Kube1.Api.Quotas;

/// <summary>
/// What a pod as a whole requests and is limited to, in exact amounts:
/// https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers, with sidecars
/// (KEP-753), overhead (KEP-688), pod-level resources (KEP-2837) and resizing in place (KEP-1287).
/// </summary>
public static class PodResourceTotals
{
    /// <summary>What the pod requests; while it is resized, the larger of what it has and what it wants.</summary>
    public static Dictionary<string, ResourceQuantity> Requests(V1Pod pod)
    {
        var spec = pod.Spec ?? new V1PodSpec();
        var total = Total(spec, c => Resized(pod, c, r => r?.Requests, s => s.AllocatedResources), r => r?.Requests);
        ResourceSums.AddTo(total, spec.Overhead);
        return total;
    }

    /// <summary>What the pod is limited to; overhead counts only where there is a limit.</summary>
    public static Dictionary<string, ResourceQuantity> Limits(V1Pod pod)
    {
        var spec = pod.Spec ?? new V1PodSpec();
        var total = Total(spec, c => Resized(pod, c, r => r?.Limits, _ => null), r => r?.Limits);
        foreach (var (name, amount) in spec.Overhead ?? [])
        {
            if (total.TryGetValue(name, out var limit))
            {
                total[name] = limit + amount;
            }
        }

        return total;
    }

    /// <summary>The sum over a spec alone of what <paramref name="pick"/> takes, requests or limits; without overhead.</summary>
    public static Dictionary<string, ResourceQuantity> OfSpec(
        V1PodSpec spec, Func<V1ResourceRequirements?, Dictionary<string, ResourceQuantity>?> pick) =>
        Total(spec, c => pick(c.Resources), pick);

    private static Dictionary<string, ResourceQuantity> Total(
        V1PodSpec spec, Func<V1Container, IReadOnlyDictionary<string, ResourceQuantity>?> ofContainer,
        Func<V1ResourceRequirements?, Dictionary<string, ResourceQuantity>?> pick)
    {
        var total = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        foreach (var container in spec.Containers)
        {
            ResourceSums.AddTo(total, ofContainer(container));
        }

        // Sidecars start in order and stay: each plain init container runs beside the sidecars before it, and the main
        // containers beside all of them.
        var peak = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        var sidecars = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        foreach (var container in spec.InitContainers ?? [])
        {
            var amounts = ofContainer(container) ?? new Dictionary<string, ResourceQuantity>();
            if (container.RestartPolicy == "Always")
            {
                ResourceSums.AddTo(total, amounts);
                ResourceSums.AddTo(sidecars, amounts);
                ResourceSums.RaiseTo(peak, sidecars);
            }
            else
            {
                ResourceSums.RaiseTo(peak, ResourceSums.Add(amounts, sidecars));
            }
        }

        ResourceSums.RaiseTo(total, peak);
        foreach (var (name, amount) in pick(spec.Resources) ?? [])
        {
            if (name is "cpu" or "memory" || name.StartsWith("hugepages-", StringComparison.Ordinal))
            {
                total[name] = amount;
            }
        }

        return total;
    }

    private static IReadOnlyDictionary<string, ResourceQuantity>? Resized(
        V1Pod pod, V1Container container,
        Func<V1ResourceRequirements?, Dictionary<string, ResourceQuantity>?> pick,
        Func<V1ContainerStatus, Dictionary<string, ResourceQuantity>?> allocated)
    {
        var wanted = pick(container.Resources);
        var status = pod.Status?.ContainerStatuses?.Find(s => s.Name == container.Name)
            ?? pod.Status?.InitContainerStatuses?.Find(s => s.Name == container.Name);
        if (status is null || (pick(status.Resources) is null && allocated(status) is null))
        {
            return wanted;
        }

        // A resize that can never happen counts as what is really there.
        var infeasible = pod.Status!.Conditions?.Exists(c => c.Type == "PodResizePending" && c.Reason == "Infeasible") == true;
        var peak = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        ResourceSums.RaiseTo(peak, infeasible ? null : wanted);
        ResourceSums.RaiseTo(peak, pick(status.Resources));
        ResourceSums.RaiseTo(peak, allocated(status));
        return peak;
    }
}
