using System.Collections.Immutable;
using Kube1.Cel.Checking;
using Kube1.Cel.Functions;
using Kube1.Cel.Syntax;
using Kube1.Cel.Types;

namespace Kube1.Cel.Costs;

/// <summary>
/// Bounds for the cost of an expression before it is evaluated: by upstream's model to the unit, because Kubernetes
/// accepts and refuses rules by it. Source: cel-go, checker/cost.go.
/// </summary>
internal sealed partial class CostEstimation
{
    private readonly CheckedExpression expression;
    private readonly CelSizeEstimator estimator;

    // By id: where in a variable an expression's value lies, and what is known of its size and that of its entries.
    private readonly ImmutableArray<string>[] paths;
    private readonly SizeEstimate?[] sizes;
    private readonly EntrySizes?[] entries;
    private readonly List<LocalVariable> locals = [];

    private CostEstimation(CheckedExpression expression, CelSizeEstimator estimator)
    {
        this.expression = expression;
        this.estimator = estimator;
        paths = new ImmutableArray<string>[expression.IdLimit];
        Array.Fill(paths, []);
        sizes = new SizeEstimate?[expression.IdLimit];
        entries = new EntrySizes?[expression.IdLimit];
    }

    public static CostEstimate Estimate(CheckedExpression expression, CelSizeEstimator estimator) =>
        new CostEstimation(expression, estimator).CostOf(expression.Root);

    private CostEstimate CostOf(CelExpression node) => node switch
    {
        IdentifierExpression e => CostOfName(e, e.Name),
        SelectExpression e => CostOfSelect(e),
        CallExpression e => CostOfCall(e),
        ListExpression e => CostOfList(e),
        MapExpression e => CostOfMap(e),
        ObjectExpression e => e.Fields.Aggregate(CostEstimate.Zero, (sum, field) => sum.Add(CostOf(field.Value)))
            .Add(CostEstimate.Fixed(CelCosts.CreateObject)),
        ComprehensionExpression e => IsBinding(e) ? CostOfBinding(e) : CostOfComprehension(e),
        _ => CostEstimate.Zero,
    };

    private CostEstimate CostOfName(CelExpression node, string name)
    {
        paths[node.Id] = FindLocal(node) is { } local ? local.Path : [name];
        return CostEstimate.Fixed(CelCosts.SelectAndIdentifier);
    }

    private CostEstimate CostOfSelect(SelectExpression e)
    {
        if (expression.ReferenceOf(e) is GlobalReference global)
        {
            return CostOfName(e, global.Name);
        }

        var cost = CostOf(e.Operand);
        if (e.IsTest)
        {
            return cost;
        }

        if (expression.TypeOf(e.Operand).Kind is CelKind.Map or CelKind.Object or CelKind.TypeParameter)
        {
            cost = cost.Add(CostEstimate.Fixed(CelCosts.SelectAndIdentifier));
        }

        paths[e.Id] = PathOf(e.Operand).Add(e.Field);
        return cost;
    }

    private CostEstimate CostOfList(ListExpression e)
    {
        var sum = CostEstimate.Zero;
        var item = new SizeEstimate(e.Elements.IsEmpty ? 0 : ulong.MaxValue, 0);
        foreach (var element in e.Elements)
        {
            sum = sum.Add(CostOf(element));
            item = item.Union(SizeOrUnknown(element));
        }

        entries[e.Id] = new EntrySizes(CelKind.List, SizeEstimate.Fixed(1), item);
        return sum.Add(CostEstimate.Fixed(CelCosts.CreateList));
    }

    private CostEstimate CostOfMap(MapExpression e)
    {
        var sum = CostEstimate.Zero;
        var key = new SizeEstimate(e.Entries.IsEmpty ? 0 : ulong.MaxValue, 0);
        var value = key;
        foreach (var entry in e.Entries)
        {
            sum = sum.Add(CostOf(entry.Key)).Add(CostOf(entry.Value));
            key = key.Union(SizeOrUnknown(entry.Key));
            value = value.Union(SizeOrUnknown(entry.Value));
        }

        entries[e.Id] = new EntrySizes(CelKind.Map, key, value);
        return sum.Add(CostEstimate.Fixed(CelCosts.CreateMap));
    }

    // The fold over nothing that binds a variable to a value.
    private static bool IsBinding(ComprehensionExpression e) =>
        e is { Range: ListExpression { Elements.IsEmpty: true }, Condition: LiteralExpression { Value.IsFalse: true } }
        && e.Accumulator != CelMacroExpansion.FormerAccumulator;

    private CostEstimate CostOfBinding(ComprehensionExpression e)
    {
        var sum = CostOf(e.Range).Add(CostOf(e.Initial));
        PushAccumulator(e);
        sum = sum.Add(CostOf(e.Result));
        locals.RemoveAt(locals.Count - 1);
        if (SizeOf(e.Result) is { } size)
        {
            sizes[e.Id] = size;
        }

        entries[e.Id] = EntriesOf(e.Result) ?? entries[e.Id];
        return sum;
    }

    private CostEstimate CostOfComprehension(ComprehensionExpression e)
    {
        var sum = CostOf(e.Range).Add(CostOf(e.Initial));
        PushAccumulator(e);
        var outside = locals.Count;
        PushVariables(e);
        var turn = CostOf(e.Condition);
        turn = CostOf(e.Step).Add(turn);
        locals.RemoveRange(outside, locals.Count - outside);
        sum = sum.Add(CostOf(e.Result));
        locals.RemoveAt(locals.Count - 1);
        var turns = SizeOrUnknown(e.Range);
        sum = sum.Add(turns.MultiplyByCost(turn));
        switch (e.Initial)
        {
            case LiteralExpression:
                sizes[e.Id] = SizeOf(e.Initial);
                break;
            case ListExpression or MapExpression:
                sizes[e.Id] = turns;
                entries[e.Id] = EntriesOf(e.Step) ?? entries[e.Id];
                break;
        }

        return sum;
    }

    private void PushAccumulator(ComprehensionExpression e) => locals.Add(new LocalVariable(
        e.Accumulator, PathOf(e.Initial), SizeOf(e.Initial), EntriesOf(e.Initial)));

    private void PushVariables(ComprehensionExpression e)
    {
        var range = EntriesOf(e.Range);
        var isList = (range?.Container ?? expression.TypeOf(e.Range).Kind) == CelKind.List;
        var path = PathOf(e.Range);
        if (e.SecondVariable is not null)
        {
            locals.Add(new LocalVariable(e.Variable, path.Add(isList ? "@indices" : "@keys"), range?.Key, null));
            locals.Add(new LocalVariable(e.SecondVariable, path.Add(isList ? "@items" : "@values"), range?.Value, null));
        }
        else
        {
            locals.Add(new LocalVariable(
                e.Variable, path.Add(isList ? "@items" : "@keys"), isList ? range?.Value : range?.Key, null));
        }
    }

    /// <summary>The sizes of a container's keys (or indexes) and values.</summary>
    private sealed record EntrySizes(CelKind Container, SizeEstimate Key, SizeEstimate Value)
    {
        public static EntrySizes? Union(EntrySizes? left, EntrySizes? right) => left is null || right is null
            ? null
            : new EntrySizes(left.Container, left.Key.Union(right.Key), left.Value.Union(right.Value));
    }

    /// <summary>A variable of a comprehension.</summary>
    private sealed record LocalVariable(
        string Name, ImmutableArray<string> Path, SizeEstimate? Size, EntrySizes? Entries);
}
