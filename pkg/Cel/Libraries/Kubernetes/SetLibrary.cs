using Kube1.Cel.Costs;
using Kube1.Cel.Functions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>
/// Lists taken for sets: <c>sets.contains</c>, <c>sets.equivalent</c>, <c>sets.intersects</c>. Source: cel-go, ext/sets.go.
/// </summary>
public static class SetLibrary
{
    private static readonly CelType ListOfT = CelType.List(CelType.Parameter("T"));

    public static CelLibrary Library { get; } = new("cel.lib.ext.sets")
    {
        SinceMinor = 29,
        Functions =
        [
            Function("contains", 1, Contains),
            Function("equivalent", 2, static (left, right) => Contains(left, right) && Contains(right, left)),
            Function("intersects", 1, Intersects),
        ],
    };

    private static CelFunction Function(string name, int walks, Func<CelList, CelList, bool> holds) => new(
        $"sets.{name}",
        CelOverload.Global(
            $"list_sets_{name}_list", [ListOfT, ListOfT], CelType.Bool,
            a => CelValue.Of(holds(a[0].AsList, a[1].AsList)),
            (ReadOnlySpan<CelValue> a, in CelValue _) => Saturating.Add(1, Saturating.Multiply(
                Saturating.Multiply(CelCosts.SizeOf(a[0]), CelCosts.SizeOf(a[1])), (ulong)walks)),
            site => site.Arguments is [var left, var right]
                ? new CallEstimate(site.SizeOf(left).Multiply(site.SizeOf(right)).MultiplyByCostFactor(walks)
                    .Add(CostEstimate.Fixed(1)))
                : null));

    private static bool Contains(CelList set, CelList part)
    {
        for (var i = 0; i < part.Count; i++)
        {
            if (!set.Contains(part[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Intersects(CelList left, CelList right)
    {
        for (var i = 0; i < left.Count; i++)
        {
            if (right.Contains(left[i]))
            {
                return true;
            }
        }

        return false;
    }
}
