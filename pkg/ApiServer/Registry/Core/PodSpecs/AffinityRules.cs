using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Affinity: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/</summary>
internal static class AffinityRules
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";

    private const string Preferred = "preferredDuringSchedulingIgnoredDuringExecution";

    /// <summary>Checks all three kinds of affinity.</summary>
    public static void Validate(V1Affinity? affinity, FieldPath path, FieldErrorList errors)
    {
        if (affinity?.NodeAffinity is { } node)
        {
            ValidateNode(node, path.Child("nodeAffinity"), errors);
        }

        if (affinity?.PodAffinity is { } pod)
        {
            ValidatePods(pod.RequiredDuringSchedulingIgnoredDuringExecution,
                pod.PreferredDuringSchedulingIgnoredDuringExecution, path.Child("podAffinity"), errors);
        }

        if (affinity?.PodAntiAffinity is { } anti)
        {
            ValidatePods(anti.RequiredDuringSchedulingIgnoredDuringExecution,
                anti.PreferredDuringSchedulingIgnoredDuringExecution, path.Child("podAntiAffinity"), errors);
        }
    }

    /// <summary>Checks the terms of a node selector.</summary>
    public static void ValidateNodeSelector(V1NodeSelector selector, FieldPath path, FieldErrorList errors)
    {
        var terms = path.Child("nodeSelectorTerms");
        if (selector.NodeSelectorTerms.Count == 0)
        {
            errors.Required(terms, "must have at least one node selector term");
            return;
        }

        foreach (var (term, at) in selector.NodeSelectorTerms.Indexed(terms))
        {
            ValidateTerm(term, at, checkValues: true, errors);
        }
    }

    /// <summary>How upstream shows terms of a node selector; null when there are none.</summary>
    public static VerbatimValue Shown(IEnumerable<V1NodeSelectorTerm>? terms) => VerbatimValue.List(terms?.Select(Shown));

    /// <summary>How upstream shows a term of a node selector.</summary>
    public static VerbatimValue Shown(V1NodeSelectorTerm term) => VerbatimValue.Struct(
        ("MatchExpressions", VerbatimValue.List(term.MatchExpressions?.Select(Shown))),
        ("MatchFields", VerbatimValue.List(term.MatchFields?.Select(Shown))));

    private static VerbatimValue Shown(V1NodeSelectorRequirement requirement) => VerbatimValue.Struct(
        ("Key", requirement.Key), ("Operator", requirement.Operator), ("Values", VerbatimValue.List(requirement.Values)));

    private static void ValidateNode(V1NodeAffinity affinity, FieldPath path, FieldErrorList errors)
    {
        if (affinity.RequiredDuringSchedulingIgnoredDuringExecution is { } selector)
        {
            ValidateNodeSelector(selector, path.Child(Required), errors);
        }

        foreach (var (term, at) in affinity.PreferredDuringSchedulingIgnoredDuringExecution.Indexed(path.Child(Preferred)))
        {
            ValidateWeight(term.Weight, at, errors);
            ValidateTerm(term.Preference, at.Child("preference"), checkValues: false, errors);
        }
    }

    // Where a preference names a value that no label can have, nothing is lost: upstream lets it pass.
    private static void ValidateTerm(V1NodeSelectorTerm term, FieldPath path, bool checkValues, FieldErrorList errors)
    {
        foreach (var (requirement, at) in term.MatchExpressions.Indexed(path.Child("matchExpressions")))
        {
            ValidateOperator(requirement, at, errors);
            errors.AddMessages(at.Child("key"), requirement.Key, NameRules.IsQualifiedName, evenEmpty: true);
            foreach (var (value, valueAt) in (checkValues ? requirement.Values : null).Indexed(at.Child("values")))
            {
                errors.AddMessages(valueAt, value, NameRules.IsLabelValue);
            }
        }

        foreach (var (requirement, at) in term.MatchFields.Indexed(path.Child("matchFields")))
        {
            if (requirement.Operator is not ("In" or "NotIn"))
            {
                errors.Invalid(at.Child("operator"), requirement.Operator, "not a valid selector operator");
            }
            else if (requirement.Values?.Count != 1)
            {
                errors.Required(
                    at.Child("values"),
                    "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
            }

            if (requirement.Key != "metadata.name")
            {
                errors.Invalid(at.Child("key"), requirement.Key, "not a valid field selector key");
                continue;
            }

            foreach (var (value, valueAt) in requirement.Values.Indexed(at.Child("values")))
            {
                errors.AddMessages(valueAt, value, NameRules.IsDns1123Subdomain, evenEmpty: true);
            }
        }
    }

    private static void ValidateOperator(V1NodeSelectorRequirement requirement, FieldPath path, FieldErrorList errors)
    {
        var count = requirement.Values?.Count ?? 0;
        switch (requirement.Operator)
        {
            case "In" or "NotIn" when count == 0:
                errors.Required(path.Child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
                break;
            case "Exists" or "DoesNotExist" when count > 0:
                errors.Forbidden(
                    path.Child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                break;
            case "Gt" or "Lt" when count != 1:
                errors.Required(path.Child("values"), "must be specified single value when `operator` is 'Lt' or 'Gt'");
                break;
            case "In" or "NotIn" or "Exists" or "DoesNotExist" or "Gt" or "Lt":
                break;
            default:
                errors.Invalid(path.Child("operator"), requirement.Operator, "not a valid selector operator");
                break;
        }
    }

    private static void ValidatePods(
        List<V1PodAffinityTerm>? required, List<V1WeightedPodAffinityTerm>? preferred, FieldPath path, FieldErrorList errors)
    {
        foreach (var (term, at) in required.Indexed(path.Child(Required)))
        {
            ValidatePodTerm(term, at, errors);
        }

        foreach (var (term, at) in preferred.Indexed(path.Child(Preferred)))
        {
            ValidateWeight(term.Weight, at, errors);
            ValidatePodTerm(term.PodAffinityTerm, at.Child("podAffinityTerm"), errors);
        }
    }

    private static void ValidatePodTerm(V1PodAffinityTerm term, FieldPath path, FieldErrorList errors)
    {
        LabelSelectorValidation.Validate(term.LabelSelector, path.Child("labelSelector"), errors);
        LabelSelectorValidation.Validate(term.NamespaceSelector, path.Child("namespaceSelector"), errors);
        foreach (var name in term.Namespaces ?? [])
        {
            errors.AddMessages(path.Child("namespace"), name, NameRules.IsDns1123Label, evenEmpty: true);
        }

        LabelKeyRules.ValidateAffinity(term, path, errors);
        if (term.TopologyKey.Length == 0)
        {
            errors.Required(path.Child("topologyKey"), "can not be empty");
        }

        errors.AddMessages(path.Child("topologyKey"), term.TopologyKey, NameRules.IsQualifiedName, evenEmpty: true);
    }

    private static void ValidateWeight(int weight, FieldPath path, FieldErrorList errors)
    {
        if (weight is <= 0 or > 100)
        {
            errors.Invalid(path.Child("weight"), weight, "must be in the range 1-100");
        }
    }
}
