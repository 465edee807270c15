using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Evaluation;

/// <summary>
/// A variable or another value with a path of fields and indexes into it. The whole costs one unit and each step of the
/// path another; as a branch of <c>?:</c> or as an index it costs its path alone. Source: cel-go, interpreter/attributes.go
/// and runtimecost.go.
/// </summary>
internal abstract class AttributeNode : Node
{
    /// <summary>The value, charging for the path but not for the whole.</summary>
    public abstract CelValue Resolve(Frame frame);

    /// <summary>The same with one more step.</summary>
    public abstract AttributeNode With(Qualifier qualifier);
}

/// <summary>Where a path begins.</summary>
internal abstract class PathRoot
{
    public abstract CelValue Get(Frame frame);
}

/// <summary>A variable that the activation gives.</summary>
internal sealed class GlobalRoot(string name) : PathRoot
{
    private readonly CelValue missing = CelValue.Error($"no such attribute(s): {name}");

    public override CelValue Get(Frame frame) => frame.Activation.TryResolve(name, out var value) ? value : missing;
}

/// <summary>A variable of a comprehension.</summary>
internal sealed class LocalRoot(int slot) : PathRoot
{
    public override CelValue Get(Frame frame) => frame.Locals[slot];
}

/// <summary>The accumulator of a comprehension, computed when it is first asked for.</summary>
internal sealed class AccumulatorRoot(int slot, Node initial) : PathRoot
{
    public override CelValue Get(Frame frame)
    {
        ref var value = ref frame.Locals[slot];
        if (!value.IsSet)
        {
            value = initial.Evaluate(frame);
        }

        return value;
    }
}

/// <summary>The value of any other expression, which charges for itself.</summary>
internal sealed class ComputedRoot(Node node) : PathRoot
{
    public override CelValue Get(Frame frame) => node.Evaluate(frame);
}

/// <summary>A root with the steps from it.</summary>
internal sealed class PathNode(PathRoot root, params Qualifier[] qualifiers) : AttributeNode
{
    // A presence test as a whole is free.
    private readonly bool isTest = qualifiers is [.., { IsTest: true }];

    public override CelValue Evaluate(Frame frame)
    {
        var value = Resolve(frame);
        if (!isTest)
        {
            frame.Charge(Costs.CelCosts.SelectAndIdentifier);
            return value;
        }

        return value.Kind == CelKind.Optional ? CelValue.Of(value.HasValue) : value;
    }

    public override CelValue Resolve(Frame frame)
    {
        var value = root.Get(frame);
        return qualifiers.Length == 0 || value.IsError ? value : Walk(frame, value);
    }

    public override AttributeNode With(Qualifier qualifier) => new PathNode(root, [.. qualifiers, qualifier]);

    private CelValue Walk(Frame frame, CelValue value)
    {
        var isOptional = value.Kind == CelKind.Optional;
        if (isOptional)
        {
            if (!value.HasValue)
            {
                return value;
            }

            value = value.Inner;
        }

        foreach (var qualifier in qualifiers)
        {
            isOptional |= qualifier.IsOptional;
            value = qualifier.Apply(frame, value, isOptional);
            if (value.IsError)
            {
                return value;
            }

            if (!value.IsSet)
            {
                return CelValue.None;
            }
        }

        return isOptional ? CelValue.OptionalOf(value) : value;
    }
}

/// <summary><c>condition ? whenTrue : whenFalse</c>, perhaps with a path behind, which both branches then have.</summary>
internal sealed class ConditionalNode(Node condition, AttributeNode whenTrue, AttributeNode whenFalse) : AttributeNode
{
    public override CelValue Evaluate(Frame frame) => Resolve(frame);

    public override CelValue Resolve(Frame frame)
    {
        var value = condition.Evaluate(frame);
        return value.IsTrue ? whenTrue.Resolve(frame)
            : value.IsFalse ? whenFalse.Resolve(frame)
            : value.IsError ? value
            : CelValue.Of(CelError.NoSuchOverload);
    }

    public override AttributeNode With(Qualifier qualifier) =>
        new ConditionalNode(condition, whenTrue.With(qualifier), whenFalse.With(qualifier));
}
