namespace Kube1.Cel.Values;

/// <summary>A map made by an expression: in order of insertion, keys compared as CEL compares values.</summary>
public sealed class CelDictionary : CelMap
{
    // Few maps in rules are larger, and comparing eight keys costs less than hashing one.
    private const int ScannedEntries = 8;

    private readonly List<KeyValuePair<CelValue, CelValue>> entries;
    private Dictionary<CelValue, int>? index;

    public CelDictionary(int capacity = 0) => entries = new(capacity);

    public override int Count => entries.Count;

    public override CelValue KeyAt(int index) => entries[index].Key;

    public override CelValue ValueAt(int index) => entries[index].Value;

    public override bool TryGet(in CelValue key, out CelValue value)
    {
        var found = Find(key);
        value = found < 0 ? default : entries[found].Value;
        return found >= 0;
    }

    /// <summary>Adds or replaces an entry; only whoever makes the map may call this, before anyone else sees it.</summary>
    public void Set(in CelValue key, in CelValue value)
    {
        var found = Find(key);
        if (found >= 0)
        {
            entries[found] = new(entries[found].Key, value);
            return;
        }

        entries.Add(new(key, value));
        if (index is not null)
        {
            index[key] = entries.Count - 1;
        }
        else if (entries.Count > ScannedEntries)
        {
            index = new(CelEquality.Comparer);
            for (var i = 0; i < entries.Count; i++)
            {
                index[entries[i].Key] = i;
            }
        }
    }

    /// <summary>Takes an entry out, as <c>{?k: optional.none()}</c> does; only for whoever makes the map.</summary>
    public void Remove(in CelValue key)
    {
        var found = Find(key);
        if (found >= 0)
        {
            entries.RemoveAt(found);
            index = null;
        }
    }

    /// <summary>Another map with all of these entries.</summary>
    public static CelDictionary Copy(CelMap map)
    {
        var copy = new CelDictionary(map.Count + 1);
        for (var i = 0; i < map.Count; i++)
        {
            copy.Set(map.KeyAt(i), map.ValueAt(i));
        }

        return copy;
    }

    private int Find(in CelValue key)
    {
        if (index is not null)
        {
            return index.TryGetValue(key, out var position) ? position : -1;
        }

        for (var i = 0; i < entries.Count; i++)
        {
            if (CelEquality.AreEqual(entries[i].Key, key))
            {
                return i;
            }
        }

        return -1;
    }
}
