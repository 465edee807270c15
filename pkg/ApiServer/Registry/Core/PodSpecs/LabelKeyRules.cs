using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>
/// matchLabelKeys and mismatchLabelKeys (KEP-3633, KEP-3243): the pod's own values of these labels go into the selector
/// when the pod is made, so a selector may not name them itself.
/// </summary>
internal static class LabelKeyRules
{
    private const string NoSelector = "must not be specified when labelSelector is not set";

    private const string InSelector = "exists in both matchLabelKeys and labelSelector";

    /// <summary>Of a term of pod affinity. Upstream's path of a key that stands twice is the term's.</summary>
    public static void ValidateAffinity(V1PodAffinityTerm term, FieldPath path, FieldErrorList errors)
    {
        ValidateKeys(term.MatchLabelKeys, term.LabelSelector, path.Child("matchLabelKeys"), errors);
        ValidateKeys(term.MismatchLabelKeys, term.LabelSelector, path.Child("mismatchLabelKeys"), errors);
        ValidateOverlap(term.MatchLabelKeys, term.LabelSelector, path, errors);
        foreach (var (key, at) in term.MatchLabelKeys.Indexed(path.Child("matchLabelKeys")))
        {
            if (term.MismatchLabelKeys?.Contains(key) == true)
            {
                errors.Invalid(at, key, "exists in both matchLabelKeys and mismatchLabelKeys");
            }
        }
    }

    /// <summary>Of a spread constraint.</summary>
    public static void ValidateSpread(V1TopologySpreadConstraint constraint, FieldPath path, FieldErrorList errors)
    {
        ValidateKeys(constraint.MatchLabelKeys, constraint.LabelSelector, path, errors);
        ValidateOverlap(constraint.MatchLabelKeys, constraint.LabelSelector, path, errors);
    }

    private static void ValidateKeys(List<string>? keys, V1LabelSelector? selector, FieldPath path, FieldErrorList errors)
    {
        if (keys is not { Count: > 0 })
        {
            return;
        }

        if (selector is null)
        {
            errors.Forbidden(path, NoSelector);
            return;
        }

        foreach (var (key, at) in keys.Indexed(path))
        {
            errors.AddMessages(at, key, NameRules.IsQualifiedName, evenEmpty: true);
        }
    }

    // One mention is the server's own.
    private static void ValidateOverlap(
        List<string>? keys, V1LabelSelector? selector, FieldPath path, FieldErrorList errors)
    {
        if (keys is not { Count: > 0 } || selector is null)
        {
            return;
        }

        var seen = new HashSet<string>(selector.MatchLabels?.Keys ?? Enumerable.Empty<string>(), StringComparer.Ordinal);
        foreach (var requirement in selector.MatchExpressions ?? [])
        {
            var index = keys.LastIndexOf(requirement.Key);
            if (!seen.Add(requirement.Key) && index >= 0)
            {
                errors.Invalid(path.Index(index), requirement.Key, InSelector);
            }
        }
    }
}
