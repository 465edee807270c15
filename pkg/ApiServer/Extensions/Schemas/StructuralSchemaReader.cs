using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Extensions.Schemas;

/// <summary>Reads the JSON of a schema; what the JSON is had been checked when the definition was decoded.</summary>
internal static class StructuralSchemaReader
{
    private static readonly string[] Unsupported =
        ["id", "$schema", "$ref", "patternProperties", "dependencies", "additionalItems", "definitions"];

    /// <summary>
    /// Reads a schema. Throws <see cref="FormatException"/> for what structural schemas cannot have. The decoder has
    /// bounded how deep schemas nest.
    /// </summary>
    public static StructuralSchema Read(JsonObject json) => Read(json, 0);

    private static StructuralSchema Read(JsonObject json, int depth)
    {
        if (depth > ObjectDecoder.MaxDepth)
        {
            throw new FormatException("exceeded max depth");
        }

        RefuseUnsupported(json);
        var additional = json["additionalProperties"];
        return new StructuralSchema
        {
            Type = Text(json, "type"),
            Title = Text(json, "title"),
            Description = Text(json, "description"),
            Nullable = Flag(json, "nullable"),
            Default = Own(json["default"]),
            Example = Own(json["example"]),
            ExternalDocs = Own(json["externalDocs"]) as JsonObject,
            PropertyTable = ReadProperties(json["properties"] as JsonObject, depth),
            Items = json["items"] is JsonObject items ? Read(items, depth + 1) : null,
            AdditionalProperties = additional is JsonObject rest ? Read(rest, depth + 1) : null,
            AllowsAdditionalProperties = additional is null ? null : additional.GetValueKind() != JsonValueKind.False,
            PreservesUnknownFields = Flag(json, "x-kubernetes-preserve-unknown-fields"),
            IsEmbeddedResource = Flag(json, "x-kubernetes-embedded-resource"),
            IsIntOrString = Flag(json, "x-kubernetes-int-or-string"),
            ListType = json["x-kubernetes-list-type"] is null ? null : Text(json, "x-kubernetes-list-type"),
            ListMapKeys = Texts(json, "x-kubernetes-list-map-keys"),
            MapType = json["x-kubernetes-map-type"] is null ? null : Text(json, "x-kubernetes-map-type"),
            Rules = [.. json.Items("x-kubernetes-validations").Select(ReadRule)],
            Validation = ReadValidation(json, depth),
        }.Summarized();
    }

    private static void RefuseUnsupported(JsonObject json)
    {
        foreach (var keyword in Unsupported)
        {
            if (json[keyword] is { } value && value is not (JsonObject { Count: 0 } or JsonArray)
                && (value.GetValueKind() != JsonValueKind.String || Text(json, keyword).Length > 0))
            {
                throw new FormatException($"OpenAPIV3Schema '{keyword.Replace("$schema", "schema", StringComparison.Ordinal)}' "
                    + "is not supported");
            }
        }

        if (json["items"] is JsonArray { Count: > 0 })
        {
            throw new FormatException("OpenAPIV3Schema 'items' must be a schema, but is an array");
        }

        if (json.FlagOrNull("x-kubernetes-preserve-unknown-fields") == false)
        {
            throw new FormatException("internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined");
        }
    }

    private static Dictionary<string, StructuralSchema> ReadProperties(JsonObject? json, int depth)
    {
        var properties = new Dictionary<string, StructuralSchema>(json?.Count ?? 0, StringComparer.Ordinal);
        foreach (var (name, value) in (json ?? []).OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            properties[name] = value is JsonObject schema ? Read(schema, depth + 1) : StructuralSchema.Empty;
        }

        return properties;
    }

    private static ValidationRule ReadRule(JsonObject json) => new(
        Text(json, "rule"), Text(json, "message"), Text(json, "messageExpression"),
        json["reason"] is null ? null : Text(json, "reason"), Text(json, "fieldPath"), json.FlagOrNull("optionalOldSelf"));

    private static ValueValidation ReadValidation(JsonObject json, int depth)
    {
        var read = new ValueValidation
        {
            Format = Text(json, "format"),
            Maximum = Number(json, "maximum"),
            ExclusiveMaximum = Flag(json, "exclusiveMaximum"),
            Minimum = Number(json, "minimum"),
            ExclusiveMinimum = Flag(json, "exclusiveMinimum"),
            MultipleOf = Number(json, "multipleOf"),
            MaxLength = json["maxLength"].AsLong(),
            MinLength = json["minLength"].AsLong(),
            Pattern = Text(json, "pattern"),
            MaxItems = json["maxItems"].AsLong(),
            MinItems = json["minItems"].AsLong(),
            UniqueItems = Flag(json, "uniqueItems"),
            MaxProperties = json["maxProperties"].AsLong(),
            MinProperties = json["minProperties"].AsLong(),
            Required = Texts(json, "required"),
            Enum = json["enum"] is JsonArray values ? [.. values.Select(Own)] : [],
            AllOf = ReadAll(json, "allOf", depth),
            AnyOf = ReadAll(json, "anyOf", depth),
            OneOf = ReadAll(json, "oneOf", depth),
            Not = json["not"] is JsonObject not ? Read(not, depth + 1) : null,
        };

        // Most schemas have none of these, and share one that is empty.
        return read.Equals(ValueValidation.None) ? ValueValidation.None : read;
    }

    private static StructuralSchema[] ReadAll(JsonObject json, string keyword, int depth) =>
        json[keyword] is JsonArray list
            ? [.. list.Select(item => item is JsonObject schema ? Read(schema, depth + 1) : StructuralSchema.Empty)]
            : [];

    // A tree of this schema's own, read to its leaves: many requests clone it at the same time.
    private static JsonNode? Own(JsonNode? node) => node switch
    {
        null => null,
        JsonObject map => new JsonObject(map.Select(p => KeyValuePair.Create(p.Key, Own(p.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Own)]),
        JsonValue text when text.TryGetValue<string>(out var value) => JsonValue.Create(value),
        _ => node.DeepClone(),
    };

    private static string Text(JsonObject json, string name) => TextOf(json[name]);

    private static bool Flag(JsonObject json, string name) =>
        json[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    private static double? Number(JsonObject json, string name) => JsonNumber.TryRead(json[name], out var number)
        ? number.AsDouble
        : null;

    private static string[] Texts(JsonObject json, string name) =>
        json[name] is JsonArray list ? [.. list.Select(TextOf)] : [];

    private static string TextOf(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
