using System.Text.Json.Nodes;
using Kube1.Api.Json;

namespace Kube1.ApiServer.Registry;

/// <summary>
/// Reading fields of objects by their path, "status.phase". What is absent reads as empty, zero or false; numbers may
/// come from text or have been put in by code, as any integer type.
/// </summary>
internal static class JsonFields
{
    /// <summary>The node at a path of field names; null when there is none.</summary>
    public static JsonNode? At(this JsonObject? obj, string path)
    {
        // Most paths are one name, which needs no text of its own.
        var end = path.IndexOf('.', StringComparison.Ordinal);
        if (end < 0)
        {
            return obj?[path];
        }

        JsonNode? node = obj;
        var start = 0;
        for (; end >= 0 && node is not null; end = path.IndexOf('.', start))
        {
            node = (node as JsonObject)?[path[start..end]];
            start = end + 1;
        }

        return (node as JsonObject)?[path[start..]];
    }

    /// <summary>The text at a path; empty when there is none.</summary>
    public static string Text(this JsonObject? obj, string path) =>
        obj.At(path) is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    /// <summary>The number at a path; null when there is none.</summary>
    public static long? Integer(this JsonObject? obj, string path) => Integer(obj.At(path));

    /// <summary>The number of a node; null when it is none.</summary>
    public static long? Integer(JsonNode? node) => node.AsLong();

    /// <summary>Whether the flag at a path is true.</summary>
    public static bool Flag(this JsonObject? obj, string path) => FlagOrNull(obj, path) == true;

    /// <summary>The flag at a path; null when there is none.</summary>
    public static bool? FlagOrNull(this JsonObject? obj, string path) =>
        obj.At(path) is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    /// <summary>The texts of a list of texts; none when there is no list.</summary>
    public static IEnumerable<string> Texts(this JsonObject? obj, string path) =>
        obj.At(path) is JsonArray array ? array.Select(item => (string?)item ?? "") : [];

    /// <summary>Whether two objects differ in nothing but some of their own fields.</summary>
    public static bool EqualsBut(this JsonObject obj, JsonObject other, params ReadOnlySpan<string> fields)
    {
        foreach (var (name, value) in obj)
        {
            if (!fields.Contains(name)
                && (!other.TryGetPropertyValue(name, out var before) || !JsonNode.DeepEquals(value, before)))
            {
                return false;
            }
        }

        foreach (var (name, _) in other)
        {
            if (!fields.Contains(name) && !obj.ContainsKey(name))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>How many entries the list or map at a path has.</summary>
    public static int Count(this JsonObject? obj, string path) => obj.At(path) switch
    {
        JsonArray array => array.Count,
        JsonObject map => map.Count,
        _ => 0,
    };

    /// <summary>The status of a condition of this type, "True"; null when the object has no such condition.</summary>
    public static string? Condition(this JsonObject obj, string type) =>
        ((obj["status"] as JsonObject)?["conditions"] as JsonArray)?.OfType<JsonObject>()
        .FirstOrDefault(c => c.Text("type") == type)?.Text("status");
}
