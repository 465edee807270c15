using Kube1.Api.Models;

namespace Kube1.Api.Validation;

/// <summary>Label selectors of API objects, in upstream's words (apimachinery/pkg/apis/meta/v1/validation).</summary>
public static class LabelSelectorValidation
{
    /// <summary>Checks a selector; an absent one is sound.</summary>
    public static void Validate(V1LabelSelector? selector, FieldPath path, FieldErrorList errors)
    {
        if (selector is null)
        {
            return;
        }

        ObjectMetaValidation.ValidateLabels(selector.MatchLabels, path.Child("matchLabels"), errors);
        for (var i = 0; i < (selector.MatchExpressions?.Count ?? 0); i++)
        {
            ValidateRequirement(selector.MatchExpressions![i], path.Child("matchExpressions").Index(i), errors);
        }
    }

    /// <summary>
    /// Checks one condition; <paramref name="anyOperator"/> lets operators pass that a newer client may know.
    /// </summary>
    public static void ValidateRequirement(
        V1LabelSelectorRequirement requirement, FieldPath path, FieldErrorList errors, bool anyOperator = false)
    {
        var values = requirement.Values ?? [];
        switch (requirement.Operator)
        {
            case "In" or "NotIn" when values.Count == 0:
                errors.Required(path.Child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
                break;
            case "Exists" or "DoesNotExist" when values.Count > 0:
                errors.Forbidden(
                    path.Child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                break;
            case "In" or "NotIn" or "Exists" or "DoesNotExist":
                break;
            default:
                if (anyOperator)
                {
                    break;
                }

                errors.Invalid(path.Child("operator"), requirement.Operator, "not a valid selector operator");
                break;
        }

        foreach (var message in NameRules.IsQualifiedName(requirement.Key))
        {
            errors.Invalid(path.Child("key"), requirement.Key, message);
        }

        for (var i = 0; i < values.Count; i++)
        {
            foreach (var message in NameRules.IsLabelValue(values[i]))
            {
                errors.Invalid(path.Child("values").Index(i), values[i], message);
            }
        }
    }
}
