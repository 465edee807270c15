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

/// <summary>Whose match conditions they are, in the words of metrics.</summary>
/// <param name="Name">The name of the webhook or policy.</param>
/// <param name="Kind">"webhook" or "policy".</param>
/// <param name="Type">"admit", "validating" or "validate".</param>
internal readonly record struct MatchConditionOwner(string Name, string Kind, string Type);

/// <summary>
/// The matchConditions of a webhook or policy, compiled once a revision (KEP-3716;
/// k8s.io/apiserver/pkg/admission/plugin/webhook/matchconditions).
/// </summary>
internal sealed class MatchConditions
{
    private readonly PolicyExpression[] _conditions;

    private MatchConditions(MatchConditionOwner owner, PolicyExpression[] conditions)
    {
        Owner = owner;
        _conditions = conditions;
    }

    /// <summary>Whose they are.</summary>
    public MatchConditionOwner Owner { get; }

    /// <summary>Compiles conditions; null when there are none. What is wrong with them is told when they are evaluated.</summary>
    public static MatchConditions? Compile(
        MatchConditionOwner owner, IEnumerable<string> conditions, CelEnvironment environment)
    {
        PolicyExpression[] compiled = [.. conditions.Select(c => PolicyExpression.Compile(environment, c, CelType.Bool))];
        return compiled.Length == 0 ? null : new MatchConditions(owner, compiled);
    }

    /// <summary>Evaluates all conditions of a webhook.</summary>
    public MatchOutcome Evaluate(PolicyInput input, CancellationToken cancellationToken) =>
        Evaluate(input, default, null, cancellationToken);

    /// <summary>Evaluates all conditions of a policy.</summary>
    public MatchOutcome Evaluate(
        PolicyInput input, CelValue parameters, IReadOnlyDictionary<string, PolicyExpression>? variables,
        CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        var outcome = Evaluate(input, parameters, variables, out var errors, cancellationToken);
        AdmissionMetrics.ObserveMatchConditions(
            Owner, input.Write, TimeProvider.System.GetElapsedTime(start), errors);
        return outcome;
    }

    // As upstream counts errors: those before the first condition that is false, and not that the budget was spent.
    private MatchOutcome Evaluate(
        PolicyInput input, CelValue parameters, IReadOnlyDictionary<string, PolicyExpression>? variables, out int errorCount,
        CancellationToken cancellationToken)
    {
        // Upstream shows no namespace to conditions.
        var evaluation = new PolicyEvaluation(
            input, parameters, false, variables, ExpressionLimits.MatchConditions, cancellationToken);
        errorCount = 0;
        var (errors, matches) = (new List<string>(), true);
        foreach (var condition in _conditions)
        {
            if (!evaluation.TryEvaluate(condition, out var result))
            {
                errorCount = 0;
                return new MatchOutcome(true, PolicyEvaluation.OutOfBudget);
            }

            matches &= !result.Value.IsFalse;
            if (result.Error is null)
            {
                continue;
            }

            errorCount += matches ? 1 : 0;
            if (!errors.Contains(result.Error))
            {
                errors.Add(result.Error);
            }
        }

        return !matches ? new MatchOutcome(false)
            : errors.Count == 0 ? new MatchOutcome(true)
            : new MatchOutcome(true, errors.Count == 1 ? errors[0] : $"[{string.Join(", ", errors)}]");
    }
}
