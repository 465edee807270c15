using System.Collections.Immutable;
using Kube1.Cel.Checking;
using Kube1.Cel.Functions;
using Kube1.Cel.Libraries;
using Kube1.Cel.Syntax;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Evaluation;

/// <summary>Calls: those that the language treats in a way of their own, then all others.</summary>
internal sealed partial class Planner
{
    private Node PlanCall(CallExpression e)
    {
        var call = (CallReference)expression.ReferenceOf(e)!;
        if (call.Function.Name is Operators.And or Operators.Or)
        {
            var terms = new List<Node>();
            GatherTerms(e, e.Function, terms);
            return new LogicNode([.. terms], decides: e.Function == Operators.Or);
        }

        var arguments = new Node[e.Arguments.Length + (e.Target is null || call.IsQualified ? 0 : 1)];
        var at = 0;
        if (arguments.Length > e.Arguments.Length)
        {
            arguments[at++] = Plan(e.Target!);
        }

        foreach (var argument in e.Arguments)
        {
            arguments[at++] = Plan(argument);
        }

        var overload = call.Overloads.Length == 1 ? call.Overloads[0] : null;
        var price = new CallPrice(call.Function, overload, overload?.Id ?? "");
        return PlanOperator(call, overload, arguments, price) ?? PlanFunction(call, overload, arguments, price);
    }

    // A tree of the same operator is one node: terms may be grouped in any way.
    private void GatherTerms(CallExpression e, string function, List<Node> terms)
    {
        foreach (var argument in e.Arguments)
        {
            if (argument is CallExpression inner && inner.Function == function)
            {
                GatherTerms(inner, function, terms);
            }
            else
            {
                terms.Add(Plan(argument));
            }
        }
    }

    private static Node? PlanOperator(CallReference call, CelOverload? overload, Node[] arguments, CallPrice price)
    {
        switch (call.Function.Name)
        {
            case Operators.Conditional:
                return new ConditionalNode(arguments[0], AsAttribute(arguments[1]), AsAttribute(arguments[2]));
            case Operators.Equal or Operators.NotEqual:
                return new EqualityNode(
                    arguments[0], arguments[1], isNegated: call.Function.Name == Operators.NotEqual, price);
            case Operators.Index:
                return PlanIndex(arguments, isOptional: false);
            case Operators.OptionalIndex or Operators.OptionalSelect:
                return PlanIndex(arguments, isOptional: true);
            case Operators.NotStrictlyFalse:
                return new NotStrictlyFalseNode(arguments[0]);
        }

        return overload?.Id switch
        {
            "in_list" => PlanMembership(arguments),
            "optional_or_optional" => new OptionalOrNode(arguments[0], arguments[1], unwraps: false),
            "optional_orValue_value" => new OptionalOrNode(arguments[0], arguments[1], unwraps: true),
            "matches" or "matches_string" => PlanMatch(arguments, price),
            "string_find_string" or "string_find_all_string" or "string_find_all_string_int" => CheckPattern(arguments),
            _ => null,
        };
    }

    private static AttributeNode PlanIndex(Node[] arguments, bool isOptional)
    {
        var qualifier = arguments[1] is ConstantNode constant
            ? new Qualifier(constant.Value, null, isOptional, isTest: false)
            : new Qualifier(default, AsAttribute(arguments[1]), isOptional, isTest: false);
        return AsAttribute(arguments[0]).With(qualifier);
    }

    private static Node? PlanMembership(Node[] arguments)
    {
        if (arguments[1] is not ConstantNode { Value: { Kind: CelKind.List, AsList: var list } })
        {
            return null;
        }

        var members = new HashSet<CelValue>(CelEquality.Comparer);
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].Kind is not (CelKind.Bool or CelKind.Int or CelKind.Uint or CelKind.Double or CelKind.String))
            {
                return null;
            }

            members.Add(list[i]);
        }

        return list.Count == 0 ? new ConstantNode(CelValue.False) : new MembershipNode(arguments[0], members);
    }

    // A literal pattern is translated once: the check of literals has put it into the cache.
    private static Node? PlanMatch(Node[] arguments, CallPrice price)
    {
        if (arguments[1] is not ConstantNode { Value: { Kind: CelKind.String } pattern })
        {
            return null;
        }

        if (!CelRegex.TryGetCached(pattern.AsString, out var regex, out var error))
        {
            throw new UnplannableException(error);
        }

        return new BinaryNode(
            arguments[0],
            arguments[1],
            values => values[0].Kind == CelKind.String
                ? StringFunctions.Matches(regex, values[0].AsString)
                : CelValue.Of(CelError.NoSuchOverload),
            price);
    }

    // Planned as any other call, unless its literal pattern is none.
    private static Node? CheckPattern(Node[] arguments) =>
        arguments[1] is ConstantNode { Value: { Kind: CelKind.String } pattern }
        && !CelRegex.TryGetCached(pattern.AsString, out _, out var error)
            ? throw new UnplannableException(error)
            : null;

    private static Node PlanFunction(CallReference call, CelOverload? overload, Node[] arguments, CallPrice price)
    {
        var function = call.Function;
        var body = function.Dispatch ?? (overload is { Body: not null }
            ? Binding.Guarded(function, overload)
            : Binding.Dispatching(function));
        // What is dispatched by arguments goes the way of many arguments, whatever their number; it shows in costs.
        var isFixed = function.Dispatch is not null || overload is not null;
        Node node = arguments.Length switch
        {
            1 when isFixed => new UnaryNode(arguments[0], body, price),
            2 when isFixed => new BinaryNode(arguments[0], arguments[1], body, price),
            _ => new CallNode(arguments, body, overload?.NonStrict ?? false, price),
        };
        var folded = Folded(node, arguments is [ConstantNode] && StandardLibrary.IsConversion(function.Name));
        return folded is ConstantNode { Value: { IsError: true } error }
            ? throw new UnplannableException(error.AsError.Message)
            : folded;
    }
}
