using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Expressions;
using Kube1.ApiServer.Extensions.Rules;
using Kube1.ApiServer.Extensions.Schemas;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.ApiExtensions;

/// <summary>x-kubernetes-validations: the form of the rules, and what their expressions say.</summary>
internal static class ExpressionRules
{
    private static readonly string[] Reasons =
        ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

    /// <summary>Checks the rules of one schema.</summary>
    public static void Validate(JsonObject schema, FieldPath path, FieldErrorList errors)
    {
        foreach (var (rule, at) in schema.Items("x-kubernetes-validations").Indexed(path.Child("x-kubernetes-validations")))
        {
            ValidateTexts(rule, at, errors);
            var reason = rule.Text("reason");
            if (rule["reason"] is not null && !Reasons.Contains(reason))
            {
                errors.NotOneOf(at.Child("reason"), reason, Reasons);
            }

            ValidateFieldPath(rule.Text("fieldPath"), schema, at.Child("fieldPath"), errors);
        }
    }

    /// <summary>
    /// Compiles the rules of one schema, whose form is sound, and estimates what they cost.
    /// <paramref name="uncorrelatable"/> is the schema around it whose values have no known old ones; null for none.
    /// </summary>
    public static void Compile(
        JsonObject schema, RuleScope scope, FieldPath? uncorrelatable, bool allowsAnyCost, FieldPath path,
        FieldErrorList errors)
    {
        if (schema.Count("x-kubernetes-validations") == 0)
        {
            return;
        }

        var all = path.Child("x-kubernetes-validations");
        if (scope.Type is not { } type)
        {
            errors.Internal(
                all,
                "internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert "
                + "structural schema to CEL declarations");
            return;
        }

        var compiled = CompiledRule.CompileAll(scope.Schema.Rules, scope.Schema, type, scope.Types);
        foreach (var ((rule, at), i) in schema.Items("x-kubernetes-validations").Indexed(all).Select((r, i) => (r, i)))
        {
            ValidateRule(rule, compiled[i], scope, allowsAnyCost, at, errors);
            ValidateMessage(rule, compiled[i], scope, allowsAnyCost, at.Child("messageExpression"), errors);
            ValidateOldSelf(rule, compiled[i], uncorrelatable, at, errors);
        }
    }

    private static void ValidateRule(
        JsonObject rule, CompiledRule compiled, RuleScope scope, bool allowsAnyCost, FieldPath at, FieldErrorList errors)
    {
        var path = at.Child("rule");
        var cost = scope.TotalOf(compiled.MaxCost);
        if (!allowsAnyCost && cost > ExpressionLimits.StaticPerRule)
        {
            errors.Forbidden(path, RuleCosts.Exceeded("estimated rule cost", cost, ExpressionLimits.StaticPerRule));
        }

        scope.Costs.Add(path, cost);
        if (compiled.Error is { } error)
        {
            errors.Invalid(path, DefinitionText.Rule(rule), error);
        }
    }

    private static void ValidateMessage(
        JsonObject rule, CompiledRule compiled, RuleScope scope, bool allowsAnyCost, FieldPath path, FieldErrorList errors)
    {
        if (compiled.MessageError is { } error)
        {
            errors.Invalid(path, DefinitionText.Rule(rule), error);
        }
        else if (compiled.Message is not null)
        {
            var cost = compiled.MessageMaxCost;
            if (!allowsAnyCost && cost > ExpressionLimits.StaticPerRule)
            {
                errors.Forbidden(
                    path, RuleCosts.Exceeded("estimated messageExpression cost", cost, ExpressionLimits.StaticPerRule));
            }

            scope.Costs.Add(path, cost);
        }
    }

    private static void ValidateOldSelf(
        JsonObject rule, CompiledRule compiled, FieldPath? uncorrelatable, FieldPath at, FieldErrorList errors)
    {
        if (!compiled.UsesOldSelf)
        {
            if (rule.FlagOrNull("optionalOldSelf") is { } optional)
            {
                errors.Invalid(
                    at.Child("optionalOldSelf"), optional, "may not be set if oldSelf is not used in rule");
            }
        }
        else if (uncorrelatable is not null)
        {
            errors.Invalid(
                at.Child("rule"), rule.Text("rule"),
                $"oldSelf cannot be used on the uncorrelatable portion of the schema within {uncorrelatable}");
        }
    }

    private static void ValidateTexts(JsonObject rule, FieldPath at, FieldErrorList errors)
    {
        var (expression, message) = (rule.Text("rule").Trim(), rule.Text("message"));
        if (expression.Length == 0)
        {
            errors.Required(at.Child("rule"), "rule is not specified");
        }
        else if (message.Length > 0 && message.Trim().Length == 0)
        {
            errors.Invalid(at.Child("message"), message, "must be non-empty if specified");
        }
        else if (HasNewlines(message.Trim()))
        {
            errors.Invalid(at.Child("message"), message, "must not contain line breaks");
        }
        else if (HasNewlines(expression) && message.Length == 0)
        {
            errors.Required(at.Child("message"), "message must be specified if rule contains line breaks");
        }

        if (rule.Text("messageExpression") is { Length: > 0 } messageExpression && messageExpression.Trim().Length == 0)
        {
            errors.Required(at.Child("messageExpression"), "messageExpression must be non-empty if specified");
        }
    }

    private static void ValidateFieldPath(string fieldPath, JsonObject schema, FieldPath at, FieldErrorList errors)
    {
        if (fieldPath.Length == 0)
        {
            return;
        }

        if (fieldPath.Trim().Length == 0)
        {
            errors.Invalid(at, fieldPath, "must be non-empty if specified");
        }

        if (HasNewlines(fieldPath))
        {
            errors.Invalid(at, fieldPath, "must not contain line breaks");
        }

        if (!IsKnown(fieldPath, schema))
        {
            errors.Invalid(at, fieldPath, "must be a valid path");
        }
    }

    // A schema that is not structural is told of elsewhere.
    private static bool IsKnown(string fieldPath, JsonObject schema)
    {
        StructuralSchema structure;
        try
        {
            structure = StructuralSchema.Parse(schema);
        }
        catch (FormatException)
        {
            return true;
        }

        try
        {
            SchemaFieldPath.Resolve(fieldPath, structure);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static bool HasNewlines(string text) => text.AsSpan().ContainsAny('\n', '\r');
}
