using System.Text.Json.Nodes;
using Kube1.Api.Json;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>Filling gaps in JSON objects: what is there is never changed.</summary>
internal static class JsonDefaults
{
    /// <summary>An empty text counts as none, as it does upstream.</summary>
    public static void Default(this JsonObject obj, string field, string value)
    {
        if (obj[field] is null || (obj[field] is JsonValue given && given.TryGetValue<string>(out var text) && text.Length == 0))
        {
            obj[field] = value;
        }
    }

    public static void Default(this JsonObject obj, string field, long value)
    {
        if (obj[field] is null)
        {
            obj[field] = value;
        }
    }

    /// <summary>Where zero means that nothing was said.</summary>
    public static void DefaultIfZero(this JsonObject obj, string field, long value)
    {
        if (obj[field].AsLong() is null or 0)
        {
            obj[field] = value;
        }
    }

    public static void Default(this JsonObject obj, string field, bool value)
    {
        if (obj[field] is null)
        {
            obj[field] = value;
        }
    }

    /// <summary>The object at a field; an empty one is put there when there is none.</summary>
    public static JsonObject Ensure(this JsonObject obj, string field)
    {
        if (obj[field] is JsonObject found)
        {
            return found;
        }

        var made = new JsonObject();
        obj[field] = made;
        return made;
    }

    /// <summary>The object at a field, or null.</summary>
    public static JsonObject? Child(this JsonObject? obj, string field) => obj?[field] as JsonObject;

    /// <summary>The objects of a list field; none when there is no list.</summary>
    public static IEnumerable<JsonObject> Items(this JsonObject? obj, string field) =>
        obj?[field] is JsonArray array ? array.OfType<JsonObject>() : [];
}
