using Kube1.Cel.Costs;
using Kube1.Cel.Functions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>
/// What Kubernetes charges for calls of its libraries, by the function's name, so that calls whose overload is known
/// only at run time cost the same. Source: k8s.io/apiserver/pkg/cel/library/cost.go.
/// </summary>
internal static class LibraryCosts
{
    public static readonly CelCallCost One = static (ReadOnlySpan<CelValue> _, in CelValue _) => 1;
    public static readonly CelCallEstimator OneEstimated = static _ => new CallEstimate(CostEstimate.Fixed(1));

    /// <summary>One walk over the first argument.</summary>
    public static readonly CelCallCost Walk =
        static (ReadOnlySpan<CelValue> arguments, in CelValue _) => CelCosts.Traversal(arguments[0]);

    /// <summary>Two walks over the first argument: one to read it, one to write the result.</summary>
    public static readonly CelCallCost WalkTwice =
        static (ReadOnlySpan<CelValue> arguments, in CelValue _) => CelCosts.Traversal(arguments[0], 2);

    /// <summary>One walk over the first argument of a function that is no member.</summary>
    public static readonly CelCallEstimator WalkEstimated = static site =>
        site.Arguments.IsEmpty ? null : new CallEstimate(Walked(site.SizeOf(site.Arguments[0])));

    /// <summary>Operations that look at each element of a list, or each character of a string, once.</summary>
    public static readonly CelCallCost Scan =
        static (ReadOnlySpan<CelValue> arguments, in CelValue _) => DeepTraversal(arguments[0]);

    public static CostEstimate Walked(SizeEstimate size) => size.MultiplyByCostFactor(CelCosts.StringTraversal);

    /// <summary>A function whose calls all cost one unit.</summary>
    public static CelFunction Cheap(string name, params ReadOnlySpan<CelOverload> overloads) =>
        new(name, [.. overloads]) { Cost = One, Estimate = OneEstimated };

    /// <summary>A function that reads its first argument, a string, once.</summary>
    public static CelFunction Reader(string name, params ReadOnlySpan<CelOverload> overloads) =>
        new(name, [.. overloads]) { Cost = Walk, Estimate = WalkEstimated };

    /// <summary>An estimate for <c>==</c> of two values of one type; the language's own for all others.</summary>
    public static CelFunction Equality(CelType type, Func<CelCallSite, CostEstimate> estimate) => new("_==_")
    {
        Estimate = site => site.Arguments is [var left, var right] && left.Type.Equals(type) && right.Type.Equals(type)
            ? new CallEstimate(estimate(site))
            : null,
    };

    /// <summary>Values that are compared in no time.</summary>
    public static CelFunction CheapEquality(CelType type) => Equality(type, static _ => CostEstimate.Fixed(1));

    /// <summary>The price of <c>!=</c> for values that have a size, which upstream does not make an exception of.</summary>
    public static CelFunction SizedInequality(CelType type) => new("_!=_")
    {
        Cost = (ReadOnlySpan<CelValue> arguments, in CelValue _) =>
            arguments[0].Kind == CelKind.Opaque && arguments[0].Type.Equals(type)
                ? Math.Min(CelCosts.Traversal(arguments[0]), CelCosts.Traversal(arguments[1]))
                : null,
    };

    public static CallEstimate? ScanEstimated(CelCallSite site)
    {
        if (site.Target is not { } target)
        {
            return null;
        }

        var size = site.SizeOf(target);
        if (CelCallSite.ElementOf(target) is not { } element)
        {
            return new CallEstimate(Walked(size));
        }

        var cost = CostEstimate.Fixed(1);
        if (element.Type.Kind is CelKind.String or CelKind.Bytes)
        {
            cost = cost.Add(Walked(site.SizeOf(element)));
        }

        return new CallEstimate(size.MultiplyByCost(cost));
    }

    // Here, and only here, upstream counts the bytes of strings and rounds down.
    private static ulong DeepTraversal(in CelValue value)
    {
        switch (value.Kind)
        {
            case CelKind.String:
                return (ulong)(System.Text.Encoding.UTF8.GetByteCount(value.AsString) * CelCosts.StringTraversal);
            case CelKind.Bytes:
                return (ulong)(value.AsBytes.Length * CelCosts.StringTraversal);
            case CelKind.List:
                return DeepTraversal(value.AsList);
            case CelKind.Map:
                var cost = 0UL;
                for (var i = 0; i < value.AsMap.Count; i++)
                {
                    cost += DeepTraversal(value.AsMap.KeyAt(i)) + DeepTraversal(value.AsMap.ValueAt(i));
                }

                return cost;
            default:
                return 1;
        }
    }

    private static ulong DeepTraversal(CelList list)
    {
        var cost = 0UL;
        for (var i = 0; i < list.Count; i++)
        {
            cost += DeepTraversal(list[i]);
        }

        return cost;
    }
}
