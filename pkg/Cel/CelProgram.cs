using Kube1.Cel.Checking;
using Kube1.Cel.Costs;
using Kube1.Cel.Evaluation;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel;

/// <summary>A checked expression, ready to be evaluated by many threads at once.</summary>
public sealed class CelProgram
{
    private readonly CheckedExpression expression;
    private readonly Node root;
    private readonly int locals;

    internal CelProgram(CheckedExpression expression, Node root, int locals)
    {
        this.expression = expression;
        this.root = root;
        this.locals = locals;
    }

    /// <summary>The type that the checker deduced for the whole expression.</summary>
    public CelType ResultType => expression.ResultType;

    /// <summary>Whether the expression uses a variable of the environment.</summary>
    public bool RefersTo(string variable) => expression.RefersTo(variable);

    /// <summary>Evaluates. Stops as soon as it has cost more than the limit.</summary>
    public CelResult Evaluate(
        CelActivation activation, ulong costLimit = ulong.MaxValue, CancellationToken cancellationToken = default)
    {
        var frame = new Frame(activation, locals, costLimit, cancellationToken);
        var outer = WalkLimit.Begin();
        try
        {
            var value = root.Evaluate(frame);
            return new CelResult(value.IsError ? CelOutcome.Error : CelOutcome.Value, value, frame.Cost);
        }
        catch (EvaluationStoppedException e)
        {
            return new CelResult(e.Outcome, CelValue.Error(e.Message), frame.Cost);
        }
        finally
        {
            WalkLimit.End(outer);
        }
    }

    /// <summary>Within which bounds the cost of an evaluation will be, given what is known of the sizes of the variables.</summary>
    public CostEstimate EstimateCost(CelSizeEstimator? sizes = null) =>
        CostEstimation.Estimate(expression, sizes ?? (static _ => null));
}
