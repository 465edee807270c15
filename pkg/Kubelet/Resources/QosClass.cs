using Kube1.Api;
using Kube1.Api.Models;

namespace Kube1.Kubelet.Resources;

/// <summary>
/// The pod's quality of service class, from CPU and memory of all containers.
/// Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/
/// </summary>
internal static class QosClass
{
    public const string Guaranteed = "Guaranteed";
    public const string Burstable = "Burstable";
    public const string BestEffort = "BestEffort";

    private static readonly string[] Counted = ["cpu", "memory"];

    public static string Of(V1Pod pod)
    {
        if (!string.IsNullOrEmpty(pod.Status?.QosClass))
        {
            return pod.Status.QosClass;
        }

        IEnumerable<V1ResourceRequirements?> all = pod.Spec!.Resources is { } whole
            ? [whole]
            : (pod.Spec.InitContainers ?? []).Concat(pod.Spec.Containers).Select(c => c.Resources);
        var anything = false;
        var guaranteed = true;
        foreach (var resources in all)
        {
            foreach (var name in Counted)
            {
                var limit = Amount(resources?.Limits, name);
                var request = Amount(resources?.Requests, name);
                anything |= limit > 0 || request > 0;
                guaranteed &= limit > 0 && (request == 0 || request == limit);
            }
        }

        return !anything ? BestEffort : guaranteed ? Guaranteed : Burstable;
    }

    private static decimal Amount(Dictionary<string, ResourceQuantity>? map, string name) =>
        map is not null && map.TryGetValue(name, out var quantity) ? quantity.Value : 0m;
}
