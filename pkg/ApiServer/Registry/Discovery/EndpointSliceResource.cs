using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Discovery;

/// <summary>EndpointSlices: https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/</summary>
internal sealed class EndpointSliceResource : ResourceStrategy
{
    private const int MaxShown = 3;

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        foreach (var port in obj.Items("ports"))
        {
            port.Default("name", "");
            port.Default("protocol", "TCP");
        }
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        EndpointSliceRules.Validate(KubeJson.Deserialize<V1EndpointSlice>(obj), endpointsKept: false, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        var kept = JsonNode.DeepEquals(obj["endpoints"], old["endpoints"]);
        EndpointSliceRules.Validate(KubeJson.Deserialize<V1EndpointSlice>(obj), kept, errors);
        errors.Immutable(FieldPath.Of("addressType"), obj["addressType"], old["addressType"]);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old) =>
        obj.Text("addressType") == "FQDN"
            ? ["spec.addressType: FQDN endpoints are deprecated"]
            : from endpoint in obj.Items("endpoints").Indexed(FieldPath.Of("endpoints"))
              from address in endpoint.Item.Texts("addresses").Indexed(endpoint.Path.Child("addresses"))
              let warning = AddressRules.WarningForIP(address.Item, address.Path)
              where warning is not null
              select warning;

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Field("AddressType", "IPv4, IPv6 or FQDN", "addressType"),
        Columns.Text("Ports", "Ports of the endpoints", o => Shown(o.Items("ports").Select(Port))),
        Columns.Text("Endpoints", "Addresses of the endpoints", o => Shown(o.Items("endpoints").SelectMany(e => e.Texts("addresses")))),
        Columns.Age,
    ];

    private static string Port(JsonObject port) =>
        port.Integer("port")?.ToString(CultureInfo.InvariantCulture) ?? Columns.OrElse(port.Text("name"), "*");

    private static string Shown(IEnumerable<string> items) =>
        Columns.OrElse(Columns.FirstOf([.. items], MaxShown), Columns.Unset);
}
