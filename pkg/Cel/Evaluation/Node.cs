using Kube1.Cel.Values;

namespace Kube1.Cel.Evaluation;

/// <summary>A step of a program: computes a value and charges for it. Nodes are immutable and shared by all evaluations.</summary>
internal abstract class Node
{
    /// <summary>The value, which may be an error.</summary>
    public abstract CelValue Evaluate(Frame frame);
}

/// <summary>What was computed when compiling; costs nothing.</summary>
internal sealed class ConstantNode(CelValue value) : Node
{
    public CelValue Value { get; } = value;

    public override CelValue Evaluate(Frame frame) => Value;
}
