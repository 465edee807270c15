using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core.PodSpecs;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>PodTemplates: templates that stand alone.</summary>
internal sealed class PodTemplateResource : ResourceStrategy
{
    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override void Default(JsonObject obj) => PodSpecDefaults.Apply(obj.Ensure("template").Ensure("spec"));

    /// <inheritdoc/>
    public override void DropDisabled(JsonObject obj, JsonObject? old) =>
        DisabledPodFields.Drop(obj.Child("template").Child("spec"), old.Child("template").Child("spec"));

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        PodTemplateRules.Validate(obj.Child("template"), FieldPath.Of("template"), errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        PodTemplateRules.Validate(obj.Child("template"), FieldPath.Of("template"), errors, old.Child("template"));

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old) =>
        PodWarnings.OfTemplate(obj.Child("template"), FieldPath.Of("template"));

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        .. Columns.Template("template.spec").Select(c => c with { Priority = 0 }),
        Columns.Text("Pod Labels", "Labels of the pods made from it", o => Columns.Labels(o.At("template.metadata.labels"))),
    ];
}
