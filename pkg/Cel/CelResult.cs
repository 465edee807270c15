using Kube1.Cel.Values;

namespace Kube1.Cel;

/// <summary>How an evaluation ended.</summary>
public enum CelOutcome
{
    /// <summary>With a value.</summary>
    Value,

    /// <summary>With an error of the expression: <see cref="CelResult.Value"/> is the error.</summary>
    Error,

    /// <summary>It cost more than it was allowed to.</summary>
    CostLimitExceeded,

    /// <summary>It was cancelled.</summary>
    Interrupted,
}

/// <summary>The result of an evaluation.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Value">The value; an error value for all other outcomes, with upstream's text.</param>
/// <param name="Cost">What it cost, up to where it ended.</param>
public readonly record struct CelResult(CelOutcome Outcome, CelValue Value, ulong Cost)
{
    public bool Succeeded => Outcome == CelOutcome.Value;

    /// <summary>The error's text, or null.</summary>
    public string? Error => Value.IsError ? Value.AsError.Message : null;
}
