using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Admission.Policies;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.AdmissionRegistration;

/// <summary>
/// Whether the expressions of a ValidatingAdmissionPolicy compile. Those that are missing are told of elsewhere.
/// </summary>
internal static class PolicyExpressionRules
{
    /// <summary>Compiles all expressions of a policy.</summary>
    public static void Validate(JsonObject policy, FieldErrorList errors)
    {
        var spec = FieldPath.Of("spec");
        var compiled = new ValidatingPolicy(policy);
        Check(compiled.Conditions?.Expressions ?? [], spec.Child("matchConditions"), "expression", errors);
        foreach (var (variable, at) in (policy.Child("spec")?.Items("variables") ?? []).Indexed(spec.Child("variables")))
        {
            Check(compiled.Variables.GetValueOrDefault(variable.Text("name")), at.Child("expression"), errors);
        }

        foreach (var (validation, at) in compiled.Validations.Indexed(spec.Child("validations")))
        {
            Check(validation.Expression, at.Child("expression"), errors);
            Check(validation.MessageExpression, at.Child("messageExpression"), errors);
        }

        Check(compiled.Annotations.Select(a => a.Value), spec.Child("auditAnnotations"), "valueExpression", errors);
    }

    private static void Check(
        IEnumerable<PolicyExpression> expressions, FieldPath list, string field, FieldErrorList errors)
    {
        foreach (var (expression, at) in expressions.Indexed(list))
        {
            Check(expression, at.Child(field), errors);
        }
    }

    private static void Check(PolicyExpression? expression, FieldPath path, FieldErrorList errors)
    {
        if (expression?.Error is { } error && !expression.Source.AsSpan().Trim().IsEmpty)
        {
            errors.Invalid(path, expression.Source, error);
        }
    }
}
