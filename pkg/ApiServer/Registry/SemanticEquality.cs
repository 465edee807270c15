using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Registry;

/// <summary>Equality that rules about unchanging fields go by (apimachinery's Semantic.DeepEqual).</summary>
internal static class SemanticEquality
{
    /// <summary>What is empty is as good as absent: clients in Go write structures even when there is nothing in them.</summary>
    public static bool Same(JsonNode? left, JsonNode? right) => (left, right) switch
    {
        (JsonObject a, JsonObject b) =>
            a.All(p => Same(p.Value, b[p.Key])) && b.All(p => a.ContainsKey(p.Key) || IsEmpty(p.Value)),
        (JsonArray a, JsonArray b) => a.Count == b.Count && a.Zip(b).All(p => Same(p.First, p.Second)),
        (null, _) => IsEmpty(right),
        (_, null) => IsEmpty(left),
        _ => JsonNode.DeepEquals(left, right),
    };

    private static bool IsEmpty(JsonNode? value) => value switch
    {
        null => true,
        JsonObject obj => obj.All(p => IsEmpty(p.Value)),
        JsonArray list => list.Count == 0,
        _ => false,
    };
}
