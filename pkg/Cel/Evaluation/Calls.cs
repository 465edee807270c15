using System.Runtime.CompilerServices;
using Kube1.Cel.Functions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Evaluation;

/// <summary>Two values side by side without an allocation.</summary>
[InlineArray(2)]
internal struct ValuePair
{
    private CelValue first;
}

/// <summary>A call with one argument.</summary>
internal sealed class UnaryNode(Node argument, CelFunctionBody body, CallPrice price) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var value = argument.Evaluate(frame);
        var arguments = new ReadOnlySpan<CelValue>(in value);
        var result = value.IsError ? value : body(arguments);
        frame.Charge(price.Of(arguments, result));
        return result;
    }
}

/// <summary>A call with two arguments: both are evaluated, then the first error counts.</summary>
internal sealed class BinaryNode(Node left, Node right, CelFunctionBody body, CallPrice price) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var arguments = default(ValuePair);
        arguments[0] = left.Evaluate(frame);
        arguments[1] = right.Evaluate(frame);
        var result = arguments[0].IsError ? arguments[0] : arguments[1].IsError ? arguments[1] : body(arguments);
        frame.Charge(price.Of(arguments, result));
        return result;
    }
}

/// <summary>
/// A call with any number of arguments: the first error ends it, and costs nothing unless it is the last argument.
/// </summary>
internal sealed class CallNode(Node[] nodes, CelFunctionBody body, bool nonStrict, CallPrice price) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var arguments = new CelValue[nodes.Length];
        for (var i = 0; i < nodes.Length; i++)
        {
            arguments[i] = nodes[i].Evaluate(frame);
            if (arguments[i].IsError && !nonStrict)
            {
                if (i == nodes.Length - 1)
                {
                    frame.Charge(price.Of(arguments, arguments[i]));
                }

                return arguments[i];
            }
        }

        var result = body(arguments);
        frame.Charge(price.Of(arguments, result));
        return result;
    }
}

/// <summary>The condition of a quantifier: only false ends it.</summary>
internal sealed class NotStrictlyFalseNode(Node argument) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var value = argument.Evaluate(frame);
        frame.Charge(1);
        return value.Kind == CelKind.Bool ? value : CelValue.True;
    }
}

/// <summary><c>==</c> and <c>!=</c>.</summary>
internal sealed class EqualityNode(Node left, Node right, bool isNegated, CallPrice price) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var arguments = default(ValuePair);
        arguments[0] = left.Evaluate(frame);
        arguments[1] = right.Evaluate(frame);
        var result = arguments[0].IsError ? arguments[0]
            : arguments[1].IsError ? arguments[1]
            : CelValue.Of(CelEquality.AreEqual(arguments[0], arguments[1]) != isNegated);
        frame.Charge(price.Of(arguments, result));
        return result;
    }
}

/// <summary><c>x in [literals]</c>; costs nothing beside x.</summary>
internal sealed class MembershipNode(Node value, HashSet<CelValue> members) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var found = value.Evaluate(frame);
        return found.IsError ? found : CelValue.Of(members.Contains(found));
    }
}

/// <summary>How calls of overloads are bound: guarded by the types that the overload declares.</summary>
internal static class Binding
{
    /// <summary>A body that refuses values of types that the overload does not declare.</summary>
    public static CelFunctionBody Guarded(CelFunction function, CelOverload overload) => arguments =>
        Accepts(overload, arguments) ? overload.Body!(arguments) : NoSuchOverload(function.Name, arguments);

    /// <summary>A body that finds the overload by its arguments.</summary>
    public static CelFunctionBody Dispatching(CelFunction function) => arguments =>
    {
        foreach (var overload in function.Overloads)
        {
            if (overload.Body is { } body && Accepts(overload, arguments))
            {
                return body(arguments);
            }
        }

        return NoSuchOverload(function.Name, arguments);
    };

    private static bool Accepts(CelOverload overload, ReadOnlySpan<CelValue> arguments)
    {
        if (overload.Arguments.Length != arguments.Length)
        {
            return false;
        }

        for (var i = 0; i < arguments.Length; i++)
        {
            if (!overload.Arguments[i].Accepts(arguments[i]) && !(overload.NonStrict && arguments[i].IsError))
            {
                return false;
            }
        }

        return true;
    }

    private static CelValue NoSuchOverload(string function, ReadOnlySpan<CelValue> arguments)
    {
        var names = new string[arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].IsError)
            {
                return arguments[i];
            }

            names[i] = arguments[i].Type.Name;
        }

        return CelValue.Error($"no such overload: {function}({string.Join(", ", names)})");
    }
}
