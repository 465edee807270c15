using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core.PodSpecs;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>ReplicationControllers: what ReplicaSets were before they had a group.</summary>
internal sealed class ReplicationControllerResource : ResourceStrategy
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    private static readonly string[] Counts = ["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas"];

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override ScaleMapping Scale { get; } = new()
    {
        Selector = static o => o.Child("spec").Child("selector") is { Count: > 0 } selector ? Columns.Labels(selector) : "",
    };

    /// <inheritdoc/>
    public override bool DefaultsMetadata => true;

    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Default("replicas", 1);
        if (spec.Child("template") is not { } template)
        {
            return;
        }

        PodSpecDefaults.Apply(template.Ensure("spec"));
        if (template.At("metadata.labels") is not JsonObject { Count: > 0 } labels)
        {
            return;
        }

        if (spec.Count("selector") == 0)
        {
            spec["selector"] = labels.DeepClone();
        }

        if (obj.Count("metadata.labels") == 0)
        {
            obj.Ensure("metadata")["labels"] = labels.DeepClone();
        }
    }

    /// <inheritdoc/>
    public override void DropDisabled(JsonObject obj, JsonObject? old) =>
        DisabledPodFields.DropFromTemplate(obj, old);

    /// <inheritdoc/>
    public override void PrepareForCreate(StrategyContext context, JsonObject obj) =>
        obj["status"] = new JsonObject { ["replicas"] = 0 };

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        Validate(obj, null, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        Validate(obj, old, errors);

    /// <inheritdoc/>
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        var path = FieldPath.Of("status");
        foreach (var field in Counts.Append("observedGeneration"))
        {
            errors.NotNegative(path.Child(field), obj.Integer("status." + field));
        }

        var replicas = obj.Integer("status.replicas") ?? 0;
        foreach (var field in Counts.Skip(1))
        {
            if (obj.Integer("status." + field) is { } count && count > replicas)
            {
                errors.Invalid(path.Child(field), count, "cannot be greater than status.replicas");
            }
        }

        if (obj.Integer("status.availableReplicas") is { } available
            && available > (obj.Integer("status.readyReplicas") ?? 0))
        {
            errors.Invalid(path.Child("availableReplicas"), available, "cannot be greater than readyReplicas");
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old) =>
        PodWarnings.OfTemplate(obj, old);

    /// <inheritdoc/>
    public override IReadOnlyList<SelectableField> SelectableFields { get; } =
        [new("status.replicas", static o => (o.Integer("status.replicas") ?? 0).ToString(CultureInfo.InvariantCulture))];

    /// <summary>As with the API versions in which controllers did the clean-up.</summary>
    public override string DefaultPropagationPolicy => "Orphan";

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Number("Desired", "Pods wanted", "spec.replicas"),
        Columns.Number("Current", "Pods there are", "status.replicas"),
        Columns.Number("Ready", "Pods that are ready", "status.readyReplicas"),
        Columns.Age,
        .. Columns.Template(),
        Columns.Wide("Selector", "Labels of its pods", o => Columns.Labels(o.At("spec.selector"))),
    ];

    private static void Validate(JsonObject obj, JsonObject? old, FieldErrorList errors)
    {
        errors.NotNegative(Spec.Child("minReadySeconds"), obj.Integer("spec.minReadySeconds"));
        var selector = obj.Child("spec").Child("selector") ?? [];
        if (selector.Count == 0)
        {
            errors.Required(Spec.Child("selector"));
        }

        errors.NotNegative(Spec.Child("replicas"), obj.Integer("spec.replicas"));
        var path = Spec.Child("template");
        if (obj.Child("spec").Child("template") is not { } template)
        {
            errors.Required(path);
            return;
        }

        var labels = template.At("metadata.labels") as JsonObject;
        if (selector.Count > 0 && selector.Any(p => !JsonNode.DeepEquals(labels?[p.Key], p.Value)))
        {
            errors.Invalid(
                path.Child("metadata", "labels"), VerbatimValue.Of(labels), "`selector` does not match template `labels`");
        }

        PodTemplateRules.Validate(template, path, errors, old.Child("spec").Child("template"));
        if (template.Text("spec.restartPolicy") is var policy && policy != "Always")
        {
            errors.NotOneOf(path.Child("spec", "restartPolicy"), policy, "Always");
        }

        if (template.At("spec.activeDeadlineSeconds") is not null)
        {
            errors.Forbidden(
                path.Child("spec", "activeDeadlineSeconds"),
                "activeDeadlineSeconds in ReplicationController is not Supported");
        }
    }
}
