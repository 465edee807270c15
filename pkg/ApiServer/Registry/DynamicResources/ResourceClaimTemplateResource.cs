using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.DynamicResources;

/// <summary>ResourceClaimTemplates: claims are made from them, one for each pod.</summary>
internal sealed class ResourceClaimTemplateResource : ResourceStrategy
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <inheritdoc/>
    public override void Default(JsonObject obj) => DeviceRequestDefaults.Apply(obj.Child("spec").Child("spec"));

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        var metadata = obj.Child("spec").Child("metadata");
        var at = Spec.Child("metadata");
        ObjectMetaValidation.ValidateAnnotations(metadata.Child("annotations"), at.Child("annotations"), errors);
        ObjectMetaValidation.ValidateLabels(metadata.Child("labels"), at.Child("labels"), errors);
        foreach (var field in (metadata ?? []).Select(p => p.Key).Where(f => f is not ("annotations" or "labels")))
        {
            errors.Forbidden(at.Child(field), "cannot be set");
        }

        DeviceRequestRules.Validate(obj.Child("spec").Child("spec"), Spec.Child("spec"), errors);
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        errors.Immutable(Spec, obj["spec"], old["spec"]);

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } = [Columns.Name, Columns.Age];
}
