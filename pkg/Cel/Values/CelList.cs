namespace Kube1.Cel.Values;

/// <summary>
/// A list that is read element by element, so that it may be a view of something else, such as a JSON array. The virtual
/// members are for lists with other rules than CEL's own: lists of the Kubernetes list types <c>set</c> and <c>map</c>
/// are equal in any order and are united by <c>+</c>.
/// </summary>
public abstract class CelList
{
    public static readonly CelList Empty = new CelArray([]);

    public abstract int Count { get; }

    /// <summary>The element at an index, which is in range.</summary>
    public abstract CelValue this[int index] { get; }

    public virtual bool Contains(in CelValue value)
    {
        for (var i = 0; i < Count; i++)
        {
            if (CelEquality.AreEqual(value, this[i]))
            {
                return true;
            }
        }

        return false;
    }

    public virtual bool EqualTo(CelList other)
    {
        if (Count != other.Count)
        {
            return false;
        }

        for (var i = 0; i < Count; i++)
        {
            if (!CelEquality.AreEqual(this[i], other[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The result of <c>this + other</c>: another list, or an error.</summary>
    public virtual CelValue Concat(CelList other) =>
        Count == 0 ? CelValue.Of(other)
        : other.Count == 0 ? CelValue.Of(this)
        : CelValue.Of(CelArray.Joined(this, other));
}
