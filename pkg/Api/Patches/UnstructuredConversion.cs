using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Merging;
using Kube1.Api.Schema;

namespace Kube1.Api.Patches;

/// <summary>
/// What a strategic merge patch did wrong, in the words of the converter that upstream makes objects from maps with: it
/// names kinds of Go values, and no fields.
/// </summary>
internal static class UnstructuredConversion
{
    /// <summary>The first value of a wrong type; null when this converter would find none.</summary>
    public static string? Explain(JsonObject obj, SchemaType type)
    {
        foreach (var field in type.Fields)
        {
            if (obj[field.JsonName] is { } value && Explain(value, field.Value) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private static string? Explain(JsonNode? node, SchemaValue value)
    {
        if (node is null)
        {
            return null;
        }

        return (value.Kind, node) switch
        {
            (SchemaKind.Object, JsonObject map) => Explain(map, value.Type!),
            (SchemaKind.Map, JsonObject map) => map.Select(p => Explain(p.Value, value.Element!)).FirstOrDefault(e => e is not null),
            (SchemaKind.List, JsonArray list) => list.Select(item => Explain(item, value.Element!)).FirstOrDefault(e => e is not null),
            (SchemaKind.Object, _) => "cannot restore struct from: " + KindOf(node),
            (SchemaKind.Map, _) => "cannot restore map from " + KindOf(node),
            (SchemaKind.List, _) => "cannot restore slice from " + KindOf(node),
            (SchemaKind.Bytes, _) when node.GetValueKind() != JsonValueKind.String => "cannot restore slice from " + KindOf(node),
            (SchemaKind.Bytes, _) when Decode(node, value) is { } error => "error decoding from json: " + error,
            (SchemaKind.String or SchemaKind.Boolean or SchemaKind.Integer32 or SchemaKind.Integer64 or SchemaKind.Number, _) =>
                ExplainScalar(node, value),
            _ => Decode(node, value),
        };
    }

    // Whole numbers convert to text in Go, so that it gets one step further with them.
    private static string? ExplainScalar(JsonNode node, SchemaValue value)
    {
        var kind = KindOf(node);
        var (fits, converts) = value.Kind switch
        {
            SchemaKind.String => (kind == "string", kind == "int64"),
            SchemaKind.Boolean => (kind == "bool", false),
            SchemaKind.Number => (kind is "int64" or "float64", false),
            _ => (kind == "int64", kind == "float64"),
        };
        if (fits)
        {
            return null;
        }

        return converts ? $"cannot convert {kind} to {value.GoTypeName}" : "unrecognized type: " + value.GoTypeName;
    }

    private static string? Decode(JsonNode node, SchemaValue value)
    {
        try
        {
            new SchemaWalk().CheckRoot(CanonicalJson.Serialize(node), value);
            return null;
        }
        catch (ObjectDecodeException e)
        {
            return e.Message;
        }
    }

    private static string KindOf(JsonNode node) => node switch
    {
        JsonObject => "map",
        JsonArray => "slice",
        _ => GoValueText.TypeOf(node, keepsIntegers: true),
    };
}
