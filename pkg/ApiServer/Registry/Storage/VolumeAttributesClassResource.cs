using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Storage;

/// <summary>VolumeAttributesClasses: https://kubernetes.io/docs/concepts/storage/volume-attributes-classes/</summary>
internal sealed class VolumeAttributesClassResource : ResourceStrategy
{
    private const string DefaultMark = "volumeattributesclass.alpha.kubernetes.io/is-default-class";

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        DriverRules.ValidateProvisioner(obj.Text("driverName"), FieldPath.Of("driverName"), errors);
        DriverRules.ValidateParameters(
            obj.Child("parameters"), mayBeEmpty: false, FieldPath.Of("parameters"), errors);
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        DriverRules.Kept(obj, old, errors, "driverName", "parameters");

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name with
        {
            Cell = (o, _) => o.Text("metadata.name")
                + ((string?)o.Child("metadata").Child("annotations")?[DefaultMark] == "true" ? " (default)" : ""),
        },
        Columns.Field("DriverName", "The driver whose volumes it is for", "driverName"),
        Columns.Age,
    ];
}
