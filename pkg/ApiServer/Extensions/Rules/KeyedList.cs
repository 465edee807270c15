using Kube1.ApiServer.Expressions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Extensions.Rules;

/// <summary>
/// A list of type "map", whose items are told apart by keys: equal in any order; <c>a + b</c> puts the items of b in the
/// places of those of a with the same keys, and the others behind.
/// </summary>
internal sealed class KeyedList(CelList items, IReadOnlyList<string> keys) : CelList
{
    private readonly CelValue[] _keys = [.. keys.Select(key => CelValue.Of(FieldNames.Escape(key) ?? key))];

    private Dictionary<ItemKey, int>? _index;

    private KeyedList(CelList items, CelValue[] keys)
        : this(items, Array.Empty<string>()) => _keys = keys;

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

        var seen = new HashSet<int>();
        for (var i = 0; i < other.Count; i++)
        {
            var item = other[i];
            if (!Index.TryGetValue(KeyOf(item), out var place) || !CelEquality.AreEqual(items[place], item))
            {
                return false;
            }

            seen.Add(place);
        }

        return seen.Count == Index.Count;
    }

    /// <inheritdoc/>
    public override CelValue Concat(CelList other)
    {
        var index = new Dictionary<ItemKey, int>(Index);
        var united = new List<CelValue>(Count + other.Count);
        for (var i = 0; i < Count; i++)
        {
            united.Add(items[i]);
        }

        // Only the keys of the first list are looked for: what the second has twice stays twice.
        for (var i = 0; i < other.Count; i++)
        {
            if (index.TryGetValue(KeyOf(other[i]), out var place))
            {
                united[place] = other[i];
            }
            else
            {
                united.Add(other[i]);
            }
        }

        return CelValue.Of(new KeyedList(new CelArray([.. united]), _keys));
    }

    private Dictionary<ItemKey, int> Index
    {
        get
        {
            if (_index is null)
            {
                _index = new(Count);
                for (var i = 0; i < Count; i++)
                {
                    _index[KeyOf(items[i])] = i;
                }
            }

            return _index;
        }
    }

    private ItemKey KeyOf(in CelValue item)
    {
        var parts = new CelValue[_keys.Length];
        for (var i = 0; i < parts.Length && item.Kind == CelKind.Map; i++)
        {
            _ = item.AsMap.TryGet(_keys[i], out parts[i]);
        }

        return new ItemKey(parts);
    }

    private readonly struct ItemKey(CelValue[] parts) : IEquatable<ItemKey>
    {
        public bool Equals(ItemKey other)
        {
            for (var i = 0; i < parts.Length; i++)
            {
                var (mine, theirs) = (parts[i], other.Parts[i]);
                if (mine.IsSet ? !theirs.IsSet || !CelEquality.AreEqual(mine, theirs) : theirs.IsSet)
                {
                    return false;
                }
            }

            return true;
        }

        public override bool Equals(object? obj) => obj is ItemKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            foreach (var part in parts)
            {
                hash.Add(part.IsSet ? CelEquality.Hash(part) : 0);
            }

            return hash.ToHashCode();
        }

        private CelValue[] Parts => parts;
    }
}
