using Kube1.Api;
using Kube1.Api.Models;

namespace Kube1.Kubelet.Resources;

/// <summary>
/// What a pod as a whole asks for: the sum of its containers, or the peak while its init containers run, plus the
/// overhead; pod-level resources (KEP-2837) come first.
/// </summary>
internal static class PodResources
{
    public static Dictionary<string, decimal> Requests(V1Pod pod) =>
        Sum(pod, r => Effective(r), pod.Spec!.Resources is { } r ? Effective(r) : null);

    public static Dictionary<string, decimal> Limits(V1Pod pod) =>
        Sum(pod, r => r?.Limits, pod.Spec!.Resources?.Limits);

    /// <summary>Whether each container limits this resource, so that the pod as a whole is limited.</summary>
    public static bool AllLimited(V1Pod pod, string resource) =>
        pod.Spec!.Resources?.Limits?.ContainsKey(resource) == true
        || (pod.Spec.InitContainers ?? []).Concat(pod.Spec.Containers)
            .All(c => c.Resources?.Limits is { } limits && limits.TryGetValue(resource, out var l) && l.Value > 0);

    public static bool IsSidecar(V1Container container) => container.RestartPolicy == "Always";

    /// <summary>A request that is not given is its limit.</summary>
    private static Dictionary<string, ResourceQuantity>? Effective(V1ResourceRequirements? resources)
    {
        if (resources?.Limits is not { Count: > 0 } limits)
        {
            return resources?.Requests;
        }

        var result = new Dictionary<string, ResourceQuantity>(limits, StringComparer.Ordinal);
        foreach (var (name, quantity) in resources.Requests ?? [])
        {
            result[name] = quantity;
        }

        return result;
    }

    private static Dictionary<string, decimal> Sum(
        V1Pod pod,
        Func<V1ResourceRequirements?, Dictionary<string, ResourceQuantity>?> pick,
        Dictionary<string, ResourceQuantity>? podLevel)
    {
        var running = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var container in pod.Spec!.Containers)
        {
            Add(running, pick(container.Resources));
        }

        var peak = new Dictionary<string, decimal>(StringComparer.Ordinal);
        var sidecars = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var init in pod.Spec.InitContainers ?? [])
        {
            var now = new Dictionary<string, decimal>(sidecars, StringComparer.Ordinal);
            Add(now, pick(init.Resources));
            if (IsSidecar(init))
            {
                sidecars = now;
            }

            Max(peak, now);
        }

        foreach (var (name, amount) in sidecars)
        {
            running[name] = running.GetValueOrDefault(name) + amount;
        }

        Max(running, peak);
        foreach (var (name, quantity) in podLevel ?? [])
        {
            running[name] = quantity.Value;
        }

        foreach (var (name, quantity) in pod.Spec.Overhead ?? [])
        {
            running[name] = running.GetValueOrDefault(name) + quantity.Value;
        }

        return running;
    }

    private static void Add(Dictionary<string, decimal> sum, Dictionary<string, ResourceQuantity>? more)
    {
        foreach (var (name, quantity) in more ?? [])
        {
            sum[name] = sum.GetValueOrDefault(name) + quantity.Value;
        }
    }

    private static void Max(Dictionary<string, decimal> into, Dictionary<string, decimal> other)
    {
        foreach (var (name, amount) in other)
        {
            into[name] = Math.Max(into.GetValueOrDefault(name), amount);
        }
    }
}
