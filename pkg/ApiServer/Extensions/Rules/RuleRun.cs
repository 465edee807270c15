using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Expressions;
using Kube1.ApiServer.Extensions.Schemas;
using Kube1.Cel;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Extensions.Rules;

/// <summary>
/// Evaluates the rules about one object, with the words and the order of
/// k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go. All rules share one budget; when it is spent,
/// that is an error and no more rules run.
/// </summary>
internal sealed partial class RuleRun
{
    private readonly FieldErrorList _errors;
    private readonly Action<string>? _warn;
    private readonly CancellationToken _cancellationToken;
    private long _budget;

    public RuleRun(FieldErrorList errors, Action<string>? warn, long budget, CancellationToken cancellationToken)
    {
        _errors = errors;
        _warn = warn;
        _budget = budget;
        _cancellationToken = cancellationToken;
    }

    /// <summary>What is left of the budget; negative when it is spent.</summary>
    public long Budget => _budget;

    private bool IsSpent => _budget < 0;

    /// <summary>
    /// Evaluates the rules about a value and all below it. A null <paramref name="path"/> is that of a whole object; the
    /// ratchet turns errors into warnings.
    /// </summary>
    public void Check(RuleNode node, JsonNode? value, JsonNode? old, Ratchet ratchet, FieldPath? path)
    {
        if (value is null || IsSpent)
        {
            return;
        }

        CheckRules(node, value, old, ratchet, path ?? FieldPath.None);
        foreach (var inner in node.AllOf)
        {
            // As for schemas: within allOf it does not count that the value itself is unchanged.
            Check(inner, value, old, ratchet.WithoutCurrent, path);
        }

        switch (value)
        {
            case JsonObject map:
                CheckMembers(node, map, old as JsonObject, ratchet, path);
                break;
            case JsonArray list when node.Items is { } items:
                CheckItems(node, items, list, old, ratchet, path);
                break;
        }
    }

    private void CheckMembers(RuleNode node, JsonObject map, JsonObject? old, Ratchet ratchet, FieldPath? path)
    {
        foreach (var (name, member) in map)
        {
            if (node.AdditionalProperties is { } values)
            {
                Check(values, member, old?[name], ratchet.Member(name), (path ?? FieldPath.None).Key(name));
            }

            if (node.Properties?.GetValueOrDefault(name) is { } property)
            {
                Check(property, member, old?[name], ratchet.Member(name), path?.Child(name) ?? FieldPath.Of(name));
            }
        }
    }

    private void CheckItems(
        RuleNode node, RuleNode items, JsonArray list, JsonNode? old, Ratchet ratchet, FieldPath? path)
    {
        var before = Correlation.Of(old).ItemsOf(node.Schema);
        for (var i = 0; i < list.Count && !IsSpent; i++)
        {
            Check(items, list[i], before?.Find(list[i]), ratchet.Item(i), (path ?? FieldPath.None).Index(i));
        }
    }

    private void CheckRules(RuleNode node, JsonNode value, JsonNode? old, Ratchet ratchet, FieldPath path)
    {
        if (node.Defect is { } defect)
        {
            _errors.Invalid(path, node.Schema.Type, "rule compiler initialization error: " + defect);
            return;
        }

        if (node.Rules.IsEmpty)
        {
            return;
        }

        if (_budget == 0)
        {
            Spend(node, path);
            return;
        }

        var self = SchemaValues.Of(value, node.SelfSchema);
        var oldSelf = old is null || !node.UsesOldSelf ? default : SchemaValues.Of(old, node.SelfSchema);
        var plain = new SelfActivation(self, oldSelf);
        var optional = node.UsesOldSelf
            ? new SelfActivation(self, oldSelf.IsSet ? CelValue.OptionalOf(oldSelf) : CelValue.None)
            : plain;
        foreach (var rule in node.Rules)
        {
            if (IsSpent)
            {
                return;
            }

            CheckRule(node, rule, value, plain, optional, old is not null, ratchet, path);
        }
    }

    private void CheckRule(
        RuleNode node, CompiledRule rule, JsonNode value, SelfActivation plain, SelfActivation optional, bool hasOld,
        Ratchet ratchet, FieldPath path)
    {
        if (rule.Error is not null)
        {
            _errors.Invalid(path, node.Schema.Type, "rule compile error: " + rule.Error);
            return;
        }

        // A rule about changes waits for one, unless it can do without an old value.
        if (rule.Program is null || (rule.UsesOldSelf && !hasOld && rule.Rule.OptionalOldSelf != true))
        {
            return;
        }

        var result = rule.Program.Evaluate(
            rule.Rule.OptionalOldSelf == true ? optional : plain, ExpressionLimits.PerCall, _cancellationToken);
        if (!TryPay(result.Cost))
        {
            Spend(node, path);
        }
        else if (!result.Succeeded)
        {
            TellFailure(node, rule, result, path);
        }
        else if (!result.Value.IsTrue)
        {
            Refuse(node, rule, value, plain, ratchet, path);
        }
    }

    private void TellFailure(RuleNode node, CompiledRule rule, CelResult result, FieldPath path)
    {
        var error = result.Error!;
        if (error.StartsWith("no such overload", StringComparison.Ordinal))
        {
            _errors.Invalid(
                path, node.Schema.Type,
                $"'{error}': call arguments did not match a supported operator, function or macro signature for rule: "
                + rule.Title);
        }
        else if (result.Outcome == CelOutcome.CostLimitExceeded)
        {
            _errors.Invalid(
                path, node.Schema.Type,
                $"'{error}': no further validation rules will be run due to call cost exceeds limit for rule: {rule.Title}");
            _budget = -1;
        }
        else
        {
            _errors.Invalid(path, node.Schema.Type, $"{error} evaluating rule: {rule.Title}");
        }
    }

    private bool TryPay(ulong cost)
    {
        if (cost > long.MaxValue || (long)cost > _budget)
        {
            return false;
        }

        _budget -= (long)cost;
        return true;
    }

    private void Spend(RuleNode node, FieldPath path)
    {
        _errors.Invalid(
            path, node.Schema.Type,
            "validation failed due to running out of cost budget, no further validation rules will be run");
        _budget = -1;
    }
}
