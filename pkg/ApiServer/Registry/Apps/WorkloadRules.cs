using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Selectors;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;
using Kube1.ApiServer.Registry.Core.PodSpecs;

namespace Kube1.ApiServer.Registry.Apps;

/// <summary>
/// What the kinds of group apps have in common: a selector, and a template whose pods it chooses and that run for ever.
/// Order, paths and words are those of k8s.io/kubernetes/pkg/apis/apps/validation.
/// </summary>
internal static class WorkloadRules
{
    private const string Mismatch = "`selector` does not match template `labels`";

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    private static readonly FieldPath Template = Spec.Child("template");

    /// <summary>
    /// Checks the selector and says how it chooses; null when it is so wrong that it chooses nothing sensible, which
    /// is then said once more in the words of <paramref name="unusable"/>.
    /// </summary>
    public static LabelSelector? ValidateSelector(JsonObject obj, string kind, string unusable, FieldErrorList errors)
    {
        var path = Spec.Child("selector");
        if (obj.Child("spec").Child("selector") is not { } json)
        {
            errors.Required(path);
            return LabelSelector.Nothing;
        }

        var before = errors.Count;
        errors.Selector(path, json);
        var sound = errors.Count == before;
        if (json.Count("matchLabels") == 0 && json.Count("matchExpressions") == 0)
        {
            errors.Invalid(path, RuleExtensions.Shown(json), $"empty selector is invalid for {kind}");
        }

        if (sound)
        {
            return LabelSelector.From(KubeJson.Deserialize<V1LabelSelector>(json));
        }

        errors.Invalid(path, RuleExtensions.Shown(json), unusable);
        return null;
    }

    /// <summary>A workload that does not choose its own pods would make new ones for ever.</summary>
    public static void CheckMatch(LabelSelector selector, JsonObject obj, FieldErrorList errors)
    {
        var labels = obj.At("spec.template.metadata.labels") as JsonObject;
        if (!selector.IsEmpty && !selector.Matches(labels))
        {
            errors.Invalid(Template.Child("metadata", "labels"), RuleExtensions.ShownMap(labels), Mismatch);
        }
    }

    /// <summary>Its pods are never done.</summary>
    public static void CheckEndless(JsonObject obj, string kind, FieldErrorList errors)
    {
        var pod = Template.Child("spec");
        if (obj.Text("spec.template.spec.restartPolicy") is var policy && policy != "Always")
        {
            errors.NotOneOf(pod.Child("restartPolicy"), policy, "Always");
        }

        if (obj.At("spec.template.spec.activeDeadlineSeconds") is not null)
        {
            errors.Forbidden(
                pod.Child("activeDeadlineSeconds"), $"activeDeadlineSeconds in {kind} is not Supported");
        }
    }

    /// <summary>Checks selector and template of a Deployment or ReplicaSet.</summary>
    public static void ValidateReplicated(JsonObject obj, JsonObject? old, string kind, FieldErrorList errors)
    {
        if (ValidateSelector(obj, kind, "invalid label selector", errors) is { } selector)
        {
            CheckMatch(selector, obj, errors);
            PodTemplateRules.Validate(
                obj.Child("spec").Child("template"), Template, errors, old.Child("spec").Child("template"));
            CheckEndless(obj, "ReplicaSet", errors);
        }
    }

    /// <summary>Counts in a status must not be negative, and those of a part not more than those of the whole.</summary>
    public static void CheckParts(
        JsonObject obj, FieldErrorList errors, string whole, string wholeName, params ReadOnlySpan<string> parts)
    {
        var limit = obj.Integer("status." + whole) ?? 0;
        foreach (var part in parts)
        {
            if ((obj.Integer("status." + part) ?? 0) is var count && count > limit)
            {
                errors.Invalid(FieldPath.Of("status", part), count, $"cannot be greater than {wholeName}");
            }
        }
    }

    /// <summary>Collisions of names are counted for ever: the count makes the next name.</summary>
    public static void CheckCollisionCount(JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        var count = obj.Integer("status.collisionCount") ?? 0;
        if (old.Integer("status.collisionCount") is { } before && count < before)
        {
            errors.Invalid(FieldPath.Of("status", "collisionCount"), count, "cannot be decremented");
        }
    }

    /// <summary>Names become part of pods' names and host names, where a dot surprises.</summary>
    public static IEnumerable<string> NameWarnings(JsonObject obj)
    {
        var messages = NameRules.IsDns1123Label(obj.Text("metadata.name"));
        if (messages.Count > 0)
        {
            yield return "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; "
                + $"a DNS label is recommended: [{string.Join(' ', messages)}]";
        }
    }
}
