using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Evaluation;

/// <summary>
/// <c>&amp;&amp;</c> and <c>||</c> with any number of terms: the first term that decides ends it, and an error counts only if
/// no later term decides.
/// </summary>
internal sealed class LogicNode(Node[] terms, bool decides) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        CelValue error = default;
        foreach (var term in terms)
        {
            var value = term.Evaluate(frame);
            if (value.Kind != CelKind.Bool)
            {
                error = error.IsSet ? error : value.IsError ? value : CelValue.Of(CelError.NoSuchOverload);
            }
            else if (value.AsBool == decides)
            {
                return value;
            }
        }

        return error.IsSet ? error : CelValue.Of(!decides);
    }
}

/// <summary><c>a.or(b)</c> and <c>a.orValue(b)</c>: b is evaluated only if a holds nothing. Costs nothing beside them.</summary>
internal sealed class OptionalOrNode(Node left, Node right, bool unwraps) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var value = left.Evaluate(frame);
        if (value.Kind != CelKind.Optional)
        {
            return value.IsError ? value : CelValue.Of(CelError.NoSuchOverload);
        }

        return !value.HasValue ? right.Evaluate(frame) : unwraps ? value.Inner : value;
    }
}
