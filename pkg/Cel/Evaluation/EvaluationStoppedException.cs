namespace Kube1.Cel.Evaluation;

/// <summary>
/// Ends an evaluation from within: no operator may absorb this as it may absorb an error. Caught in
/// <see cref="CelProgram.Evaluate"/> and nowhere else.
/// </summary>
internal sealed class EvaluationStoppedException(CelOutcome outcome) : Exception
{
    public CelOutcome Outcome { get; } = outcome;

    public override string Message => Outcome == CelOutcome.CostLimitExceeded
        ? "operation cancelled: actual cost limit exceeded"
        : "operation interrupted";
}
