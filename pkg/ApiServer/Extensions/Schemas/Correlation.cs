using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Extensions.Schemas;

/// <summary>
/// What a value was before an update, where that can be told: members by their names, items of lists of type "map" by
/// their keys, and no other items (k8s.io/apiserver/pkg/cel/common CorrelatedObject).
/// </summary>
internal readonly struct Correlation
{
    private Correlation(JsonNode? value)
    {
        Value = value;
        IsKnown = true;
    }

    /// <summary>It cannot be told.</summary>
    public static Correlation None => default;

    /// <summary>Whether it can be told.</summary>
    public bool IsKnown { get; }

    /// <summary>The old value.</summary>
    public JsonNode? Value { get; }

    /// <summary>An old value.</summary>
    public static Correlation Of(JsonNode? old) => new(old);

    /// <summary>The old member of this name; false when there was none.</summary>
    public bool TryGetMember(string name, out Correlation member)
    {
        if (Value is JsonObject map && map.TryGetPropertyValue(name, out var value))
        {
            member = new Correlation(value);
            return true;
        }

        member = default;
        return false;
    }

    /// <summary>The old items by their keys; null where items cannot be told apart.</summary>
    public KeyedItems? ItemsOf(StructuralSchema list) =>
        list.ListType == "map" && Value is JsonArray { Count: > 0 } old ? new KeyedItems(list.ListMapKeys, old) : null;

    /// <summary>
    /// Whether a value is what it was. Items of lists of type "map" may have changed places; objects with members that the
    /// schema does not know count as changed.
    /// </summary>
    public static bool AreEqual(StructuralSchema schema, JsonNode? value, JsonNode? old)
    {
        switch (value, old)
        {
            case (null, null):
                return true;
            case (JsonArray list, JsonArray before):
                return list.Count == before.Count && AreEqual(schema, list, before);
            case (JsonObject map, JsonObject before):
                return map.Count == before.Count && AreEqual(schema, map, before);
            case (JsonValue, JsonValue):
                return JsonNode.DeepEquals(value, old);
            default:
                return false;
        }
    }

    private static bool AreEqual(StructuralSchema schema, JsonArray list, JsonArray old)
    {
        if (new Correlation(old).ItemsOf(schema) is not { } items)
        {
            return JsonNode.DeepEquals(list, old);
        }

        foreach (var item in list)
        {
            if (schema.Items is null || items.Find(item) is not { } before || !AreEqual(schema.Items, item, before))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreEqual(StructuralSchema schema, JsonObject map, JsonObject old)
    {
        foreach (var (name, value) in map)
        {
            if (schema.MemberOf(name) is not { } member || !old.TryGetPropertyValue(name, out var before)
                || !AreEqual(member, value, before))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>The items of a list of type "map" by their keys; of those with the same keys the first counts.</summary>
internal sealed class KeyedItems
{
    private readonly IReadOnlyList<string> _keys;
    private readonly Dictionary<string, JsonObject> _items = new(StringComparer.Ordinal);

    public KeyedItems(IReadOnlyList<string> keys, JsonArray list)
    {
        _keys = keys;
        foreach (var item in list)
        {
            if (item is JsonObject map && KeyOf(map) is { } key)
            {
                _items.TryAdd(key, map);
            }
        }
    }

    /// <summary>The item with the keys of this one; null when there is none.</summary>
    public JsonObject? Find(JsonNode? item) =>
        item is JsonObject map && KeyOf(map) is { } key ? _items.GetValueOrDefault(key) : null;

    // Null for an item that lacks a key. A single text, which nearly all keys are, is its own key.
    private string? KeyOf(JsonObject item)
    {
        if (_keys.Count == 1)
        {
            return item.TryGetPropertyValue(_keys[0], out var only) ? PartOf(only) : null;
        }

        var parts = new string[_keys.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!item.TryGetPropertyValue(_keys[i], out var value) || PartOf(value) is not { } part)
            {
                return null;
            }

            parts[i] = part.Length.ToString(CultureInfo.InvariantCulture) + part;
        }

        return string.Concat(parts);
    }

    private static string? PartOf(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.String => "\"" + value.GetValue<string>(),
        JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number => value.ToJsonString(),
        _ => null,
    };
}
