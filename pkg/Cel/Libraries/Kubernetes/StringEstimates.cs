using Kube1.Cel.Costs;
using Kube1.Cel.Syntax;
using Kube1.Cel.Types;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>
/// What functions on strings will cost and how long their results may be. Source: cost.go, "EstimateCallCost".
/// </summary>
internal static class StringEstimates
{
    /// <summary>The result is not longer than the string.</summary>
    public static CallEstimate? Transform(CelCallSite site)
    {
        if (site.Target is null)
        {
            return null;
        }

        var size = site.SizeOf(site.Target);
        return new CallEstimate(LibraryCosts.Walked(size), size);
    }

    public static CallEstimate? Replace(CelCallSite site)
    {
        if (site.Target is null || site.Arguments.Length < 2)
        {
            return null;
        }

        var size = site.SizeOf(site.Target);
        var (old, with) = (site.SizeOf(site.Arguments[0]), site.SizeOf(site.Arguments[1]));

        // The longest result, and the shortest: as many replacements as there can be, unless they do not change the length.
        var (most, kept) = Replacements(size.Max, old.Min, with.Max <= old.Min);
        var (fewest, leastKept) = Replacements(size.Min, old.Max, old.Max <= with.Min);
        var result = new SizeEstimate(fewest, most).Multiply(with).Add(new SizeEstimate(leastKept, kept));
        return new CallEstimate(WalkedTwice(size), result);
    }

    public static CallEstimate? Split(CelCallSite site)
    {
        if (site.Target is null)
        {
            return null;
        }

        // At worst each character is a part.
        var size = site.SizeOf(site.Target);
        var parts = site.Arguments is [_, { Expression: LiteralExpression { Value: { Kind: CelKind.Int } limit } }]
            ? unchecked((ulong)limit.AsInt)
            : size.Max;
        return new CallEstimate(WalkedTwice(size), new SizeEstimate(0, parts));
    }

    public static CallEstimate? Join(CelCallSite site)
    {
        if (site.Target is null)
        {
            return null;
        }

        var list = site.SizeOf(site.Target);
        var size = CelCallSite.ElementOf(site.Target) is { } element ? list.Multiply(site.SizeOf(element)) : default;
        if (!site.Arguments.IsEmpty)
        {
            var separators = new SizeEstimate(list.Min > 0 ? list.Min - 1 : 0, list.Max > 0 ? list.Max - 1 : 0);
            size = size.Add(site.SizeOf(site.Arguments[0]).Multiply(separators));
        }

        return new CallEstimate(LibraryCosts.Walked(size), size);
    }

    private static CostEstimate WalkedTwice(SizeEstimate size) =>
        size.MultiplyByCostFactor(2 * CelCosts.StringTraversal);

    // How often a text of a length is replaced in one of a size, and how much of the size stays.
    private static (ulong Count, ulong Kept) Replacements(ulong size, ulong length, bool keepsLength) =>
        length == 0 ? (Saturating.Add(size, 1), size)
        : keepsLength ? (0, size)
        : (Quotient(size, length), 0);

    // Rounded up by way of doubles, as upstream does.
    private static ulong Quotient(ulong size, ulong length)
    {
        var quotient = Math.Ceiling((double)size / length);
        return quotient >= ulong.MaxValue ? ulong.MaxValue : (ulong)quotient;
    }
}
