using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>Namespaces: held by spec.finalizers until the namespace controller has emptied them.</summary>
internal sealed class NamespaceResource : ResourceStrategy
{
    private const string KubernetesFinalizer = "kubernetes";

    /// <summary>The label that lets selectors name a namespace (KEP-2161).</summary>
    private const string NameLabel = "kubernetes.io/metadata.name";

    private static readonly FieldPath Finalizers = FieldPath.Of("spec", "finalizers");

    /// <inheritdoc/>
    public override bool DefaultsMetadata => true;

    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        if ((string?)obj["metadata"]?["name"] is { Length: > 0 } name)
        {
            obj.Ensure("metadata").Ensure("labels")[NameLabel] = name;
        }
    }

    /// <inheritdoc/>
    public override void PrepareForCreate(StrategyContext context, JsonObject obj)
    {
        obj["status"] = new JsonObject { ["phase"] = "Active" };
        var spec = obj.Ensure("spec");
        if (spec["finalizers"] is not JsonArray finalizers)
        {
            spec["finalizers"] = finalizers = [];
        }

        if (!finalizers.Any(f => (string?)f == KubernetesFinalizer))
        {
            finalizers.Add((JsonNode?)KubernetesFinalizer);
        }
    }

    /// <inheritdoc/>
    public override void PrepareForUpdate(StrategyContext context, JsonObject obj, JsonObject old)
    {
        Keep("spec", obj, old);
        Keep("status", obj, old);
    }

    /// <inheritdoc/>
    public override void PrepareForSubresourceUpdate(
        StrategyContext context, string subresource, JsonObject obj, JsonObject old)
    {
        if (subresource == "finalize")
        {
            Keep("status", obj, old);
        }
        else
        {
            base.PrepareForSubresourceUpdate(context, subresource, obj, old);
        }
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        foreach (var finalizer in obj.Texts("spec.finalizers"))
        {
            ValidateFinalizer(finalizer, Finalizers, errors);
        }
    }

    /// <summary>Nothing but metadata can have changed.</summary>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
    }

    /// <summary>The phase says whether the namespace is being deleted. Upstream's path has a capital letter.</summary>
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        var isDeleted = obj.Text("metadata.deletionTimestamp").Length > 0;
        var wanted = isDeleted ? "Terminating" : "Active";
        if (obj.Text("status.phase") is var phase && phase != wanted)
        {
            errors.Invalid(
                FieldPath.Of("status", "Phase"), phase,
                $"may only be '{wanted}' if `deletionTimestamp` is {(isDeleted ? "not empty" : "empty")}");
        }
    }

    /// <inheritdoc/>
    public override void ValidateSubresourceUpdate(
        StrategyContext context, string subresource, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        if (subresource != "finalize")
        {
            base.ValidateSubresourceUpdate(context, subresource, obj, old, errors);
            return;
        }

        foreach (var (finalizer, at) in obj.Texts("spec.finalizers").Indexed(Finalizers))
        {
            ValidateFinalizer(finalizer, at, errors);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ValidateName(string name, bool prefix) => NameRules.Label(name, prefix);

    /// <inheritdoc/>
    public override IReadOnlyList<SelectableField> SelectableFields { get; } =
        [new("status.phase", static o => (string?)o["status"]?["phase"] ?? "")];

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
        [Columns.Name, Columns.Field("Status", "Active or Terminating", "status.phase"), Columns.Age];

    /// <inheritdoc/>
    public override bool IsHeld(JsonObject obj) => obj["spec"]?["finalizers"] is JsonArray { Count: > 0 };

    /// <inheritdoc/>
    public override void OnMarkedForDeletion(JsonObject obj) => obj.Ensure("status")["phase"] = "Terminating";

    private static void ValidateFinalizer(string finalizer, FieldPath path, FieldErrorList errors)
    {
        errors.AddMessages(path, finalizer, NameRules.IsQualifiedName, evenEmpty: true);
        ObjectMetaValidation.ValidateFinalizerKnown(finalizer, path, errors);
    }
}
