using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Validation;
using Kube1.ApiServer.Expressions;
using Kube1.ApiServer.Extensions.Schemas;
using Kube1.Cel;

namespace Kube1.ApiServer.Extensions.Rules;

internal sealed partial class RuleRun
{
    // A rule that is false.
    private void Refuse(
        RuleNode node, CompiledRule rule, JsonNode value, SelfActivation activation, Ratchet ratchet, FieldPath path)
    {
        var at = rule.FieldPath.Length == 0 ? path
            : ReferenceEquals(path, FieldPath.None) ? FieldPath.Of(rule.FieldPath)
            : path.Child(rule.FieldPath);
        var found = new FieldErrorList();
        var made = rule.Message is { } program ? MakeMessage(program, rule, activation, node, at, found) : null;
        if (found.Count == 0)
        {
            var detail = made
                ?? (rule.Rule.Message.Length > 0 ? rule.Rule.Message.Trim() : "failed rule: " + rule.Title);
            Add(found, at, node.Schema.Type is "object" or "array" ? null : GoValues.Shown(value), detail, rule.Rule.Reason);
        }

        // What was so before may stay, but is told; a rule about the change itself has just seen one.
        if (rule.UsesOldSelf || !ratchet.IsUnchanged)
        {
            _errors.AddRange(found);
        }
        else
        {
            _warn?.Invoke(found[0].ToString()!);
        }
    }

    private static void Add(FieldErrorList errors, FieldPath path, object? value, string detail, string? reason)
    {
        switch (reason)
        {
            case "FieldValueForbidden":
                errors.Forbidden(path, detail);
                break;
            case "FieldValueRequired":
                errors.Required(path, detail);
                break;
            case "FieldValueDuplicate" when value is null:
                errors.Duplicate(path);
                break;
            case "FieldValueDuplicate":
                errors.Duplicate(path, value);
                break;
            case var _ when value is null:
                errors.Invalid(path, detail);
                break;
            default:
                errors.Invalid(path, value, detail);
                break;
        }
    }

    // The text; null when the expression gives none that can be shown, and the rule's own message is to be used. What
    // ends the run is added as an error instead.
    private string? MakeMessage(
        CelProgram program, CompiledRule rule, SelfActivation activation, RuleNode node, FieldPath path, FieldErrorList found)
    {
        var result = program.Evaluate(activation, ExpressionLimits.PerCall, _cancellationToken);
        var end = result.Cost > long.MaxValue || (long)result.Cost > _budget
            ? "messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run"
            : result.Outcome == CelOutcome.CostLimitExceeded
            ? "no further validation rules will be run due to call cost exceeds limit for messageExpression: "
                + GoText.Quote(rule.Rule.MessageExpression)
            : null;
        if (end is not null)
        {
            found.Invalid(path, node.Schema.Type, end);
            _budget = -1;
            return null;
        }

        _budget -= (long)result.Cost;
        return result.Succeeded ? ExpressionMessage.Of(result.Value) : null;
    }
}
