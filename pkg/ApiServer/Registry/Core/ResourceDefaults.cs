using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.ApiServer.Registry.Core.PodSpecs;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>What upstream fills into requests and limits.</summary>
internal static class ResourceDefaults
{
    private const decimal Milli = 0.001m;

    /// <summary>Amounts finer than a thousandth are rounded up; only a text with a unit or a point can be so fine.</summary>
    public static void RoundUp(JsonObject? amounts)
    {
        if (amounts is null)
        {
            return;
        }

        for (var i = 0; i < amounts.Count; i++)
        {
            if (amounts[i] is JsonValue value && value.TryGetValue<string>(out var text)
                && text.AsSpan().IndexOfAny("nu.e") >= 0 && ResourceQuantity.TryParse(text, out var amount)
                && amount.Value % Milli != 0)
            {
                amounts.SetAt(i, ResourceQuantity.FromMilli(amount.MilliValue).ToString());
            }
        }
    }

    /// <summary>A limit without a request is the request too.</summary>
    public static void RequestLimits(JsonObject resources)
    {
        if (resources.Child("limits") is not { Count: > 0 } limits)
        {
            return;
        }

        var requests = resources.Ensure("requests");
        foreach (var (name, amount) in limits)
        {
            if (requests[name] is null && amount is not null)
            {
                requests[name] = amount.DeepClone();
            }
        }
    }

    /// <summary>
    /// Resources of the pod as a whole, where some are given (KEP-2837): limits from the containers where all have one,
    /// requests from the containers, or else from the pod's limits.
    /// </summary>
    public static void ApplyToPod(JsonObject spec, JsonObject resources)
    {
        if (resources.Count("limits") == 0 && resources.Count("requests") == 0)
        {
            return;
        }

        var pod = KubeJson.Deserialize<V1PodSpec>(spec);
        var totals = PodTotals.Limits(pod);
        foreach (var (name, amount) in totals.Where(total => ResourceNames.IsHugePage(total.Key)))
        {
            if (resources.Child("requests")?[name] is null)
            {
                resources.Ensure("limits").Default(name, amount.ToString());
            }
        }

        if (resources.Count("limits") == 0)
        {
            foreach (var (name, amount) in totals.Where(total => total.Key is "cpu" or "memory" && AllHaveLimit(pod, total.Key)))
            {
                resources.Ensure("limits")[name] = amount.ToString();
            }
        }

        if (resources.Child("limits") is not { Count: > 0 } limits)
        {
            return;
        }

        var requests = resources.Ensure("requests");
        foreach (var (name, amount) in PodTotals.Requests(pod))
        {
            if (requests[name] is null && name is "cpu" or "memory")
            {
                requests[name] = amount.ToString();
            }
        }

        foreach (var (name, amount) in limits)
        {
            if (requests[name] is null && (name is "cpu" or "memory" || ResourceNames.IsHugePage(name)))
            {
                requests[name] = amount!.DeepClone();
            }
        }
    }

    private static bool AllHaveLimit(V1PodSpec pod, string name) => pod.Containers.Concat(pod.InitContainers ?? [])
        .All(container => container.Resources?.Limits?.ContainsKey(name) == true);
}
