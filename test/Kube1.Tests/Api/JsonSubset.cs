using System.Text.Json.Nodes;

namespace Kube1.Tests.Api;

/// <summary>
/// Compares objects where one side also holds the zero values that the other leaves out, as what was read from protobuf
/// does.
/// </summary>
internal static class JsonSubset
{
    /// <summary>The path of the first value of <paramref name="expected"/> that is not in the other; null when all are.</summary>
    public static string? Missing(JsonNode? expected, JsonNode? actual, string path = "$")
    {
        switch (expected)
        {
            case JsonArray { Count: 0 } when actual is null:
                // Protobuf does not tell an empty list from none.
                return null;
            case JsonObject map when actual is JsonObject other:
                // Kinds stand in the envelope, not in the message.
                return map.Where(m => m.Key is not ("apiVersion" or "kind") || other.ContainsKey(m.Key))
                    .Select(m => m.Value is null ? null : Missing(m.Value, other[m.Key], $"{path}.{m.Key}"))
                    .FirstOrDefault(m => m is not null);
            case JsonArray list when actual is JsonArray other && other.Count == list.Count:
                return list.Select((item, i) => Missing(item, other[i], $"{path}[{i}]")).FirstOrDefault(m => m is not null);
            default:
                return JsonNode.DeepEquals(expected, actual) ? null : path;
        }
    }
}
