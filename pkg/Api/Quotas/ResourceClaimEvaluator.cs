using System.Text.Json.Nodes;

namespace Kube1.Api.Quotas;

/// <summary>ResourceClaims (KEP-4381): their number and the devices that they may get, by device class.</summary>
public sealed class ResourceClaimEvaluator() : QuotaEvaluator(new GroupResource("resource.k8s.io", "resourceclaims"))
{
    private const string DevicesSuffix = ".deviceclass.resource.k8s.io/devices";

    /// <summary>The most devices of one claim (resource.k8s.io AllocationResultsMaxSize): what "All" may come to.</summary>
    private const int MaxDevices = 32;

    /// <inheritdoc/>
    public override bool Tracks(string name) =>
        name == CountName || name.EndsWith(DevicesSuffix, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override object Decode(JsonObject obj) => obj;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, ResourceQuantity> Usage(object obj, DateTimeOffset now)
    {
        var usage = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal) { [CountName] = One };
        foreach (var request in Items(((JsonObject)obj)["spec"]?["devices"]?["requests"]))
        {
            // Of alternatives one is taken: of each class the most that any of them may take.
            var ofRequest = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
            var alternatives = Items(request["firstAvailable"]).ToList();
            if (alternatives.Count == 0 && request["exactly"] is JsonObject exactly)
            {
                alternatives.Add(exactly);
            }

            foreach (var alternative in alternatives)
            {
                var name = (string?)alternative["deviceClassName"] + DevicesSuffix;
                ResourceSums.RaiseTo(ofRequest, new Dictionary<string, ResourceQuantity> { [name] = Devices(alternative) });
            }

            ResourceSums.AddTo(usage, ofRequest);
        }

        return usage;
    }

    private static ResourceQuantity Devices(JsonObject request) => ResourceQuantity.FromLong(
        (string?)request["allocationMode"] switch
        {
            "All" => MaxDevices,
            "ExactCount" => request["count"] is JsonValue count && count.TryGetValue<long>(out var number) ? number : 1,
            _ => 0,
        });

    private static IEnumerable<JsonObject> Items(JsonNode? list) => (list as JsonArray ?? []).OfType<JsonObject>();
}
