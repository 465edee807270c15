using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Storage;

/// <summary>CSIDrivers: what a storage driver needs. https://kubernetes-csi.github.io/docs/csi-driver-object.html</summary>
internal sealed class CsiDriverResource : ResourceStrategy
{
    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;

    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Default("attachRequired", true);
        spec.Default("podInfoOnMount", false);
        spec.Default("storageCapacity", false);
        spec.Default("fsGroupPolicy", "ReadWriteOnceWithFSType");
        spec.Default("requiresRepublish", false);
        spec.Default("seLinuxMount", false);
        if (spec.Count("volumeLifecycleModes") == 0)
        {
            spec["volumeLifecycleModes"] = new JsonArray("Persistent");
        }
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        CsiDriverRules.Validate(obj, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        CsiDriverRules.ValidateUpdate(obj, old, errors);

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Flag("AttachRequired", "Whether volumes must be attached", "spec.attachRequired", absent: true),
        Columns.Flag("PodInfoOnMount", "Whether it is told of the pod", "spec.podInfoOnMount"),
        Columns.Flag("StorageCapacity", "Whether it reports free capacity", "spec.storageCapacity"),
        Columns.Text("TokenRequests", "Audiences of the tokens that it gets", o => o.At("spec.tokenRequests") is null
            ? Columns.Unset
            : Columns.Join(o.Child("spec").Items("tokenRequests").Select(t => t.Text("audience")))),
        Columns.Flag("RequiresRepublish", "Whether it is called again and again", "spec.requiresRepublish"),
        Columns.Text("Modes", "Lives that its volumes can have", o => Columns.OrElse(
            Columns.Join(o.Texts("spec.volumeLifecycleModes")), Columns.None)),
        Columns.Age,
    ];
}
