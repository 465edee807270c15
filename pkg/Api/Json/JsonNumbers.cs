using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kube1.Api.Json;

/// <summary>
/// Whole numbers of JSON trees. A tree's number remembers the type that it was made from, and a cast to another type
/// throws: one made as an int is no long. These read all alike.
/// </summary>
public static class JsonNumbers
{
    /// <summary>The number; null when the node is absent or no whole number.</summary>
    public static long? AsLong(this JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.Number
        ? value.TryGetValue<long>(out var wide) ? wide
            : value.TryGetValue<int>(out var narrow) ? narrow
            : long.TryParse(value.ToJsonString(), out var read) ? read
            : null
        : null;
}
