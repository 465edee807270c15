using Kube1.Api.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.FieldSets;

namespace Kube1.Api.Merging;

/// <summary>JSON values as Go prints them in error texts.</summary>
public static class GoValueText
{
    /// <summary>%v: `map[a:1 b:x]`, `[1 2]`, texts bare.</summary>
    public static string Of(JsonNode? node) => node switch
    {
        null => "<nil>",
        JsonObject map => "map[" + string.Join(
            ' ', map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}:{Of(p.Value)}")) + "]",
        JsonArray list => "[" + string.Join(' ', list.Select(Of)) + "]",
        _ => node.ToString(),
    };

    /// <summary>%#v: the Go expression that makes the value.</summary>
    public static string Literal(JsonNode? node) => node switch
    {
        null => "interface {}(nil)",
        JsonObject map => "map[string]interface {}{" + string.Join(", ", map
            .OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => $"{GoText.Quote(p.Key)}:{Literal(p.Value)}")) + "}",
        JsonArray list => "[]interface {}{" + string.Join(", ", list.Select(Literal)) + "}",
        _ when node.GetValueKind() == JsonValueKind.String => GoText.Quote(node.GetValue<string>()),
        _ => node.ToJsonString(),
    };

    /// <summary>
    /// %T. Upstream reads configurations to apply with a decoder that makes floats of all numbers, and patches with one
    /// that <paramref name="keepsIntegers"/>.
    /// </summary>
    public static string TypeOf(JsonNode? node, bool keepsIntegers = false) => node?.GetValueKind() switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Number when keepsIntegers && !node!.ToJsonString().AsSpan().ContainsAny(".eE") => "int64",
        JsonValueKind.Number => "float64",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Array => "[]interface {}",
        JsonValueKind.Object => "map[string]interface {}",
        _ => "<nil>",
    };
}
