using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.ApiServer.Extensions.Schemas;
using Kube1.Cel.Libraries;
using Kube1.Cel.Types;
using Kube1.Cel.Values;
using DurationFormat = Kube1.ApiServer.Extensions.Schemas.Formats.DurationText;

namespace Kube1.ApiServer.Extensions.Rules;

/// <summary>
/// JSON seen through its schema: objects and lists are views, and a member becomes a value when an expression asks for
/// it. What does not fit the schema is an error value (UnstructuredToVal of k8s.io/apiserver/pkg/cel/common).
/// </summary>
internal static class SchemaValues
{
    /// <summary>The value of a node.</summary>
    public static CelValue Of(JsonNode? node, StructuralSchema schema)
    {
        if (node is null)
        {
            return schema.Nullable
                ? CelValue.Null : CelValue.Error("invalid data, got null for schema with nullable=false");
        }

        if (schema.IsIntOrString)
        {
            return IntOrString(node);
        }

        return schema.Type switch
        {
            "object" => node is JsonObject members
                ? CelValue.Of(new SchemaMap(members, schema.IsEmbeddedResource ? schema.AsResource : schema))
                : CelValue.Error("invalid data, expected a map for the provided schema with type=object"),
            "array" => OfList(node, schema),
            "string" => node.GetValueKind() == JsonValueKind.String
                ? OfText(node.GetValue<string>(), schema.Validation.Format)
                : CelValue.Error($"invalid data, expected string, got {GoTypeOf(node)}"),
            "number" => JsonNumber.TryRead(node, out var number)
                ? CelValue.Of(number.AsDouble)
                : CelValue.Error($"invalid data, expected float, got {GoTypeOf(node)}"),
            "integer" => JsonNumber.TryRead(node, out var whole) && whole.IsWhole
                ? CelValue.Of(whole.Whole)
                : CelValue.Error($"invalid data, expected int, got {GoTypeOf(node)}"),
            "boolean" => node.GetValueKind() switch
            {
                JsonValueKind.True => CelValue.True,
                JsonValueKind.False => CelValue.False,
                _ => CelValue.Error($"invalid data, expected bool, got {GoTypeOf(node)}"),
            },
            _ when schema.PreservesUnknownFields => CelValue.Of(new PreservedValue(node)),
            _ => CelValue.Error(
                "invalid type, expected object, array, number, integer, boolean or string, or no type with "
                + "x-kubernetes-int-or-string or x-kubernetes-preserve-unknown-fields is true, got " + schema.Type),
        };
    }

    private static CelValue IntOrString(JsonNode node) =>
        node.GetValueKind() == JsonValueKind.String ? CelValue.Of(node.GetValue<string>())
        : JsonNumber.TryRead(node, out var number) && number.IsWhole ? CelValue.Of(number.Whole)
        : CelValue.Error("invalid data, expected XIntOrString value to be either a string or integer");

    private static CelValue OfList(JsonNode node, StructuralSchema schema)
    {
        if (node is not JsonArray items)
        {
            return CelValue.Error("invalid data, expected an array for the provided schema with type=array");
        }

        if (schema.Items is null)
        {
            return CelValue.Error("invalid array type, expected Items with a non-empty Schema");
        }

        var list = new SchemaList(items, schema.Items);
        return schema.ListType switch
        {
            null or "" or "atomic" => CelValue.Of(list),
            "set" => CelValue.Of(new SetList(list)),
            "map" => CelValue.Of(new KeyedList(list, schema.ListMapKeys)),
            _ => CelValue.Error(
                $"invalid x-kubernetes-list-type, expected 'map', 'set' or 'atomic' but got {schema.ListType}"),
        };
    }

    private static CelValue OfText(string text, string format)
    {
        switch (format)
        {
            case "duration":
                return DurationFormat.TryParse(text, out var nanoseconds)
                    ? CelValue.OfDuration(nanoseconds) : CelValue.Error($"Invalid duration {text}");
            case "date":
                var date = TimestampText.Parse(text + "T00:00:00Z");
                return date.IsError ? CelValue.Error($"Invalid date formatted string {text}") : date;
            case "date-time":
                var time = TimestampText.Parse(text);
                return time.IsError ? CelValue.Error($"Invalid date-time formatted string {text}") : time;
            case "byte":
                var bytes = new byte[text.Length];
                return Convert.TryFromBase64String(text, bytes, out var length)
                    ? CelValue.Of(bytes[..length]) : CelValue.Error($"Invalid byte formatted string {text}");
            default:
                return CelValue.Of(text);
        }
    }

    private static string GoTypeOf(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.Object => "map[string]interface {}",
        JsonValueKind.Array => "[]interface {}",
        JsonValueKind.String => "string",
        JsonValueKind.Number => JsonNumber.TryRead(node, out var number) && number.IsWhole ? "int64" : "float64",
        _ => "bool",
    };

    private sealed class SchemaList(JsonArray items, StructuralSchema schema) : CelList
    {
        public override int Count => items.Count;

        public override CelValue this[int index] => Of(items[index], schema);
    }

    /// <summary>What has no type can only be compared.</summary>
    private sealed class PreservedValue(JsonNode node) : CelObject
    {
        private static readonly CelType Unknown = CelType.Opaque("unknown");

        public override CelType Type => Unknown;

        public override bool EqualTo(CelObject other) =>
            other is PreservedValue { Node: var theirs } && JsonNode.DeepEquals(node, theirs);

        public override int GetValueHash() => (int)node.GetValueKind();

        private JsonNode Node => node;
    }
}
