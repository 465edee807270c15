using System.Text.Json.Nodes;
using Kube1.ApiServer.Admission.Matching;
using Kube1.ApiServer.Expressions;
using Kube1.Cel;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Admission.Policies.Mutations;

/// <summary>One of a MutatingAdmissionPolicy's mutations: an expression, and how its value changes the object.</summary>
internal abstract class Mutation
{
    private readonly string? _error;

    /// <summary>Compiles the expression, which must give a certain type.</summary>
    protected Mutation(CelEnvironment environment, string expression, CelType result)
    {
        Expression = PolicyExpression.Compile(environment, expression, result);
        _error = Expression.Error;
    }

    /// <summary>The expression.</summary>
    public PolicyExpression Expression { get; }

    /// <summary>Whether fields that the object's kind does not have are refused, and not left out.</summary>
    public abstract bool IsStrict { get; }

    /// <summary>
    /// The object as the mutation wants it, which shares nothing with the one that there is; null when nothing is to be done.
    /// Each mutation has a budget of its own, as upstream. Throws <see cref="MutationException"/>.
    /// </summary>
    public JsonObject? Apply(
        JsonObject obj, MatchedResource seen, PolicyInput input, CelValue parameters,
        IReadOnlyDictionary<string, PolicyExpression> variables, CancellationToken cancellationToken)
    {
        if (_error is not null)
        {
            throw new MutationException(_error);
        }

        var evaluation = new PolicyEvaluation(
            input, parameters, true, variables, ExpressionLimits.PerObject, cancellationToken);
        if (!evaluation.TryEvaluate(Expression, out var result))
        {
            throw new MutationException(PolicyEvaluation.OutOfBudget);
        }

        return result.Error is null
            ? Apply(obj, seen, result.Value)
            : throw new MutationException(result.Error);
    }

    /// <summary>The changed object; null for no change.</summary>
    protected abstract JsonObject? Apply(JsonObject obj, MatchedResource seen, CelValue value);
}
