using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Spreading: https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/</summary>
internal static class SpreadRules
{
    private const string NotPositive = "must be greater than zero";

    /// <summary>Checks a pod's topologySpreadConstraints.</summary>
    public static void Validate(List<V1TopologySpreadConstraint>? constraints, FieldPath path, FieldErrorList errors)
    {
        for (var i = 0; i < (constraints?.Count ?? 0); i++)
        {
            var (constraint, at) = (constraints![i], path.Index(i));
            if (constraint.MaxSkew <= 0)
            {
                errors.Invalid(at.Child("maxSkew"), constraint.MaxSkew, NotPositive);
            }

            errors.RequiredText(at.Child("topologyKey"), constraint.TopologyKey, "can not be empty");
            if (constraint.WhenUnsatisfiable is not ("DoNotSchedule" or "ScheduleAnyway"))
            {
                errors.NotSupported(
                    at.Child("whenUnsatisfiable"), constraint.WhenUnsatisfiable, ["DoNotSchedule", "ScheduleAnyway"]);
            }

            if (constraints.Skip(i + 1).Any(other => other.TopologyKey == constraint.TopologyKey
                && other.WhenUnsatisfiable == constraint.WhenUnsatisfiable))
            {
                errors.Duplicate(
                    at.Child("{topologyKey, whenUnsatisfiable}"),
                    $"{{{constraint.TopologyKey}, {constraint.WhenUnsatisfiable}}}");
            }

            ValidateMinDomains(constraint, at.Child("minDomains"), errors);
            ValidateInclusion(constraint.NodeAffinityPolicy, at.Child("nodeAffinityPolicy"), errors);
            ValidateInclusion(constraint.NodeTaintsPolicy, at.Child("nodeTaintsPolicy"), errors);
            LabelKeyRules.ValidateSpread(constraint, at.Child("matchLabelKeys"), errors);
            LabelSelectorValidation.Validate(constraint.LabelSelector, at.Child("labelSelector"), errors);
        }
    }

    private static void ValidateInclusion(string? policy, FieldPath path, FieldErrorList errors)
    {
        if (policy is not (null or "Honor" or "Ignore"))
        {
            errors.NotSupported(path, policy, ["Honor", "Ignore"]);
        }
    }

    private static void ValidateMinDomains(V1TopologySpreadConstraint constraint, FieldPath path, FieldErrorList errors)
    {
        if (constraint.MinDomains is not { } domains)
        {
            return;
        }

        if (domains <= 0)
        {
            errors.Invalid(path, domains, NotPositive);
        }

        if (constraint.WhenUnsatisfiable != "DoNotSchedule")
        {
            errors.Invalid(
                path, domains,
                "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + constraint.WhenUnsatisfiable);
        }
    }
}
