using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Admission.Policies;
using Kube1.ApiServer.Admission.Policies.Mutations;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.AdmissionRegistration;

/// <summary>
/// Whether the expressions of an admission policy compile. Those that are missing are told of elsewhere.
/// </summary>
internal static class PolicyExpressionRules
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <summary>Compiles the expressions of a ValidatingAdmissionPolicy, but for its conditions.</summary>
    public static void ValidateValidating(JsonObject policy, FieldErrorList errors)
    {
        var compiled = ValidatedPolicies.Validating.Compile(policy);
        CheckVariables(policy, compiled, errors);
        foreach (var (validation, at) in compiled.Validations.Indexed(Spec.Child("validations")))
        {
            Check(validation.Expression, at.Child("expression"), errors);
            Check(validation.MessageExpression, at.Child("messageExpression"), errors);
        }

        Check(compiled.Annotations.Select(a => a.Value), Spec.Child("auditAnnotations"), "valueExpression", errors);
    }

    /// <summary>Compiles the expressions of a MutatingAdmissionPolicy, but for its conditions.</summary>
    public static void ValidateMutating(JsonObject policy, FieldErrorList errors)
    {
        var compiled = ValidatedPolicies.Mutating.Compile(policy);
        CheckVariables(policy, compiled, errors);
        foreach (var (mutation, at) in compiled.Mutations.Indexed(Spec.Child("mutations")))
        {
            var patch = mutation is JsonPatchMutation ? "jsonPatch" : "applyConfiguration";
            Check(mutation.Expression, at.Child(patch, "expression"), errors);
        }
    }

    private static void CheckVariables(JsonObject policy, CompiledPolicy compiled, FieldErrorList errors)
    {
        foreach (var (variable, at) in policy.Child("spec").Items("variables").Indexed(Spec.Child("variables")))
        {
            Check(compiled.Variables.GetValueOrDefault(variable.Text("name")), at.Child("expression"), errors);
        }
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
