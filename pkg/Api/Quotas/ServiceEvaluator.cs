using System.Text.Json.Nodes;
using Kube1.Api.Models;

namespace Kube1.Api.Quotas;

/// <summary>Services: their number, their node ports and load balancers.</summary>
public sealed class ServiceEvaluator() : QuotaEvaluator(new GroupResource("", "services"))
{
    /// <inheritdoc/>
    public override bool Tracks(string name) =>
        name is "count/services" or "services" or "services.nodeports" or "services.loadbalancers";

    /// <inheritdoc/>
    public override object Decode(JsonObject obj) => KubeJson.Deserialize<V1Service>(obj);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, ResourceQuantity> Usage(object obj, DateTimeOffset now)
    {
        var spec = ((V1Service)obj).Spec;
        var balanced = spec?.Type == "LoadBalancer";
        return new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal)
        {
            [CountName] = One,
            ["services"] = One,
            ["services.nodeports"] = ResourceQuantity.FromLong(NodePorts(spec)),
            ["services.loadbalancers"] = ResourceQuantity.FromLong(balanced ? 1 : 0),
        };
    }

    // Ports are taken only after this is asked, so that what the Service is about to get counts.
    private static int NodePorts(V1ServiceSpec? spec) => spec?.Type switch
    {
        "NodePort" => spec.Ports?.Count ?? 0,
        "LoadBalancer" when spec.AllocateLoadBalancerNodePorts == false =>
            spec.Ports?.Count(p => p.NodePort is not (null or 0)) ?? 0,
        "LoadBalancer" => spec.Ports?.Count ?? 0,
        _ => 0,
    };
}
