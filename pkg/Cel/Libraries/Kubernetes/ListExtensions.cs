using System.Collections.Immutable;
using Kube1.Cel.Costs;
using Kube1.Cel.Functions;
using Kube1.Cel.Syntax;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>
/// The language's own library of lists in its version 3: <c>slice</c>, <c>flatten</c>, <c>sort</c>, <c>sortBy</c>,
/// <c>reverse</c>, <c>distinct</c>, <c>lists.range</c>. Source: cel-go v0.26, ext/lists.go.
/// </summary>
public static class ListExtensions
{
    private const string SortByKeys = "@sortByAssociatedKeys";
    private const string SortInput = "@__sortBy_input__";

    private static readonly CelType ListOfT = CelType.List(CelType.Parameter("T"));

    private static readonly ImmutableArray<CelType> Comparable =
    [
        CelType.Int, CelType.Uint, CelType.Double, CelType.Bool, CelType.Duration, CelType.Timestamp, CelType.String,
        CelType.Bytes,
    ];

    public static CelLibrary Library { get; } = new("cel.lib.ext.lists")
    {
        SinceMinor = 34,
        Macros = [new("sortBy", 2, true, SortBy)],
        Functions =
        [
            new("slice", CelOverload.Member(
                "list_slice", [ListOfT, CelType.Int, CelType.Int], ListOfT,
                a => ListOperations.Slice(a[0].AsList, a[1].AsInt, a[2].AsInt), OutputCost, SliceEstimate)),
            new("flatten",
                CelOverload.Member(
                    "list_flatten", [CelType.List(ListOfT)], ListOfT, a => ListOperations.Flatten(a[0].AsList, 1),
                    FlattenCost, FlattenEstimate),
                CelOverload.Member(
                    "list_flatten_int", [CelType.DynList, CelType.Int], CelType.DynList,
                    a => ListOperations.Flatten(a[0].AsList, a[1].AsInt), FlattenCost, FlattenEstimate))
            {
                Dispatch = Flatten,
            },
            new("sort", [.. Comparable.Select(type => CelOverload.Member(
                $"list_{type.Name}_sort", [CelType.List(type)], CelType.List(type),
                a => ListOperations.Sort(a[0].AsList, a[0].AsList),
                (ReadOnlySpan<CelValue> a, in CelValue _) => SelfComparison(a[0]),
                site => site is { Target: { } list, Arguments.IsEmpty: true } ? SortEstimate(site, list, type) : null))]),
            new(SortByKeys, [.. Comparable.Select(type => CelOverload.Member(
                $"list_{type.Name}_sortByAssociatedKeys", [ListOfT, CelType.List(type)], ListOfT,
                a => ListOperations.Sort(a[0].AsList, a[1].AsList),
                (ReadOnlySpan<CelValue> a, in CelValue _) => SelfComparison(a[1]),
                site => site.Arguments is [var keys] ? SortEstimate(site, keys, type) : null))]),
            new("lists.range", CelOverload.Global(
                "lists_range", [CelType.Int], CelType.List(CelType.Int), a => ListOperations.Range(a[0].AsInt),
                (ReadOnlySpan<CelValue> a, in CelValue _) => Allocating(1, (ulong)CountOf(a[0])),
                site => site.Arguments is [var count]
                    ? Estimate(1, SizeEstimate.Fixed(LiteralOr(count, ulong.MaxValue)))
                    : null)),
            new("reverse", CelOverload.Member(
                "list_reverse", [ListOfT], ListOfT, a => ListOperations.Reverse(a[0].AsList), OutputCost,
                site => site.Target is { } list ? Estimate(1, site.SizeOf(list)) : null)),
            new("distinct", CelOverload.Member(
                "list_distinct", [ListOfT], ListOfT, a => ListOperations.Distinct(a[0].AsList),
                (ReadOnlySpan<CelValue> a, in CelValue _) => SelfComparison(a[0]),
                site => site.Target is { } list ? Estimate(2, Square(site.SizeOf(list))) : null)),
        ],
    };

