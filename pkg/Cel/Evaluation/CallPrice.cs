using Kube1.Cel.Costs;
using Kube1.Cel.Functions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Evaluation;

/// <summary>
/// What a call costs when it was made: as its overload says, else as its function says, else by the language's rule for
/// the overload. A call whose overload is known only at run time costs one unit. Source: cel-go, interpreter/runtimecost.go.
/// </summary>
internal sealed class CallPrice
{
    private readonly CelCallCost? byOverload;
    private readonly CelCallCost? byFunction;
    private readonly Rule rule;

    public CallPrice(CelFunction? function, CelOverload? overload, string overloadId)
    {
        byFunction = function?.Cost;
        byOverload = overload?.Cost;
        rule = RuleOf(overloadId);
    }

    private enum Rule
    {
        One,
        FirstSize,
        ListSize,
        SmallerSize,
        BothSizes,
        Pattern,
        Substring,
    }

    public ulong Of(ReadOnlySpan<CelValue> arguments, in CelValue result) =>
        byOverload?.Invoke(arguments, result) ?? byFunction?.Invoke(arguments, result) ?? ByRule(arguments);

    private static Rule RuleOf(string overloadId) => overloadId switch
    {
        "starts_with_string" or "ends_with_string" or "string_to_bytes" or "bytes_to_string" or "strings_quote"
            or "string_format" => Rule.FirstSize,
        "in_list" => Rule.ListSize,
        "less_string" or "greater_string" or "less_equals_string" or "greater_equals_string" or "less_bytes"
            or "greater_bytes" or "less_equals_bytes" or "greater_equals_bytes" or "equals" or "not_equals" =>
            Rule.SmallerSize,
        "add_string" or "add_bytes" => Rule.BothSizes,
        "matches_string" => Rule.Pattern,
        "contains_string" => Rule.Substring,
        _ => Rule.One,
    };

    private ulong ByRule(ReadOnlySpan<CelValue> arguments)
    {
        switch (rule)
        {
            case Rule.FirstSize:
                return CelCosts.Traversal(arguments[0]);
            case Rule.ListSize:
                return CelCosts.SizeOf(arguments[1]);
            case Rule.SmallerSize when arguments[0].Kind is CelKind.Object or CelKind.Opaque:
                return 1;
            case Rule.SmallerSize:
                var smaller = Math.Min(CelCosts.SizeOf(arguments[0]), CelCosts.SizeOf(arguments[1]));
                return (ulong)Math.Ceiling(smaller * CelCosts.StringTraversal);
            case Rule.BothSizes:
                return (ulong)Math.Ceiling(
                    (CelCosts.SizeOf(arguments[0]) + CelCosts.SizeOf(arguments[1])) * CelCosts.StringTraversal);
            case Rule.Pattern:
                var text = (ulong)Math.Ceiling((1.0 + CelCosts.SizeOf(arguments[0])) * CelCosts.StringTraversal);
                return text * (ulong)Math.Ceiling(CelCosts.SizeOf(arguments[1]) * CelCosts.RegexStringLength);
            case Rule.Substring:
                return CelCosts.Traversal(arguments[0]) * CelCosts.Traversal(arguments[1]);
            default:
                return 1;
        }
    }
}
