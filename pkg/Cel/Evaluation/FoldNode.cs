using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Evaluation;

/// <summary>
/// A comprehension. Its own work costs nothing; its parts charge for themselves. The accumulator begins anew with each
/// evaluation, computed when it is first needed.
/// </summary>
internal sealed class FoldNode : Node
{
    public required Node Range { get; init; }

    public required int Variable { get; init; }

    /// <summary>The place of the second variable; -1 for none.</summary>
    public required int SecondVariable { get; init; }

    public required int Accumulator { get; init; }

    public required Node Condition { get; init; }

    public required Node Step { get; init; }

    public required Node Result { get; init; }

    public override CelValue Evaluate(Frame frame)
    {
        var range = Range.Evaluate(frame);
        if (range.IsError)
        {
            return range;
        }

        frame.Locals[Accumulator] = default;
        switch (range.Kind)
        {
            case CelKind.List:
                Fold(frame, range.AsList);
                break;
            case CelKind.Map:
                Fold(frame, range.AsMap);
                break;
            default:
                return CelValue.Error(SecondVariable >= 0
                    ? $"unsupported comprehension range type: {range.Type.Name}"
                    : $"got '{range.Type.Name}', expected iterable type");
        }

        return Result.Evaluate(frame);
    }

    private void Fold(Frame frame, CelList list)
    {
        var count = list.Count;
        for (var i = 0; i < count; i++)
        {
            var element = list[i];
            var more = SecondVariable < 0
                ? Turn(frame, element, default)
                : Turn(frame, CelValue.Of((long)i), element);
            if (!more)
            {
                return;
            }
        }
    }

    private void Fold(Frame frame, CelMap map)
    {
        var count = map.Count;
        for (var i = 0; i < count; i++)
        {
            if (!Turn(frame, map.KeyAt(i), SecondVariable < 0 ? default : map.ValueAt(i)))
            {
                return;
            }
        }
    }

    private bool Turn(Frame frame, in CelValue first, in CelValue second)
    {
        frame.Locals[Variable] = first;
        if (SecondVariable >= 0)
        {
            frame.Locals[SecondVariable] = second;
        }

        if (Condition.Evaluate(frame).IsFalse)
        {
            return false;
        }

        var next = Step.Evaluate(frame);
        frame.Locals[Accumulator] = next;
        frame.Turn();
        return true;
    }
}