    // Lists that turn out to be flat are taken as well, so the arguments' types are not looked at before.
    private static CelValue Flatten(ReadOnlySpan<CelValue> arguments) => arguments switch
    {
        [{ Kind: CelKind.List } list] => ListOperations.Flatten(list.AsList, 1),
        [{ Kind: CelKind.List } list, { Kind: CelKind.Int } depth] => ListOperations.Flatten(list.AsList, depth.AsInt),
        [var other] => CelValue.Error($"no such overload: {other.Type.Name}.flatten()"),
        _ => CelValue.Error($"no such overload: {arguments[0].Type.Name}.flatten({arguments[1].Type.Name})"),
    };

    // The list is bound to a hidden variable: sorted by what the expression makes of its elements.
    private static CelExpression? SortBy(
        CelMacroExpansion x, CelExpression? target, ImmutableArray<CelExpression> arguments)
    {
        if (target is not (ListExpression or SelectExpression or IdentifierExpression or ComprehensionExpression
            or CallExpression))
        {
            return x.Fail(
                target!, "sortBy can only be applied to a list, identifier, comprehension, call or select expression");
        }

        var keys = StandardMacros.Map(x, x.Identifier(SortInput), arguments);
        return x.Comprehension(
            x.List(), "#unused", null, SortInput, target, x.Literal(CelValue.False), x.Identifier(SortInput),
            x.MemberCall(SortByKeys, x.Identifier(SortInput), keys));
    }

    private static ulong? OutputCost(ReadOnlySpan<CelValue> arguments, in CelValue result) =>
        Allocating(1, CelCosts.SizeOf(result));

    // A negative depth is an error that costs what Go's conversion makes of it, which is next to nothing.
    private static ulong? FlattenCost(ReadOnlySpan<CelValue> arguments, in CelValue result) =>
        Allocating(arguments.Length == 2 ? CountOf(arguments[1]) : 1, CelCosts.SizeOf(arguments[0]));

    // Calls that were refused have their price too: what is priced may be of any kind, or the error of an argument.
    private static long CountOf(in CelValue value) => value.Kind == CelKind.Int ? Math.Max(0, value.AsInt) : 0;

    private static ulong? SelfComparison(in CelValue value)
    {
        var size = CelCosts.SizeOf(value);
        var isText = value.Kind == CelKind.List && size > 0 && value.AsList[0].Kind is CelKind.String or CelKind.Bytes;
        return Allocating(isText ? 2 + CelCosts.StringTraversal : 2, Saturating.Multiply(size, size));
    }

    // Upstream rounds down here.
    private static ulong Allocating(double factor, ulong size)
    {
        var cost = Math.Floor(size * factor);
        return Saturating.Add(cost >= ulong.MaxValue ? ulong.MaxValue : (ulong)cost, 1 + CelCosts.CreateList);
    }

    private static CallEstimate? SliceEstimate(CelCallSite site) =>
        site is { Target: { } list, Arguments: [var start, var end] }
            ? Estimate(1, SizeEstimate.Fixed(unchecked(LiteralOr(end, site.SizeOf(list).Max) - LiteralOr(start, 0))))
            : null;

    private static CallEstimate? FlattenEstimate(CelCallSite site) => site.Target is { } list
        ? Estimate(site.Arguments is [var depth] ? LiteralOr(depth, ulong.MaxValue) : 1, site.SizeOf(list))
        : null;

    private static CallEstimate SortEstimate(CelCallSite site, CelCostNode list, CelType type) => Estimate(
        type.Kind is CelKind.String or CelKind.Bytes ? 2 + CelCosts.StringTraversal : 2, Square(site.SizeOf(list)));

    private static SizeEstimate Square(SizeEstimate size) => size.Multiply(size);

    private static CallEstimate Estimate(double factor, SizeEstimate size) =>
        new(size.MultiplyByCostFactor(factor).Add(CostEstimate.Fixed(1 + CelCosts.CreateList)), size);

    private static ulong LiteralOr(CelCostNode node, ulong other) =>
        node.Expression is LiteralExpression { Value: { Kind: CelKind.Int } number }
            ? (ulong)Math.Max(0, number.AsInt)
            : other;
}
