using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Kube1.ApiServer.Expressions;
using Kube1.Cel;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>The result of one expression: a value, or why there is none; and how long that took.</summary>
internal readonly record struct PolicyResult(CelValue Value, string? Error, TimeSpan Elapsed = default);

/// <summary>
/// Evaluates a group of expressions on one budget: the validations of a policy, its messages, its annotations, match
/// conditions. Variables are computed when they are first asked for, once for the group, and cost what they cost then
/// (k8s.io/apiserver/pkg/admission/plugin/cel condition.go and composition.go).
/// </summary>
internal sealed class PolicyEvaluation(
    PolicyInput input, CelValue parameters, bool showsNamespace, IReadOnlyDictionary<string, PolicyExpression>? variables,
    long budget, CancellationToken cancellationToken) : CelActivation
{
    /// <summary>Why nothing more is evaluated when the budget is spent.</summary>
    public const string OutOfBudget =
        "validation failed due to running out of cost budget, no further validation rules will be run";

    private long _budget = budget;
    private ulong _variableCost;
    private CelValue _variables;

    /// <summary>What is left.</summary>
    public long Budget => _budget;

    /// <summary>Evaluates one expression; false when the budget is spent, which ends the group.</summary>
    public bool TryEvaluate(PolicyExpression expression, out PolicyResult result)
    {
        result = default;
        if (expression.Program is not { } program)
        {
            result = new PolicyResult(default, "compilation error: " + expression.Error);
            return true;
        }

        _variableCost = 0;
        var start = TimeProvider.System.GetTimestamp();
        var evaluated = program.Evaluate(this, ExpressionLimits.PerCall, cancellationToken);
        if (!TryPay(_variableCost) || !TryPay(evaluated.Cost))
        {
            _budget = -1;
            return false;
        }

        var elapsed = TimeProvider.System.GetElapsedTime(start);
        result = evaluated.Succeeded
            ? new PolicyResult(evaluated.Value, null, elapsed)
            : new PolicyResult(default, $"expression '{expression.Source}' resulted in error: {evaluated.Error}", elapsed);
        return true;
    }

    /// <inheritdoc/>
    public override bool TryResolve(string name, [MaybeNullWhen(false)] out CelValue value)
    {
        value = name switch
        {
            "object" => input.Object,
            "oldObject" => input.OldObject,
            "request" => input.Request,
            "namespaceObject" => showsNamespace ? input.Namespace : CelValue.Null,
            "authorizer" => input.Authorizer,
            "authorizer.requestResource" => input.RequestResource,
            "params" => parameters.IsSet ? parameters : CelValue.Null,
            "variables" => _variables.IsSet ? _variables : _variables = CelValue.Of(new LazyVariables(this)),
            _ => default,
        };
        return value.IsSet;
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

    private CelValue Compute(string name, PolicyExpression expression)
    {
        if (expression.Program is not { } program)
        {
            return CelValue.Error($"composited variable \"{name}\" fails to compile: {expression.Error}");
        }

        // What variables cost is paid when the expression is done; by then many dear ones would have been computed.
        if (_variableCost > (ulong)Math.Max(_budget, 0))
        {
            return CelValue.Error(OutOfBudget);
        }

        // A variable may ask for another one, and that for the next, as many as the policy has.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return CelValue.Error($"composited variable \"{name}\" fails to evaluate: too many variables use each other");
        }

        var result = program.Evaluate(this, ExpressionLimits.PerCall, cancellationToken);
        _variableCost += result.Cost;
        return result.Succeeded
            ? result.Value : CelValue.Error($"composited variable \"{name}\" fails to evaluate: {result.Error}");
    }

    private sealed class LazyVariables(PolicyEvaluation evaluation) : CelObject
    {
        private readonly Dictionary<string, CelValue> _values = new(StringComparer.Ordinal);

        public override CelType Type => PolicyTypes.Variables;

        public override bool TryGetField(string name, [MaybeNullWhen(false)] out CelValue value)
        {
            if (_values.TryGetValue(name, out value))
            {
                return true;
            }

            if (evaluation.Variables?.GetValueOrDefault(name) is not { } expression)
            {
                return false;
            }

            value = _values[name] = evaluation.Compute(name, expression);
            return true;
        }

        public override bool HasField(string name) => evaluation.Variables?.ContainsKey(name) == true;

        public override bool EqualTo(CelObject other) => ReferenceEquals(this, other);

        public override int GetValueHash() => 0;
    }

    private IReadOnlyDictionary<string, PolicyExpression>? Variables => variables;
}
