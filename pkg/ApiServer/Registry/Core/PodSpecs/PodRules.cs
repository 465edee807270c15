using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>What pods must obey beside what holds for templates too.</summary>
internal static class PodRules
{
    private static readonly FieldPath Annotations = FieldPath.Of("metadata", "annotations");

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <summary>Checks a new pod.</summary>
    public static void ValidateCreate(JsonObject pod, FieldErrorList errors)
    {
        var spec = Validate(pod, errors);
        if (spec.EphemeralContainers is { Count: > 0 })
        {
            errors.Forbidden(Spec.Child("ephemeralContainers"), "cannot be set on create");
        }

        if (!string.IsNullOrEmpty(spec.NodeName) && spec.SchedulingGates is { Count: > 0 })
        {
            errors.Forbidden(Spec.Child("nodeName"), "cannot be set until all schedulingGates have been cleared");
        }

        PodAnnotationRules.ValidateAgreement(ObjectMetadata.Of(pod).Annotations, spec, Spec, errors);
    }

    /// <summary>Checks a pod's annotations and spec, new or changed from <paramref name="old"/>.</summary>
    public static V1PodSpec Validate(JsonObject pod, FieldErrorList errors, JsonObject? old = null)
    {
        var meta = ObjectMetadata.Of(pod);
        var spec = KubeJson.Deserialize<V1PodSpec>(pod.Child("spec") ?? []);
        PodAnnotationRules.Validate(
            meta.Annotations, spec, Annotations, errors, old.Child("metadata").Child("annotations"));
        var before = old.Child("spec") is { } stored ? KubeJson.Deserialize<V1PodSpec>(stored) : null;
        PodSpecRules.Validate(spec, Spec, errors, meta.Name, before);
        if (string.IsNullOrEmpty(spec.ServiceAccountName))
        {
            ForbidTokens(spec.Volumes, errors);
        }

        foreach (var (container, at) in spec.Containers.Indexed(Spec.Child("containers")))
        {
            ContainerRules.ValidateTrimmed(container.Image, at, errors);
        }

        foreach (var (container, at) in spec.InitContainers.Indexed(Spec.Child("initContainers")))
        {
            ContainerRules.ValidateTrimmed(container.Image, at, errors);
        }

        return spec;
    }

    private static void ForbidTokens(List<V1Volume>? volumes, FieldErrorList errors)
    {
        foreach (var (volume, at) in volumes.Indexed(Spec.Child("volumes")))
        {
            foreach (var (source, sourceAt) in (volume.Projected?.Sources).Indexed(at.Child("projected", "sources")))
            {
                if (source.ServiceAccountToken is not null)
                {
                    errors.Forbidden(
                        sourceAt.Child("serviceAccountToken"), "must not be specified when serviceAccountName is not set");
                }
            }
        }
    }
}
