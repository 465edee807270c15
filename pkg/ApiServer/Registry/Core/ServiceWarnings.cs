using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>What clients are warned of in Services (k8s.io/kubernetes/pkg/api/service/warnings.go).</summary>
internal static class ServiceWarnings
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <summary>What to say of a Service.</summary>
    public static IEnumerable<string> Of(JsonObject? annotations, V1ServiceSpec spec)
    {
        if (annotations?[ServiceRules.TopologyHints] is not null)
        {
            yield return $"annotation {ServiceRules.TopologyHints} is deprecated, please use {ServiceRules.TopologyMode} instead";
        }

        var isHeadless = spec.Type == "ClusterIP" && spec.ClusterIP == "None";
        foreach (var warning in isHeadless ? OfHeadless(spec) : OfAddresses(spec.ClusterIPs, Spec.Child("clusterIPs")))
        {
            yield return warning;
        }

        foreach (var warning in OfAddresses(spec.ExternalIPs, Spec.Child("externalIPs")))
        {
            yield return warning;
        }

        if (spec.ExternalIPs is { Count: > 0 } && !isHeadless && spec.Type != "ExternalName")
        {
            yield return "spec.externalIPs is deprecated and may no longer be implemented in some clusters";
        }

        if (AddressRules.WarningForIP(spec.LoadBalancerIP ?? "", Spec.Child("loadBalancerIP")) is { } address)
        {
            yield return address;
        }

        for (var i = 0; i < (spec.LoadBalancerSourceRanges?.Count ?? 0); i++)
        {
            var at = Spec.Child("loadBalancerSourceRanges").Index(i);
            if (AddressRules.WarningForCidr(spec.LoadBalancerSourceRanges![i], at) is { } range)
            {
                yield return range;
            }
        }

        if (spec.Type == "ExternalName" && spec.ExternalIPs is { Count: > 0 })
        {
            yield return "spec.externalIPs is ignored when spec.type is \"ExternalName\"";
        }

        if (spec.Type != "ExternalName" && !string.IsNullOrEmpty(spec.ExternalName))
        {
            yield return "spec.externalName is ignored when spec.type is not \"ExternalName\"";
        }

        if (spec.TrafficDistribution == "PreferClose")
        {
            yield return "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"";
        }
    }

    private static IEnumerable<string> OfHeadless(V1ServiceSpec spec)
    {
        if (!string.IsNullOrEmpty(spec.LoadBalancerIP))
        {
            yield return "spec.loadBalancerIP is ignored for headless services";
        }

        if (spec.ExternalIPs is { Count: > 0 })
        {
            yield return "spec.externalIPs is ignored for headless services";
        }

        if (spec.SessionAffinity != "None")
        {
            yield return "spec.SessionAffinity is ignored for headless services";
        }
    }

    private static IEnumerable<string> OfAddresses(List<string>? addresses, FieldPath path) =>
        (addresses ?? []).Select((address, i) => AddressRules.WarningForIP(address, path.Index(i))).OfType<string>();
}
