using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Before the scheduler has seen a pod, where it may go can be narrowed, and never widened (KEP-3838).</summary>
internal static class GatedPodRules
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <summary>Makes the placement of a changed spec equal to the stored one's; adds what is wrong with the change.</summary>
    public static void TakePlacement(JsonObject spec, JsonObject before, FieldErrorList errors)
    {
        var (selector, known) = (spec.Child("nodeSelector"), before.Child("nodeSelector"));
        if ((known ?? []).Any(pair => !JsonNode.DeepEquals(selector?[pair.Key], pair.Value)))
        {
            errors.Invalid(
                Spec.Child("nodeSelector"), VerbatimValue.Of(selector),
                "only additions to spec.nodeSelector are allowed (no mutations or deletions)");
        }

        PodUpdateRules.Take("nodeSelector", spec, before);
        var (affinity, was) = (spec.Child("affinity"), before.Child("affinity"));
        if (JsonNode.DeepEquals(affinity?["nodeAffinity"], was?["nodeAffinity"]))
        {
            return;
        }

        ValidateNodeAffinity(affinity.Child("nodeAffinity"), was.Child("nodeAffinity"), errors);
        if (affinity is null)
        {
            spec["affinity"] = new JsonObject { ["nodeAffinity"] = was!["nodeAffinity"]!.DeepClone() };
        }
        else if (was is null && affinity.Count == 1)
        {
            spec.Remove("affinity");
        }
        else
        {
            PodUpdateRules.Take("nodeAffinity", affinity, was ?? []);
        }
    }

    private static void ValidateNodeAffinity(JsonObject? affinity, JsonObject? before, FieldErrorList errors)
    {
        var path = Spec.Child("affinity", "nodeAffinity", Required, "nodeSelectorTerms");
        var old = Terms(before) ?? [];
        var now = Terms(affinity);
        if (old.Count > 0 && old.Count != (now?.Count ?? 0))
        {
            errors.Invalid(
                path, AffinityRules.Shown(now), "no additions/deletions to non-empty NodeSelectorTerms list are allowed");
            return;
        }

        for (var i = 0; i < old.Count; i++)
        {
            if (!HasOnlyAdditions(now![i], old[i]))
            {
                errors.Invalid(
                    path.Index(i), AffinityRules.Shown(now[i]), "only additions are allowed (no mutations or deletions)");
            }
        }
    }

    private static List<V1NodeSelectorTerm>? Terms(JsonObject? affinity) => affinity.Child(Required) is { } required
        ? KubeJson.Deserialize<V1NodeSelector>(required).NodeSelectorTerms
        : null;

    // An empty term matches nothing, so anything added to it would widen.
    private static bool HasOnlyAdditions(V1NodeSelectorTerm now, V1NodeSelectorTerm before)
    {
        var wasEmpty = before.MatchExpressions is not { Count: > 0 } && before.MatchFields is not { Count: > 0 };
        return wasEmpty
            ? now.MatchExpressions is not { Count: > 0 } && now.MatchFields is not { Count: > 0 }
            : BeginsWith(now.MatchExpressions, before.MatchExpressions) && BeginsWith(now.MatchFields, before.MatchFields);
    }

    private static bool BeginsWith(List<V1NodeSelectorRequirement>? now, List<V1NodeSelectorRequirement>? before) =>
        (before?.Count ?? 0) <= (now?.Count ?? 0) && (before ?? []).Zip(now ?? []).All(pair =>
            pair.First.Key == pair.Second.Key && pair.First.Operator == pair.Second.Operator
            && (pair.First.Values ?? []).SequenceEqual(pair.Second.Values ?? [], StringComparer.Ordinal));
}
