using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Pod templates, for all workloads.</summary>
internal static class PodTemplateRules
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <summary>
    /// Checks a template: its metadata and its PodSpec. Upstream's paths of labels leave out the metadata. What
    /// <paramref name="old"/>, the stored one, has wrong may stay where upstream lets it.
    /// </summary>
    public static void Validate(JsonObject? template, FieldPath path, FieldErrorList errors, JsonObject? old = null)
    {
        var metadata = template.Child("metadata");
        var annotations = metadata.Child("annotations");
        var spec = template.Child("spec") is { } pod ? KubeJson.Deserialize<V1PodSpec>(pod) : new V1PodSpec();
        ObjectMetaValidation.ValidateLabels(metadata.Child("labels"), path.Child("labels"), errors);
        ObjectMetaValidation.ValidateAnnotations(annotations, path.Child("annotations"), errors);
        PodAnnotationRules.Validate(
            annotations, spec, path.Child("annotations"), errors, old.Child("metadata").Child("annotations"));
        var before = old.Child("spec") is { } stored ? KubeJson.Deserialize<V1PodSpec>(stored) : null;
        PodSpecRules.Validate(spec, path.Child("spec"), errors, before: before);
        PodAnnotationRules.ValidateAgreement(annotations, spec, path.Child("spec"), errors);
        if (spec.EphemeralContainers is { Count: > 0 })
        {
            errors.Forbidden(path.Child("spec", "ephemeralContainers"), "ephemeral containers not allowed in pod template");
        }
    }

    /// <summary>The selector of a stored workload never changes: its pods would be nobody's.</summary>
    public static void CheckSelectorKept(JsonObject obj, JsonObject old, FieldErrorList errors) =>
        errors.Immutable(Spec.Child("selector"), obj.At("spec.selector"), old.At("spec.selector"));
}
