using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.AdmissionRegistration;

/// <summary>MutatingAdmissionPolicies: https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/</summary>
internal sealed class MutatingAdmissionPolicyResource : ResourceStrategy
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    private static readonly string[] PatchTypes = ["ApplyConfiguration", "JSONPatch"];

    private static readonly string[] ReinvocationPolicies = ["IfNeeded", "Never"];

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;

    /// <inheritdoc/>
    public override void Default(JsonObject obj) => PolicyRules.Default(obj);

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        Validate(obj, null, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        Validate(obj, old, errors);

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.CountOf("Mutations", "Changes that it makes", "spec.mutations"),
        Columns.Text("ParamKind", "Kind of its parameters", PolicyRules.ParamKindText),
        Columns.Age,
    ];

    private static void Validate(JsonObject obj, JsonObject? old, FieldErrorList errors)
    {
        PolicyRules.Validate(obj, old, errors);
        var spec = obj.Child("spec");
        PolicyRules.ValidateMutable(spec.Child("matchConstraints"), Spec.Child("matchConstraints"), errors);
        if (spec.Count("mutations") == 0)
        {
            errors.Required(Spec.Child("mutations"), "mutations must contain at least one item");
        }

        foreach (var (mutation, at) in spec.Items("mutations").Indexed(Spec.Child("mutations")))
        {
            ValidateMutation(mutation, at, errors);
        }

        errors.OneOf(Spec.Child("reinvocationPolicy"), spec.Text("reinvocationPolicy"), ReinvocationPolicies);
        PolicyExpressionRules.ValidateMutating(obj, errors);
    }

    private static void ValidateMutation(JsonObject mutation, FieldPath path, FieldErrorList errors)
    {
        var type = mutation.Text("patchType");
        errors.OneOf(path.Child("patchType"), type, PatchTypes);
        foreach (var (field, of) in new[] { ("applyConfiguration", "ApplyConfiguration"), ("jsonPatch", "JSONPatch") })
        {
            var patch = mutation.Child(field);
            if (type == of && patch is null)
            {
                errors.Required(path.Child(field), $"must be specified when patchType is {of}");
            }
            else if (type == of)
            {
                errors.RequiredText(path.Child(field, "expression"), patch.Text("expression").Trim());
            }
            else if (PatchTypes.Contains(type) && patch is not null)
            {
                errors.Invalid(path.Child(field), $"{{{field}}}", $"must not be specified when patchType is {type}");
            }
        }
    }
}
