using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.DynamicResources;

/// <summary>ResourceClaims: https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/</summary>
internal sealed class ResourceClaimResource : ResourceStrategy
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <inheritdoc/>
    public override void Default(JsonObject obj) => DeviceRequestDefaults.Apply(obj.Child("spec"));

    /// <inheritdoc/>
    public override void PrepareForStatusUpdate(StrategyContext context, JsonObject obj, JsonObject old)
    {
        base.PrepareForStatusUpdate(context, obj, old);
        KeepMetadata(obj, old, "labels", "annotations", "finalizers", "ownerReferences");
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        DeviceRequestRules.Validate(obj.Child("spec"), Spec, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        errors.Immutable(Spec, obj["spec"], old["spec"]);

    /// <inheritdoc/>
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        ClaimStatusRules.Validate(obj, old, errors);

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
        [Columns.Name, Columns.Text("State", "How far it has got: pending, allocated, reserved", State), Columns.Age];

    private static string State(JsonObject claim)
    {
        var deleted = claim.At("metadata.deletionTimestamp") is not null;
        string[] states = claim.Child("status").Child("allocation") is null ? deleted ? [] : ["pending"]
            : claim.Count("status.reservedFor") > 0 ? ["allocated", "reserved"]
            : ["allocated"];
        return Columns.Join(deleted ? ["deleted", .. states] : states);
    }
}
