using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>
/// matchLabelKeys and mismatchLabelKeys (KEP-3633, KEP-3243): a new pod's own values of these labels go into the selectors
/// of its affinity and spreading, so that whoever reads them needs no more than the selector.
/// </summary>
internal static class PodLabelKeys
{
    /// <summary>Adds the requirements to the selectors of a new pod's spec.</summary>
    public static void Merge(JsonObject spec, JsonObject? labels)
    {
        if (labels is null)
        {
            return;
        }

        foreach (var kind in new[] { "podAffinity", "podAntiAffinity" })
        {
            var affinity = spec.Child("affinity").Child(kind);
            var terms = affinity.Items("preferredDuringSchedulingIgnoredDuringExecution")
                .Select(term => term.Child("podAffinityTerm")).OfType<JsonObject>()
                .Concat(affinity.Items("requiredDuringSchedulingIgnoredDuringExecution"));
            foreach (var term in terms)
            {
                Merge(term, "matchLabelKeys", "In", labels);
                Merge(term, "mismatchLabelKeys", "NotIn", labels);
            }
        }

        foreach (var constraint in spec.Items("topologySpreadConstraints"))
        {
            Merge(constraint, "matchLabelKeys", "In", labels);
        }
    }

    // Without a selector nothing is chosen anyhow.
    private static void Merge(JsonObject term, string field, string op, JsonObject labels)
    {
        if (term.Child("labelSelector") is not { } selector)
        {
            return;
        }

        foreach (var key in term.Texts(field))
        {
            if (labels[key] is not { } value)
            {
                continue;
            }

            if (selector["matchExpressions"] is not JsonArray requirements)
            {
                selector["matchExpressions"] = requirements = [];
            }

            requirements.Add((JsonNode)new JsonObject
            {
                ["key"] = key,
                ["operator"] = op,
                ["values"] = new JsonArray(value.DeepClone()),
            });
        }
    }
}
