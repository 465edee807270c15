using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kube1.Api.Merging;

/// <summary>Whether values are the same, whatever made them: numbers by value, texts by their characters.</summary>
internal static class JsonScalars
{
    /// <summary>Whether two values that are no objects or lists are the same.</summary>
    public static bool AreEqual(JsonNode? left, JsonNode? right)
    {
        if (left is not JsonValue a || right is not JsonValue b)
        {
            return left is null && right is null;
        }

        // What comes from the store is still bytes, what comes from a client is text: neither is converted.
        if (a.TryGetValue<JsonElement>(out var x))
        {
            if (b.TryGetValue<JsonElement>(out var y))
            {
                return JsonMarshal.GetRawUtf8Value(x).SequenceEqual(JsonMarshal.GetRawUtf8Value(y))
                    || JsonNode.DeepEquals(a, b);
            }

            return x.ValueKind == JsonValueKind.String && b.TryGetValue<string>(out var text)
                ? x.ValueEquals(text)
                : JsonNode.DeepEquals(a, b);
        }

        if (a.TryGetValue<string>(out var first))
        {
            return b.TryGetValue<JsonElement>(out var second)
                ? second.ValueKind == JsonValueKind.String && second.ValueEquals(first)
                : b.TryGetValue<string>(out var other) && first == other;
        }

        return JsonNode.DeepEquals(a, b);
    }
}
