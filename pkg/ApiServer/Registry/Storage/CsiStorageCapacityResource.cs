using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;
using Kube1.ApiServer.Registry.Core.PodSpecs;

namespace Kube1.ApiServer.Registry.Storage;

/// <summary>CSIStorageCapacities: how much room a driver has where.</summary>
internal sealed class CsiStorageCapacityResource : ResourceStrategy
{
    private static readonly FieldPath Topology = FieldPath.Of("nodeTopology");

    private static readonly FieldPath ClassName = FieldPath.Of("storageClassName");

    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        errors.Selector(Topology, obj.Child("nodeTopology"));
        errors.AddMessages(ClassName, obj.Text("storageClassName"), NameRules.IsDns1123Subdomain, evenEmpty: true);
        foreach (var field in new[] { "capacity", "maximumVolumeSize" })
        {
            if (ResourceQuantity.TryParse(obj[field]?.ToString(), out var amount) && amount.Sign < 0)
            {
                errors.Invalid(FieldPath.Of(field), amount.ToString(), "must be greater than or equal to 0");
            }
        }
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        errors.Immutable(Topology, obj["nodeTopology"], old["nodeTopology"]);
        errors.Immutable(ClassName, obj["storageClassName"], old["storageClassName"]);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old)
    {
        var warnings = new List<string>();
        NodeLabelWarnings.AddTerm(obj.Child("nodeTopology"), checkValues: false, Topology, warnings);
        foreach (var (label, _) in obj.Child("nodeTopology").Child("matchLabels") ?? [])
        {
            if (NodeLabelWarnings.Of(label) is { } message)
            {
                warnings.Add($"{Topology.Child("matchLabels", label)}: {message}");
            }
        }

        return warnings;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Field("StorageClassName", "The class that the room is for", "storageClassName"),
        Columns.Text("Capacity", "How much there is", o => o["capacity"]?.ToString() ?? Columns.Unset),
    ];
}
