using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Validation;
using Kube1.ApiServer.Extensions.CustomResources;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.ApiExtensions;

/// <summary>
/// CustomResourceDefinitions:
/// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
/// </summary>
internal sealed class CustomResourceDefinitionResource : ResourceStrategy
{
    private const long HttpsPort = 443;

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override bool TakesAnyFinalizer => true;

    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;

    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        var names = spec.Ensure("names");
        var kind = names.Text("kind");
        if (kind.Length > 0)
        {
            names.Default("singular", kind.ToLowerInvariant());
            names.Default("listKind", kind + "List");
        }

        var conversion = spec.Ensure("conversion");
        if (conversion.Count == 0)
        {
            conversion["strategy"] = "None";
        }

        conversion.Child("webhook").Child("clientConfig").Child("service")?.Default("port", HttpsPort);
        SchemaCanonicalizer.Apply(obj);
    }

    /// <inheritdoc/>
    public override void PrepareForCreate(StrategyContext context, JsonObject obj)
    {
        base.PrepareForCreate(context, obj);
        KeepStoredVersions(obj);
    }

    /// <inheritdoc/>
    public override void PrepareForUpdate(StrategyContext context, JsonObject obj, JsonObject old)
    {
        base.PrepareForUpdate(context, obj, old);
        KeepStoredVersions(obj);
    }

    /// <inheritdoc/>
    public override void PrepareForStatusUpdate(StrategyContext context, JsonObject obj, JsonObject old)
    {
        base.PrepareForStatusUpdate(context, obj, old);
        KeepMetadata(obj, old, "labels", "annotations", "finalizers", "ownerReferences");
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        DefinitionRules.Validate(obj, null, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        DefinitionRules.Validate(obj, old, errors);

    /// <inheritdoc/>
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        DefinitionRules.ValidateStatus(obj, errors);

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old) =>
        DefinitionWarnings.Of(obj, old);

    /// <summary>The first DELETE only marks: the objects go first.</summary>
    public override bool IsHeld(JsonObject obj) => ObjectMetadata.Of(obj).DeletionTimestamp is null;

    /// <inheritdoc/>
    public override void OnMarkedForDeletion(JsonObject obj)
    {
        // Upstream marks definitions by a way of its own, which knows no grace period and leaves the generation alone.
        var meta = ObjectMetadata.Of(obj);
        meta.DeletionGracePeriodSeconds = null;
        meta.Generation--;
        meta.Finalizers = [.. meta.Finalizers.Where(f => f != DefinitionFinalizer.Name), DefinitionFinalizer.Name];
        StatusConditions.Set(
            obj, DefinitionConditions.Terminating, "True", "InstanceDeletionPending",
            "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
            meta.DeletionTimestamp!.Value);
    }

    // The version in which objects are written may be in the store from now on.
    private static void KeepStoredVersions(JsonObject obj)
    {
        var storage = obj.Child("spec").Items("versions").FirstOrDefault(v => v.Flag("storage")).Text("name");
        var status = obj.Ensure("status");
        if (storage.Length > 0 && !status.Texts("storedVersions").Contains(storage))
        {
            status["storedVersions"] = new JsonArray(
                [.. status.Texts("storedVersions").Append(storage).Select(v => (JsonNode)v)]);
        }
    }
}
