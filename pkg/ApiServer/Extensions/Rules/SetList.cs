using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Extensions.Rules;

/// <summary>
/// A list of type "set": equal in any order, and united by <c>+</c>, which keeps the places of the first
/// (https://kubernetes.io/docs/reference/using-api/cel/, "list types").
/// </summary>
internal sealed class SetList(CelList items) : CelList
{
    private HashSet<CelValue>? _values;

    /// <inheritdoc/>
    public override int Count => items.Count;

    /// <inheritdoc/>
    public override CelValue this[int index] => items[index];

    /// <inheritdoc/>
    public override bool EqualTo(CelList other)
    {
        if (Count != other.Count)
        {
            return false;
        }

        var seen = new HashSet<CelValue>(CelEquality.Comparer);
        for (var i = 0; i < other.Count; i++)
        {
            if (!Values.Contains(other[i]))
            {
                return false;
            }

            seen.Add(other[i]);
        }

        return seen.Count == Values.Count;
    }

    /// <inheritdoc/>
    public override CelValue Concat(CelList other)
    {
        var seen = new HashSet<CelValue>(CelEquality.Comparer);
        var united = new List<CelValue>(Count + other.Count);
        for (var i = 0; i < Count + other.Count; i++)
        {
            var value = i < Count ? items[i] : other[i - Count];
            if (value.IsError)
            {
                return value;
            }

            if (value.Kind is CelKind.List or CelKind.Map)
            {
                return CelValue.Error("listSet operations are only supported on lists of scalar values");
            }

            if (seen.Add(value) || i < Count)
            {
                united.Add(value);
            }
        }

        return CelValue.Of(new SetList(new CelArray([.. united])));
    }

    private HashSet<CelValue> Values
    {
        get
        {
            if (_values is null)
            {
                _values = new(CelEquality.Comparer);
                for (var i = 0; i < Count; i++)
                {
                    _values.Add(items[i]);
                }
            }

            return _values;
        }
    }
}
