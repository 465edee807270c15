using Kube1.Cel.Types;
using Kube1.Cel.Evaluation;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>Lists made of lists.</summary>
internal static class ListOperations
{
    // Deeper than any JSON or literal is nested; guards the stack.
    private const int MaxDepth = 1000;

    public static CelValue Slice(CelList list, long start, long end)
    {
        if (start < 0 || end < 0)
        {
            return CelValue.Error($"cannot slice({start}, {end}), negative indexes not supported");
        }

        if (start > end)
        {
            return CelValue.Error(
                $"cannot slice({start}, {end}), start index must be less than or equal to end index");
        }

        return end > list.Count
            ? CelValue.Error($"cannot slice({start}, {end}), list is length {list.Count}")
            : Copy((int)(end - start), i => list[(int)start + i]);
    }

    public static CelValue Reverse(CelList list) => Copy(list.Count, i => list[list.Count - 1 - i]);

    /// <summary>0 to <paramref name="count"/> - 1, computed when they are read: a large count takes no memory.</summary>
    public static CelValue Range(long count) => count > int.MaxValue
        ? CelValue.Error($"lists.range({count}) is too long")
        : CelValue.Of(new CelRange((int)Math.Max(0, count)));

    public static CelValue Flatten(CelList list, long depth)
    {
        if (depth < 0)
        {
            return CelValue.Error("level must be non-negative");
        }

        var flat = new List<CelValue>(list.Count);
        Gather(list, (int)Math.Min(depth, MaxDepth), flat);
        return CelValue.Of(new CelArray([.. flat]));
    }

    public static CelValue Distinct(CelList list)
    {
        // In order, and a value that is not equal to itself (NaN) stays each time.
        var seen = new HashSet<CelValue>(CelEquality.Comparer);
        var distinct = new List<CelValue>(list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            if (seen.Add(list[i]))
            {
                distinct.Add(list[i]);
            }
        }

        return CelValue.Of(new CelArray([.. distinct]));
    }

    /// <summary>The list in the order of the keys; elements with equal keys stay in their order.</summary>
    public static CelValue Sort(CelList list, CelList keys)
    {
        if (list.Count != keys.Count)
        {
            return CelValue.Error(
                "@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got "
                + $"{list.Count} and {keys.Count} elements respectively");
        }

        if (list.Count == 0)
        {
            return CelValue.Of(list);
        }

        var order = new int[list.Count];
        var sorted = new CelValue[list.Count];
        for (var i = 0; i < order.Length; i++)
        {
            if (keys[i].Kind != keys[0].Kind)
            {
                return CelValue.Error("list elements must have the same type");
            }

            order[i] = i;
            sorted[i] = keys[i];
        }

        Array.Sort(order, (left, right) => Compare(sorted[left], sorted[right]) is not 0 and var compared
            ? compared
            : left.CompareTo(right));
        return Copy(order.Length, i => list[order[i]]);
    }

    // NaN sorts before all else, so that there is an order.
    private static int Compare(in CelValue left, in CelValue right) => left.Kind == CelKind.Double
        ? left.AsDouble.CompareTo(right.AsDouble)
        : CelOrder.TryCompare(left, right, out var order, out _) ? order : 0;

    private static CelValue Copy(int count, Func<int, CelValue> at)
    {
        var items = new CelValue[count];
        for (var i = 0; i < count; i++)
        {
            items[i] = at(i);
        }

        return CelValue.Of(new CelArray(items));
    }

    private static void Gather(CelList list, int depth, List<CelValue> flat)
    {
        for (var i = 0; i < list.Count; i++)
        {
            WalkLimit.Step();
            var item = list[i];
            if (depth > 0 && item.Kind == CelKind.List)
            {
                Gather(item.AsList, depth - 1, flat);
            }
            else
            {
                flat.Add(item);
            }
        }
    }

    private sealed class CelRange(int count) : CelList
    {
        public override int Count => count;

        public override CelValue this[int index] => CelValue.Of((long)index);
    }
}
