namespace Kube1.Api.Patterns;

/// <summary>How much work one match has taken.</summary>
internal struct Re2Effort
{
    /// <summary>
    /// About a second. A text of a megabyte against a pattern of a thousand steps takes as much at the very worst.
    /// </summary>
    private const int MaxSteps = 50_000_000;

    private int _steps;

    /// <summary>Whether the match has to be given up.</summary>
    public readonly bool IsSpent => _steps > MaxSteps;

    /// <summary>Takes note of a step.</summary>
    public void Spend() => _steps++;
}
