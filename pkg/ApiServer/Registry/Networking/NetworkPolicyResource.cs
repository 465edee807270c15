using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Networking;

/// <summary>NetworkPolicies: https://kubernetes.io/docs/concepts/services-networking/network-policies/</summary>
internal sealed class NetworkPolicyResource : ResourceStrategy
{
    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        foreach (var port in spec.Items("ingress").Concat(spec.Items("egress")).SelectMany(rule => rule.Items("ports")))
        {
            port.Default("protocol", "TCP");
        }

        if (spec.Count("policyTypes") == 0)
        {
            spec["policyTypes"] = spec.Count("egress") > 0 ? new JsonArray("Ingress", "Egress") : new JsonArray("Ingress");
        }
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        NetworkPolicyRules.Validate(KubeJson.Deserialize<V1NetworkPolicy>(obj), null, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        NetworkPolicyRules.Validate(
            KubeJson.Deserialize<V1NetworkPolicy>(obj), KubeJson.Deserialize<V1NetworkPolicy>(old), errors);

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old) =>
        NetworkPolicyRules.Warnings(KubeJson.Deserialize<V1NetworkPolicy>(obj));

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Text("Pod-Selector", "Pods that it is for", o => Columns.SelectorText(o.At("spec.podSelector") as JsonObject)),
        Columns.Age,
    ];
}
