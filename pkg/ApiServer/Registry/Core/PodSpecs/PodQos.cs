using System.Text.Json.Nodes;
using Kube1.Api;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Guaranteed, Burstable or BestEffort: https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/</summary>
internal static class PodQos
{
    private static readonly string[] Computing = ["cpu", "memory"];

    /// <summary>The class of a pod with this spec; resources of the pod as a whole go before its containers' (KEP-2837).</summary>
    public static string Of(JsonObject? spec)
    {
        var (any, all) = (false, true);
        var owners = spec.Count("resources.requests") > 0 || spec.Count("resources.limits") > 0
            ? [spec!]
            : spec.Items("initContainers").Concat(spec.Items("containers"));
        foreach (var resources in owners.Select(owner => owner.Child("resources")))
        {
            foreach (var name in Computing)
            {
                var request = Amount(resources.Child("requests"), name);
                var limit = Amount(resources.Child("limits"), name);
                any |= request > 0 || limit > 0;
                all &= limit > 0 && request == limit;
            }
        }

        return !any ? "BestEffort" : all ? "Guaranteed" : "Burstable";
    }

    private static decimal Amount(JsonObject? amounts, string name) =>
        ResourceQuantity.TryParse((string?)amounts?[name], out var quantity) ? quantity.Value : 0;
}
