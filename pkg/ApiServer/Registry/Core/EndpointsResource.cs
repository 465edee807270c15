using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>Endpoints: the addresses behind a Service, as they were kept before EndpointSlices.</summary>
internal sealed class EndpointsResource : ResourceStrategy
{
    private const int MaxShown = 3;

    /// <inheritdoc/>
    public override bool AllowCreateOnUpdate => true;

    /// <inheritdoc/>
    public override string Deprecation => "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";

    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        foreach (var port in obj.Items("subsets").SelectMany(s => s.Items("ports")))
        {
            port.Default("protocol", "TCP");
        }
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        EndpointRules.Validate(KubeJson.Deserialize<V1Endpoints>(obj), errors);

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Text("Endpoints", "Ready addresses with their ports", Addresses),
        Columns.Age,
    ];

    private static string Addresses(JsonObject obj)
    {
        var all = new List<string>();
        foreach (var subset in obj.Items("subsets"))
        {
            var addresses = subset.Items("addresses").Select(a => a.Text("ip")).ToList();
            var ports = subset.Items("ports").Select(p => p.Integer("port") ?? 0).ToList();
            all.AddRange(ports.Count == 0
                ? addresses
                : ports.SelectMany(port => addresses.Select(address => Join(address, port))));
        }

        return obj.Count("subsets") == 0 ? Columns.None : Columns.FirstOf(all, MaxShown);
    }

    private static string Join(string address, long port) => address.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{address}]:{port}")
        : string.Create(CultureInfo.InvariantCulture, $"{address}:{port}");
}
