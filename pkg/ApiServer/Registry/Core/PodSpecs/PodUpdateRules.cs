using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>
/// What may change in a pod that there is: images, the deadline, more tolerations, and little else.
/// https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement
/// </summary>
internal static class PodUpdateRules
{
    private const string Changeable =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
        + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
        + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    private static readonly string[] ContainerFields = ["containers", "initContainers"];

    private static readonly string[] FreeFields = ["activeDeadlineSeconds", "tolerations", "schedulingGates"];

    private static readonly FieldPath Annotations = FieldPath.Of("metadata", "annotations");

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <summary>Checks a changed pod against the stored one, whose spec it may be known to have.</summary>
    public static void Validate(JsonObject obj, JsonObject old, FieldErrorList errors, bool keepsSpec = false)
    {
        var (spec, before) = (obj.Child("spec") ?? [], old.Child("spec") ?? []);
        if (keepsSpec || JsonNode.DeepEquals(spec, before))
        {
            // The spec was checked when it came.
            ValidateAnnotations(obj, old, errors, asNew: true);
            return;
        }

        PodRules.Validate(obj, errors, old);
        ValidateAnnotations(obj, old, errors);
        if (!SameContainers(spec, before, "containers", errors) || !SameContainers(spec, before, "initContainers", errors)
            || !ValidateDeadline(spec, before, errors))
        {
            return;
        }

        ValidateTolerations(spec, before, errors);
        ValidateGates(spec, before, errors);
        if (IsSameButFree(spec, before))
        {
            return;
        }

        // What may change is made equal; whatever differs then may not.
        var rest = spec.DeepClone().AsObject();
        foreach (var field in ContainerFields)
        {
            foreach (var (container, known) in rest.Items(field).Zip(before.Items(field)))
            {
                Take("image", container, known);
            }
        }

        foreach (var field in FreeFields)
        {
            Take(field, rest, before);
        }

        if (before.Integer("terminationGracePeriodSeconds") < 0 && spec.Integer("terminationGracePeriodSeconds") == 1)
        {
            Take("terminationGracePeriodSeconds", rest, before);
        }

        if (before.Count("schedulingGates") > 0)
        {
            GatedPodRules.TakePlacement(rest, before, errors);
        }

        if (!JsonNode.DeepEquals(rest, before))
        {
            errors.Forbidden(Spec, $"{Changeable}\n{FieldDifference.Of(rest, before)}");
        }
    }

    /// <summary>
    /// What of its annotations a stored pod keeps, and what is wrong with changed ones. With <paramref name="asNew"/> they
    /// are checked as those of a new pod before: upstream's updates name what is wrong twice among their causes.
    /// </summary>
    public static void ValidateAnnotations(JsonObject obj, JsonObject old, FieldErrorList errors, bool asNew = false)
    {
        var (now, before) = (obj.Child("metadata").Child("annotations"), old.Child("metadata").Child("annotations"));
        if (!JsonNode.DeepEquals(now, before))
        {
            var spec = KubeJson.Deserialize<V1PodSpec>(obj.Child("spec") ?? []);
            if (asNew)
            {
                PodAnnotationRules.Validate(now, spec, Annotations, errors, before);
            }

            PodAnnotationRules.ValidateUpdate(now, before, spec, Annotations, errors);
        }
    }

    /// <summary>Ephemeral containers only come, and never change.</summary>
    public static void ValidateEphemeral(JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        if (old.Child("metadata").Child("annotations")?[PodAnnotationRules.Mirror] is not null)
        {
            errors.Forbidden(FieldPath.Of("[]"), "static pods do not support ephemeral containers");
            return;
        }

        PodRules.Validate(obj, errors, old);
        var path = Spec.Child("ephemeralContainers");
        var now = obj.Child("spec").Items("ephemeralContainers").DistinctBy(c => c.Text("name")).ToDictionary(c => c.Text("name"));
        foreach (var known in old.Child("spec").Items("ephemeralContainers"))
        {
            var name = known.Text("name");
            if (!now.TryGetValue(name, out var container))
            {
                errors.Forbidden(path, $"existing ephemeral containers \"{name}\" may not be removed\n");
            }
            else if (!JsonNode.DeepEquals(container, known))
            {
                errors.Forbidden(
                    path, $"existing ephemeral containers \"{name}\" may not be changed\n{FieldDifference.Of(container, known)}");
            }
        }
    }

    /// <summary>Takes over a field, present or absent.</summary>
    public static void Take(string field, JsonObject obj, JsonObject from)
    {
        if (from[field] is { } value)
        {
            obj[field] = value.DeepClone();
        }
        else
        {
            obj.Remove(field);
        }
    }

    // Most changes are of what may always change, and need no copy to tell. The lists are of the same length.
    private static bool IsSameButFree(JsonObject spec, JsonObject before) =>
        spec.EqualsBut(before, [.. FreeFields, .. ContainerFields])
        && ContainerFields.All(field => spec.Items(field).Zip(before.Items(field))
            .All(pair => pair.First.EqualsBut(pair.Second, "image")));

    private static bool SameContainers(JsonObject spec, JsonObject before, string field, FieldErrorList errors)
    {
        if (spec.Count(field) == before.Count(field))
        {
            return true;
        }

        errors.Forbidden(Spec.Child(field), "pod updates may not add or remove containers");
        return false;
    }

    // False when there is no point in looking further.
    private static bool ValidateDeadline(JsonObject spec, JsonObject before, FieldErrorList errors)
    {
        var path = Spec.Child("activeDeadlineSeconds");
        var (now, then) = (spec.Integer("activeDeadlineSeconds"), before.Integer("activeDeadlineSeconds"));
        if (now is < 0 or > int.MaxValue)
        {
            errors.Invalid(path, now, NameRules.InclusiveRange(0, int.MaxValue));
            return false;
        }

        if (now > then)
        {
            errors.Invalid(path, now, "must be less than or equal to previous value");
            return false;
        }

        if (now is null && then is not null)
        {
            errors.Invalid(path, null, "must not update from a positive integer to nil value");
        }

        return true;
    }

    private static void ValidateTolerations(JsonObject spec, JsonObject before, FieldErrorList errors)
    {
        var now = spec.Items("tolerations").Select(WithoutSeconds).ToHashSet(StringComparer.Ordinal);
        if (before.Items("tolerations").Any(known => !now.Contains(WithoutSeconds(known))))
        {
            errors.Forbidden(
                Spec.Child("tolerations"), "existing toleration can not be modified except its tolerationSeconds");
        }
    }

    private static string WithoutSeconds(JsonObject toleration) => string.Join(
        '\n', toleration.Text("key"), toleration.Text("operator"), toleration.Text("value"), toleration.Text("effect"));

    private static void ValidateGates(JsonObject spec, JsonObject before, FieldErrorList errors)
    {
        var known = before.Items("schedulingGates").Select(g => g.Text("name")).ToHashSet(StringComparer.Ordinal);
        foreach (var (gate, at) in spec.Items("schedulingGates").Indexed(Spec.Child("schedulingGates")))
        {
            if (!known.Contains(gate.Text("name")))
            {
                errors.Forbidden(
                    at.Child("name"), $"only deletion is allowed, but found new scheduling gate '{gate.Text("name")}'");
            }
        }
    }
}
