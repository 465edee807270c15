using Kube1.Cel.Functions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries;

/// <summary>
/// The hidden function by which comprehensions gather maps. No expression can name it, so its first argument is always
/// an accumulator that nothing else refers to, and it inserts in place.
/// </summary>
internal static class MapInsertion
{
    public const string Name = "cel.@mapInsert";

    private static readonly CelType K = CelType.Parameter("K"), V = CelType.Parameter("V"), MapOfKV = CelType.Map(K, V);

    public static CelFunction Function { get; } = new(
        Name,
        CelOverload.Global("@mapInsert_map_key_value", [MapOfKV, K, V], MapOfKV, static arguments =>
            Insert((CelDictionary)arguments[0].AsMap, arguments[1], arguments[2])),
        CelOverload.Global("@mapInsert_map_map", [MapOfKV, MapOfKV], MapOfKV, static arguments =>
            InsertAll((CelDictionary)arguments[0].AsMap, arguments[1].AsMap)));

    private static CelValue Insert(CelDictionary map, in CelValue key, in CelValue value)
    {
        if (map.Has(key))
        {
            return CelValue.Error($"insert failed: key {key} already exists");
        }

        map.Set(key, value);
        return CelValue.Of(map);
    }

    private static CelValue InsertAll(CelDictionary map, CelMap entries)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            var inserted = Insert(map, entries.KeyAt(i), entries.ValueAt(i));
            if (inserted.IsError)
            {
                return inserted;
            }
        }

        return CelValue.Of(map);
    }
}
