using Kube1.Cel.Types;

namespace Kube1.Cel.Values;

/// <summary>
/// A map, or an object whose fields are read by name, so that it may be a view of something else, such as a JSON object
/// seen through a schema: <see cref="TryGet"/> adapts one member at a time and nothing is converted whole. Entries have
/// a stable order and are reached by position, so that iteration allocates nothing.
/// </summary>
public abstract class CelMap
{
    public static readonly CelMap Empty = new CelDictionary();

    /// <summary>A schema's object type, or <see cref="CelType.DynMap"/>; what <c>type()</c> answers.</summary>
    public virtual CelType Type => CelType.DynMap;

    public abstract int Count { get; }

    /// <summary>
    /// The value at a key. A key of a kind that no entry has finds nothing; numbers find each other (1, 1u and 1.0 are
    /// one key). The value may be an error, for members that do not have the type that the schema promises.
    /// </summary>
    public abstract bool TryGet(in CelValue key, out CelValue value);

    /// <summary>Whether the key is there; what <c>has()</c> asks. Cheaper than <see cref="TryGet"/> where values are adapted.</summary>
    public virtual bool Has(in CelValue key) => TryGet(key, out _);

    public abstract CelValue KeyAt(int index);

    public abstract CelValue ValueAt(int index);

    public virtual bool EqualTo(CelMap other)
    {
        if (Count != other.Count)
        {
            return false;
        }

        for (var i = 0; i < Count; i++)
        {
            if (!other.TryGet(KeyAt(i), out var value) || !CelEquality.AreEqual(ValueAt(i), value))
            {
                return false;
            }
        }

        return true;
    }
}
