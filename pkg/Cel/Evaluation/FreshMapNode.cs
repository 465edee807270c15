using Kube1.Cel.Values;

namespace Kube1.Cel.Evaluation;

/// <summary>
/// The empty map in which a comprehension gathers entries: one of its own for each evaluation, so that entries can be
/// inserted in place; nothing else can refer to it meanwhile.
/// </summary>
internal sealed class FreshMapNode : Node
{
    public override CelValue Evaluate(Frame frame) => CelValue.Of(new CelDictionary());
}
