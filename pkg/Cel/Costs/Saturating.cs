namespace Kube1.Cel.Costs;

/// <summary>Unsigned arithmetic that stops at the largest number instead of starting anew.</summary>
internal static class Saturating
{
    // 2^64, the first double that is no ulong.
    private const double Limit = 18446744073709551616.0;

    public static ulong Add(ulong left, ulong right) => left > ulong.MaxValue - right ? ulong.MaxValue : left + right;

    public static ulong Multiply(ulong left, ulong right) =>
        right != 0 && left > ulong.MaxValue / right ? ulong.MaxValue : left * right;

    /// <summary>The product, rounded up.</summary>
    public static ulong Multiply(ulong left, double factor)
    {
        var product = Math.Ceiling(left * factor);
        return product >= Limit ? ulong.MaxValue : (ulong)product;
    }
}
