using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Selectors;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Auth.Reviews;

/// <summary>
/// The selectors of a question, written as text or as conditions. What cannot be read is left out of the question, which
/// makes it one for more, and the answer says so (k8s.io/kubernetes/pkg/registry/authorization/util).
/// </summary>
internal static class SelectorAttributes
{
    private const string Root = "spec.resourceAttributes";

    /// <summary>The question's attributes with its selectors; errors are what the answer has to say of them.</summary>
    public static AuthorizationAttributes Add(
        AuthorizationAttributes question, V1ResourceAttributes resource, out string evaluationError)
    {
        List<string> errors = [];
        var fields = Fields(resource.FieldSelector, out var fieldsRead);
        if (!fieldsRead)
        {
            errors.Add(Ignored("fieldSelector", fields.Count > 0));
        }

        var labels = Labels(resource.LabelSelector, out var labelsRead);
        if (!labelsRead)
        {
            errors.Add(Ignored("labelSelector", labels.Count > 0));
        }

        evaluationError = string.Join("; ", errors);
        return question with
        {
            FieldSelector = string.Join(',', fields),
            FieldRequirements = fields,
            LabelSelector = string.Join(',', labels),
        };
    }

    /// <summary>Checks their form, in upstream's words.</summary>
    public static void Validate(V1ResourceAttributes? resource, FieldErrorList errors)
    {
        var path = FieldPath.Of("spec", "resourceAttributes");
        if (resource?.FieldSelector is { } fields)
        {
            var at = path.Child("fieldSelector");
            ValidateForm(at, fields.RawSelector, fields.Requirements?.Count ?? 0, errors);
            for (var i = 0; i < (fields.Requirements?.Count ?? 0); i++)
            {
                ValidateField(fields.Requirements![i], at.Child("requirements").Index(i), errors);
            }
        }

        if (resource?.LabelSelector is { } labels)
        {
            var at = path.Child("labelSelector");
            ValidateForm(at, labels.RawSelector, labels.Requirements?.Count ?? 0, errors);
            for (var i = 0; i < (labels.Requirements?.Count ?? 0); i++)
            {
                LabelSelectorValidation.ValidateRequirement(
                    labels.Requirements![i], at.Child("requirements").Index(i), errors, anyOperator: true);
            }
        }
    }

    private static void ValidateForm(FieldPath path, string? raw, int requirements, FieldErrorList errors)
    {
        if (!string.IsNullOrEmpty(raw) && requirements > 0)
        {
            errors.Invalid(path.Child("rawSelector"), raw, "may not specified at the same time as requirements");
        }

        if (string.IsNullOrEmpty(raw) && requirements == 0)
        {
            errors.Required(
                path.Child("requirements"), $"when {path} is specified, requirements or rawSelector is required");
        }
    }

    private static void ValidateField(V1FieldSelectorRequirement requirement, FieldPath path, FieldErrorList errors)
    {
        if (requirement.Key.Length == 0)
        {
            errors.Required(path.Child("key"), "must be specified");
        }

        var values = requirement.Values?.Count ?? 0;
        if (requirement.Operator is "In" or "NotIn" && values == 0)
        {
            errors.Required(path.Child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
        }
        else if (requirement.Operator is "Exists" or "DoesNotExist" && values > 0)
        {
            errors.Forbidden(path.Child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
    }

    private static List<FieldRequirement> Fields(V1FieldSelectorAttributes? selector, out bool areRead)
    {
        areRead = true;
        List<FieldRequirement> found = [];
        if (selector?.RawSelector is { Length: > 0 } raw)
        {
            try
            {
                found = [.. FieldSelector.Parse(raw).Requirements];
            }
            catch (ApiException)
            {
                areRead = false;
            }
        }

        foreach (var requirement in selector?.Requirements ?? [])
        {
            if (requirement.Operator is "In" or "NotIn" && requirement.Values is [var value])
            {
                found.Add(new FieldRequirement(requirement.Key, requirement.Operator == "NotIn", value));
            }
            else
            {
                areRead = false;
            }
        }

        return found;
    }

    private static List<LabelRequirement> Labels(V1LabelSelectorAttributes? selector, out bool areRead)
    {
        areRead = true;
        List<LabelRequirement> found = [];
        if (selector?.RawSelector is { Length: > 0 } raw)
        {
            try
            {
                found = [.. LabelSelector.Parse(raw).Requirements];
            }
            catch (ApiException)
            {
                areRead = false;
            }
        }

        foreach (var requirement in selector?.Requirements ?? [])
        {
            try
            {
                found.AddRange(LabelSelector.From(new V1LabelSelector { MatchExpressions = [requirement] }).Requirements);
            }
            catch (FormatException)
            {
                areRead = false;
            }
        }

        return found;
    }

    private static string Ignored(string selector, bool partially) =>
        $"{Root}.{selector} {(partially ? "partially ignored" : "ignored")} due to parse error";
}
