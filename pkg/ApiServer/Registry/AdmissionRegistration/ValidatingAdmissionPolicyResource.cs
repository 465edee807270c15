using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.AdmissionRegistration;

/// <summary>ValidatingAdmissionPolicies: https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/</summary>
internal sealed class ValidatingAdmissionPolicyResource : ResourceStrategy
{
    private const int MaxAuditAnnotations = 20;

    private const int MaxValueExpressionBytes = 5 * 1024;

    private const string NeedOne = "validations or auditAnnotations must contain at least one item";

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    private static readonly string[] Reasons = ["Forbidden", "Invalid", "RequestEntityTooLarge"];

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
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        var path = FieldPath.Of("status", "typeChecking", "expressionWarnings");
        foreach (var (warning, at) in obj.Child("status").Child("typeChecking").Items("expressionWarnings").Indexed(path))
        {
            errors.RequiredText(at.Child("warning"), warning.Text("warning"));
            errors.RequiredText(at.Child("fieldRef"), warning.Text("fieldRef"));
        }

        ConditionRules.Validate(obj.Child("status").Items("conditions"), FieldPath.Of("status", "conditions"), errors);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.CountOf("Validations", "Expressions that must hold", "spec.validations"),
        Columns.Text("ParamKind", "Kind of its parameters", PolicyRules.ParamKindText),
        Columns.Age,
    ];

    private static void Validate(JsonObject obj, JsonObject? old, FieldErrorList errors)
    {
        PolicyRules.Validate(obj, old, errors);
        var spec = obj.Child("spec");
        if (spec.Count("validations") == 0 && spec.Count("auditAnnotations") == 0)
        {
            errors.Required(Spec.Child("validations"), NeedOne);
            errors.Required(Spec.Child("auditAnnotations"), NeedOne);
            return;
        }

        foreach (var (validation, at) in spec.Items("validations").Indexed(Spec.Child("validations")))
        {
            ValidateValidation(validation, at, errors);
        }

        ValidateAnnotations(obj, spec, errors);
        PolicyExpressionRules.ValidateValidating(obj, errors);
    }

    private static void ValidateValidation(JsonObject validation, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredText(
            path.Child("expression"), validation.Text("expression").Trim(), "expression is not specified");
        if (validation.Text("messageExpression") is { Length: > 0 } expression && expression.Trim().Length == 0)
        {
            errors.Invalid(path.Child("messageExpression"), expression, "must be non-empty if specified");
        }

        var message = validation.Text("message");
        if (message.Length > 0 && message.Trim().Length == 0)
        {
            errors.Invalid(path.Child("message"), message, "message must be non-empty if specified");
        }
        else if (message.Trim().AsSpan().ContainsAny('\n', '\r'))
        {
            errors.Invalid(path.Child("message"), message, "message must not contain line breaks");
        }

        if (validation["reason"] is not null && validation.Text("reason") is var reason && !Reasons.Contains(reason))
        {
            errors.NotOneOf(path.Child("reason"), reason, Reasons);
        }
    }

    private static void ValidateAnnotations(JsonObject obj, JsonObject? spec, FieldErrorList errors)
    {
        var path = Spec.Child("auditAnnotations");
        if (spec.Count("auditAnnotations") > MaxAuditAnnotations)
        {
            errors.Invalid(
                path, RuleExtensions.Shown(spec!["auditAnnotations"]),
                $"must not have more than {MaxAuditAnnotations} auditAnnotations");
        }

        var keys = new HashSet<string>();
        foreach (var (annotation, at) in spec.Items("auditAnnotations").Indexed(path))
        {
            var (key, expression) = (annotation.Text("key"), annotation.Text("valueExpression").Trim());
            errors.AddMessages(at.Child("key"), $"{obj.Text("metadata.name")}/{key}", NameRules.IsQualifiedName);
            if (expression.Length == 0)
            {
                errors.Required(at.Child("valueExpression"), "valueExpression is not specified");
            }
            else if (System.Text.Encoding.UTF8.GetByteCount(expression) > MaxValueExpressionBytes)
            {
                errors.Required(
                    at.Child("valueExpression"), $"must not exceed {MaxValueExpressionBytes} bytes in length");
            }

            if (!keys.Add(key))
            {
                errors.Duplicate(at.Child("key"), key);
            }
        }
    }
}
