using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.DynamicResources;

/// <summary>ResourceSlices: the devices of a driver, on a node or reachable from several.</summary>
internal sealed class ResourceSliceResource : ResourceStrategy
{
    private static readonly string[] ListFields = ["ints", "bools", "strings", "versions"];

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <summary>Attributes with lists of values are behind the gate DRAListTypeAttributes.</summary>
    public override void DropDisabled(JsonObject obj, JsonObject? old)
    {
        if (old is not null && Attributes(old).Any(attribute => ListFields.Any(attribute.ContainsKey)))
        {
            return;
        }

        foreach (var attribute in Attributes(obj))
        {
            foreach (var field in ListFields)
            {
                attribute.Remove(field);
            }
        }
    }

    /// <inheritdoc/>
    public override void PrepareForCreate(StrategyContext context, JsonObject obj)
    {
        base.PrepareForCreate(context, obj);
        StampTaints(context, obj);
    }

    /// <inheritdoc/>
    public override void PrepareForUpdate(StrategyContext context, JsonObject obj, JsonObject old)
    {
        base.PrepareForUpdate(context, obj, old);
        StampTaints(context, obj);
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        ResourceSliceRules.Validate(obj, null, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        ResourceSliceRules.Validate(obj, old, errors);

    /// <inheritdoc/>
    public override IReadOnlyList<SelectableField> SelectableFields { get; } =
    [
        new("spec.nodeName", static o => o.Text("spec.nodeName")),
        new("spec.driver", static o => o.Text("spec.driver")),
    ];

    /// <inheritdoc/>
    public override string FieldNotSupported(string path) =>
        $"field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: {path}";

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Text("Node", "The node that has the devices", o => o.At("spec.nodeName") is null ? null : o.Text("spec.nodeName")),
        Columns.Field("Driver", "Whose devices they are", "spec.driver"),
        Columns.Field("Pool", "The pool that they belong to", "spec.pool.name"),
        Columns.Age,
    ];

    private static IEnumerable<JsonObject> Attributes(JsonObject slice) => slice.Child("spec").Items("devices")
        .SelectMany(device => device.Child("attributes") ?? []).Select(pair => pair.Value).OfType<JsonObject>();

    // Upstream stamps a taint without a time when it fills in defaults.
    private static void StampTaints(StrategyContext context, JsonObject obj)
    {
        foreach (var taint in obj.Child("spec").Items("devices").SelectMany(d => d.Items("taints")))
        {
            taint.Default("timeAdded", context.Time.GetUtcNow().UtcDateTime.ToString(
                "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }
    }
}
