using Kube1.Api;
using Kube1.Api.Models;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>
/// What a pod's containers ask for together. Init containers run one after the other before the others, next to the
/// sidecars that have started by then (KEP-753), so only the largest of them counts.
/// </summary>
internal static class PodTotals
{
    /// <summary>Of all requests.</summary>
    public static Dictionary<string, ResourceQuantity> Requests(V1PodSpec spec) => Sum(spec, r => r.Requests);

    /// <summary>Of all limits.</summary>
    public static Dictionary<string, ResourceQuantity> Limits(V1PodSpec spec) => Sum(spec, r => r.Limits);

    private static Dictionary<string, ResourceQuantity> Sum(
        V1PodSpec spec, Func<V1ResourceRequirements, Dictionary<string, ResourceQuantity>?> part)
    {
        var total = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        foreach (var container in spec.Containers)
        {
            Add(total, Of(container, part));
        }

        var sidecars = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        var most = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        foreach (var container in spec.InitContainers ?? [])
        {
            var own = Of(container, part);
            if (container.RestartPolicy == "Always")
            {
                Add(total, own);
                Add(sidecars, own);
                Raise(most, sidecars);
            }
            else
            {
                var together = new Dictionary<string, ResourceQuantity>(sidecars, StringComparer.Ordinal);
                Add(together, own);
                Raise(most, together);
            }
        }

        Raise(total, most);
        return total;
    }

    private static Dictionary<string, ResourceQuantity> Of(
        V1Container container, Func<V1ResourceRequirements, Dictionary<string, ResourceQuantity>?> part) =>
        container.Resources is null ? [] : part(container.Resources) ?? [];

    private static void Add(Dictionary<string, ResourceQuantity> total, Dictionary<string, ResourceQuantity> more)
    {
        foreach (var (name, amount) in more)
        {
            total[name] = total.TryGetValue(name, out var sum) ? sum + amount : amount;
        }
    }

    private static void Raise(Dictionary<string, ResourceQuantity> total, Dictionary<string, ResourceQuantity> least)
    {
        foreach (var (name, amount) in least)
        {
            if (!total.TryGetValue(name, out var sum) || sum < amount)
            {
                total[name] = amount;
            }
        }
    }
}
