using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Admission.Policies;
using Kube1.ApiServer.Registry.Core;
using Kube1.Cel.Types;

namespace Kube1.ApiServer.Registry.AdmissionRegistration;

/// <summary>Conditions that a request must meet before a webhook or policy is asked, with upstream's paths and words.</summary>
internal static class MatchConditionRules
{
    private const int MaxConditions = 64;

    /// <summary>Checks the list matchConditions of an object; of policies, expressions may use the parameters.</summary>
    public static void Validate(JsonObject owner, FieldPath path, bool hasParameters, FieldErrorList errors)
    {
        var environment = PolicyEnvironment.OfConditions(hasParameters);
        var count = owner.Count("matchConditions");
        if (count > MaxConditions)
        {
            errors.TooMany(path, count, MaxConditions);
        }

        var names = new HashSet<string>();
        foreach (var (condition, at) in owner.Items("matchConditions").Indexed(path))
        {
            var name = condition.Text("name");
            var expression = condition.Text("expression").Trim();
            errors.RequiredText(at.Child("expression"), expression);
            if (expression.Length > 0 && PolicyExpression.Compile(environment, expression, CelType.Bool).Error is { } wrong)
            {
                errors.Invalid(at.Child("expression"), expression, wrong);
            }

            errors.RequiredName(at.Child("name"), name, NameRules.IsQualifiedName);
            if (name.Length > 0 && !names.Add(name))
            {
                errors.Duplicate(at.Child("name"), name);
            }
        }
    }
}
