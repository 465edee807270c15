using System.Collections.Immutable;
using Kube1.Cel.Checking;
using Kube1.Cel.Functions;
using Kube1.Cel.Syntax;

namespace Kube1.Cel.Costs;

/// <summary>Calls: by overload, by function, or by the language's rule.</summary>
internal sealed partial class CostEstimation
{
    private static readonly CostEstimate One = CostEstimate.Fixed(1);

    private CostEstimate CostOfCall(CallExpression e)
    {
        var call = (CallReference)expression.ReferenceOf(e)!;
        if (call.Function.Name == "dyn")
        {
            return CostOfDyn(e);
        }

        var costs = e.Arguments.Select(CostOf).ToArray();
        var arguments = e.Arguments.Select(NodeOf).ToImmutableArray();
        var sum = CostEstimate.Zero;
        CelCostNode? target = null;
        if (e.Target is not null && !call.IsQualified)
        {
            sum = CostOf(e.Target);
            target = NodeOf(e.Target);
        }

        var cost = new CostEstimate(ulong.MaxValue, 0);
        SizeEstimate? size = null;
        foreach (var overload in call.Overloads)
        {
            var estimate = EstimateOf(e, call.Function, overload, target, arguments, costs);
            cost = cost.Union(estimate.Cost);
            if (estimate.ResultSize is { } result)
            {
                size = size?.Union(result) ?? result;
            }

            if (overload.Id is "index_list" or "index_map" && !e.Arguments.IsEmpty)
            {
                size = EntriesOf(e.Arguments[0])?.Value;
                paths[e.Id] = PathOf(e.Arguments[0]).Add(overload.Id == "index_list" ? "@items" : "@values");
            }

            size ??= SizeOf(e);
        }

        sizes[e.Id] = size ?? sizes[e.Id];
        return sum.Add(cost);
    }

    private CostEstimate CostOfDyn(CallExpression e)
    {
        var cost = CostOf(e.Arguments[0]);
        sizes[e.Id] = SizeOf(e.Arguments[0]) ?? sizes[e.Id];
        entries[e.Id] = EntriesOf(e.Arguments[0]) ?? entries[e.Id];
        return One.Add(cost);
    }

    private CallEstimate EstimateOf(
        CallExpression e, CelFunction function, CelOverload overload, CelCostNode? target,
        ImmutableArray<CelCostNode> arguments, CostEstimate[] costs)
    {
        var site = new CelCallSite(overload.Id, target, arguments, estimator);
        var estimate = overload.Estimate?.Invoke(site) ?? function.Estimate?.Invoke(site)
            ?? EstimateText(overload.Id, target, arguments);
        if (estimate is not null)
        {
            return estimate with { Cost = estimate.Cost.Add(Sum(costs)) };
        }

        switch (overload.Id)
        {
            case "logical_or" or "logical_and":
                return new CallEstimate(new CostEstimate(costs[0].Min, costs[0].Add(costs[1]).Max));
            case "conditional":
                entries[e.Id] = EntrySizes.Union(EntriesOf(e.Arguments[1]), EntriesOf(e.Arguments[2])) ?? entries[e.Id];
                return new CallEstimate(
                    costs[0].Add(costs[1].Union(costs[2])), Size(arguments[1]).Union(Size(arguments[2])));
            case "add_string" or "add_bytes" or "add_list":
                return EstimateSum(e, overload.Id, arguments, Sum(costs));
            default:
                return new CallEstimate(One.Add(Sum(costs)));
        }
    }

    private static CostEstimate Sum(CostEstimate[] costs) => costs.Aggregate(CostEstimate.Zero, (sum, cost) => sum.Add(cost));

    private static SizeEstimate Size(CelCostNode node) => node.ComputedSize ?? SizeEstimate.Unknown;

    private static CostEstimate Walk(SizeEstimate size) => size.MultiplyByCostFactor(CelCosts.StringTraversal);

    // The language's rules for calls whose cost grows with their arguments; without that of the arguments.
    private static CallEstimate? EstimateText(string id, CelCostNode? target, ImmutableArray<CelCostNode> arguments)
    {
        switch (id)
        {
            case "string_format" when target is not null:
                return new CallEstimate(Walk(Size(target)));
            case "string_to_bytes" when arguments.Length == 1:
                var text = Size(arguments[0]);
                return new CallEstimate(Walk(text), new SizeEstimate(text.Min, unchecked(text.Max * 4)));
            case "bytes_to_string" when arguments.Length == 1:
                var bytes = Size(arguments[0]);
                return new CallEstimate(Walk(bytes), new SizeEstimate(bytes.Min / 4, bytes.Max));
            case "strings_quote" when arguments.Length == 1:
                var plain = Size(arguments[0]);
                return new CallEstimate(
                    Walk(plain), new SizeEstimate(unchecked(plain.Min + 2), unchecked((plain.Max * 2) + 2)));
            case "starts_with_string" or "ends_with_string" when arguments.Length == 1:
                return new CallEstimate(Walk(Size(arguments[0])));
            case "in_list" when arguments.Length == 2:
                return new CallEstimate(Size(arguments[1]).MultiplyByCostFactor(1));
            case "matches_string" when target is not null && arguments.Length == 1:
                var subject = Walk(Size(target).Add(SizeEstimate.Fixed(1)));
                return new CallEstimate(subject.Multiply(
                    Size(arguments[0]).MultiplyByCostFactor(CelCosts.RegexStringLength)));
            case "contains_string" when target is not null && arguments.Length == 1:
                return new CallEstimate(Walk(Size(target)).Multiply(Walk(Size(arguments[0]))));
            case "less_string" or "greater_string" or "less_equals_string" or "greater_equals_string" or "less_bytes"
                or "greater_bytes" or "less_equals_bytes" or "greater_equals_bytes" or "equals" or "not_equals":
                var smaller = Math.Min(Size(arguments[0]).Max, Size(arguments[1]).Max);
                return new CallEstimate(new CostEstimate(smaller > 0 ? 1UL : 0, smaller)
                    .MultiplyByCostFactor(CelCosts.StringTraversal));
            default:
                return null;
        }
    }

    private CallEstimate EstimateSum(
        CallExpression e, string id, ImmutableArray<CelCostNode> arguments, CostEstimate argumentsCost)
    {
        entries[e.Id] = EntrySizes.Union(EntriesOf(e.Arguments[0]), EntriesOf(e.Arguments[1])) ?? entries[e.Id];
        var size = Size(arguments[0]).Add(Size(arguments[1]));
        return new CallEstimate((id == "add_list" ? One : Walk(size)).Add(argumentsCost), size);
    }
}
