namespace Kube1.Cel;

/// <summary>How an environment understands the language where it leaves a choice. The defaults are Kubernetes'.</summary>
public sealed record CelOptions
{
    /// <summary>Whether all elements of a list literal, and all keys and all values of a map literal, must have one type.</summary>
    public bool HomogeneousAggregateLiterals { get; init; } = true;

    /// <summary>Whether <c>1 &lt; 2.0</c> type-checks.</summary>
    public bool CrossTypeNumericComparisons { get; init; } = true;

    /// <summary>Whether literal arguments of <c>duration</c>, <c>timestamp</c> and <c>matches</c> are tried when compiling.</summary>
    public bool ValidateLiterals { get; init; } = true;
}
