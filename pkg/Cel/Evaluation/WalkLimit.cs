using System.Runtime.CompilerServices;

namespace Kube1.Cel.Evaluation;

/// <summary>
/// Bounds the work on values whose cost does not tell how much there is of them. A list of ten lists of ten lists is cheap to
/// make, as each is one value held ten times; to compare it with another one, or to print it, is to go through all of it.
/// Upstream has no such bound.
/// </summary>
internal static class WalkLimit
{
    /// <summary>
    /// Steps of one evaluation: more than the comparisons of flat values that its cost limit pays for, and some tenths of a
    /// second.
    /// </summary>
    private const long MaxSteps = 20_000_000;

    // What is left to the evaluation on this thread; 0 outside of one, where nothing is counted.
    [ThreadStatic]
    private static long _left;

    /// <summary>An evaluation begins, perhaps within another one, whose state is returned.</summary>
    public static long Begin()
    {
        var outer = _left;
        _left = MaxSteps;
        return outer;
    }

    /// <summary>It has ended.</summary>
    public static void End(long outer) => _left = outer;

    /// <summary>
    /// Counts steps of a walk; ends the evaluation when there have been too many, or when the walk is too deep for the stack.
    /// </summary>
    public static void Step(long steps = 1)
    {
        if (_left == 0)
        {
            return;
        }

        if (_left <= steps || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new EvaluationStoppedException(CelOutcome.CostLimitExceeded);
        }

        _left -= steps;
    }
}
