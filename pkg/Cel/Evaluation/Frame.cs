using Kube1.Cel.Values;

namespace Kube1.Cel.Evaluation;

/// <summary>The state of one evaluation: variables, what it has cost, when it must stop.</summary>
internal sealed class Frame(CelActivation activation, int locals, ulong costLimit, CancellationToken cancellationToken)
{
    // As upstream: asking a token in each turn of a loop would cost more than the loop.
    private const int CheckEvery = 100;

    private int turns;

    public CelActivation Activation { get; } = activation;

    /// <summary>Variables of comprehensions, each with a place of its own; unset until it is known.</summary>
    public CelValue[] Locals { get; } = locals == 0 ? [] : new CelValue[locals];

    public ulong Cost { get; private set; }

    public void Charge(ulong cost)
    {
        Cost = ulong.MaxValue - Cost < cost ? ulong.MaxValue : Cost + cost;
        if (Cost > costLimit)
        {
            throw new EvaluationStoppedException(CelOutcome.CostLimitExceeded);
        }
    }

    /// <summary>Counts a turn of a loop and stops the evaluation if it was cancelled.</summary>
    public void Turn()
    {
        if (++turns % CheckEvery == 0 && cancellationToken.IsCancellationRequested)
        {
            throw new EvaluationStoppedException(CelOutcome.Interrupted);
        }
    }
}
