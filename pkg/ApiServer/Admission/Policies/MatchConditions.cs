using Kube1.ApiServer.Expressions;
using Kube1.Cel;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>
/// What came of all conditions together: false when one of them is; else an error when one could not be evaluated, which
/// failurePolicy answers.
/// </summary>
internal readonly record struct MatchOutcome(bool Matches, string? Error = null);

/// <summary>
/// The matchConditions of a webhook or policy, compiled once a revision (KEP-3716;
/// k8s.io/apiserver/pkg/admission/plugin/webhook/matchconditions).
/// </summary>
internal sealed class MatchConditions
{
    private readonly PolicyExpression[] _conditions;

    private MatchConditions(PolicyExpression[] conditions) => _conditions = conditions;

    /// <summary>Compiles conditions; null when there are none. What is wrong with them is told when they are evaluated.</summary>
    public static MatchConditions? Compile(IEnumerable<string> conditions, CelEnvironment environment)
    {
        PolicyExpression[] compiled = [.. conditions.Select(c => PolicyExpression.Compile(environment, c, CelType.Bool))];
        return compiled.Length == 0 ? null : new MatchConditions(compiled);
    }

    /// <summary>Evaluates all conditions of a webhook.</summary>
    public MatchOutcome Evaluate(PolicyInput input, CancellationToken cancellationToken) =>
        Evaluate(input, default, null, cancellationToken);

    /// <summary>Evaluates all conditions of a policy.</summary>
    public MatchOutcome Evaluate(
        PolicyInput input, CelValue parameters, IReadOnlyDictionary<string, PolicyExpression>? variables,
        CancellationToken cancellationToken)
    {
        // Upstream shows no namespace to conditions.
        var evaluation = new PolicyEvaluation(
            input, parameters, false, variables, ExpressionLimits.MatchConditions, cancellationToken);
        var (errors, matches) = (new List<string>(), true);
        foreach (var condition in _conditions)
        {
            if (!evaluation.TryEvaluate(condition, out var result))
            {
                return new MatchOutcome(true, PolicyEvaluation.OutOfBudget);
            }

            matches &= !result.Value.IsFalse;
            if (result.Error is not null && !errors.Contains(result.Error))
            {
                errors.Add(result.Error);
            }
        }

        return !matches ? new MatchOutcome(false)
            : errors.Count == 0 ? new MatchOutcome(true)
            : new MatchOutcome(true, errors.Count == 1 ? errors[0] : $"[{string.Join(", ", errors)}]");
    }
}
