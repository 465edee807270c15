using System.Text.Json;
using Kube1.Api.Schema;

namespace Kube1.Api.OpenApi;

/// <summary>Writes the definitions of types (v2 definitions, v3 components.schemas) in upstream's shapes.</summary>
internal sealed class SchemaWriter(
    Utf8JsonWriter writer, OpenApiVersion version, Definitions definitions,
    IReadOnlyList<(string Group, string Version)> groupVersions)
{
    private const string JsonTypes = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON";

    private static readonly TypeFacts NoFacts = new();

    private readonly string _references = version == OpenApiVersion.V2 ? "#/definitions/" : "#/components/schemas/";

    /// <summary>Writes one type under its name.</summary>
    public void WriteType(SchemaType type)
    {
        var facts = definitions.Facts.GetValueOrDefault(type.Name, NoFacts);
        writer.WriteStartObject(type.Name);
        WriteDescription(definitions.Descriptions.Find(type.Name, ""));
        WriteShape(type);
        var required = type.Fields.Where(f => f.Required).ToList();
        if (required.Count > 0)
        {
            WriteTexts("required", required.Select(f => f.JsonName));
        }

        if (type.Fields.Count > 0)
        {
            writer.WriteStartObject("properties"u8);
            foreach (var field in type.Fields.OrderBy(f => f.JsonName, StringComparer.Ordinal))
            {
                WriteField(type, field, facts);
            }

            writer.WriteEndObject();
        }

        WriteTypeExtensions(type, facts);
        writer.WriteEndObject();
    }

    /// <summary>The schema of a body: a $ref or, for <see cref="ApiOperation.Text"/>, a string.</summary>
    public void WriteBodySchema(string type)
    {
        writer.WriteStartObject("schema"u8);
        if (type == ApiOperation.Text)
        {
            writer.WriteString("type"u8, "string"u8);
        }
        else
        {
            writer.WriteString("$ref"u8, _references + type);
        }

        writer.WriteEndObject();
    }

    /// <summary>x-kubernetes-group-version-kind of an operation.</summary>
    public void WriteKind(GroupVersionKind kind)
    {
        writer.WriteStartObject();
        writer.WriteString("group"u8, kind.Group);
        writer.WriteString("kind"u8, kind.Kind);
        writer.WriteString("version"u8, kind.Version);
        writer.WriteEndObject();
    }

    /// <summary>A list of texts.</summary>
    public void WriteTexts(string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    /// <summary>A description, when there is one.</summary>
    public void WriteDescription(string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            writer.WriteString("description"u8, text);
        }
    }

    private void WriteShape(SchemaType type)
    {
        switch (type.Name)
        {
            case Definitions.Quantity when version == OpenApiVersion.V3:
                WriteOneOf("string", "number");
                break;
            case Definitions.IntOrString when version == OpenApiVersion.V3:
                writer.WriteString("format"u8, "int-or-string"u8);
                WriteOneOf("integer", "string");
                break;
            case Definitions.Quantity:
                writer.WriteString("type"u8, "string"u8);
                break;
            case Definitions.IntOrString:
                writer.WriteString("type"u8, "string"u8);
                writer.WriteString("format"u8, "int-or-string"u8);
                break;
            case Definitions.Meta + "Time" or Definitions.Meta + "MicroTime":
                writer.WriteString("type"u8, "string"u8);
                writer.WriteString("format"u8, "date-time"u8);
                break;
            // JSON and its relatives in a CRD's schema can be anything.
            case var name when name.StartsWith(JsonTypes, StringComparison.Ordinal) && type.Fields.Count == 0:
                break;
            default:
                writer.WriteString("type"u8, "object"u8);
                break;
        }
    }

    private void WriteOneOf(params ReadOnlySpan<string> types)
    {
        writer.WriteStartArray("oneOf"u8);
        foreach (var type in types)
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, type);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void WriteField(SchemaType owner, SchemaField field, TypeFacts facts)
    {
        writer.WriteStartObject(field.JsonName);
        WriteDescription(definitions.Descriptions.Find(owner.Name, field.JsonName));
        WriteValue(field.Value, DefaultOf(field, facts), facts.Enums.GetValueOrDefault(field.JsonName), isItem: false);
        if (field.ListMapKeys.Count > 0)
        {
            WriteTexts("x-kubernetes-list-map-keys", field.ListMapKeys);
        }

        if (field.ListType.Length > 0)
        {
            writer.WriteString(
                field.Kind == SchemaKind.List ? "x-kubernetes-list-type"u8 : "x-kubernetes-map-type"u8, field.ListType);
        }

        if (field.PatchMergeKey.Length > 0)
        {
            writer.WriteString("x-kubernetes-patch-merge-key"u8, field.PatchMergeKey);
        }

        if (field.PatchStrategy.Length > 0)
        {
            writer.WriteString("x-kubernetes-patch-strategy"u8, field.PatchStrategy);
        }

        writer.WriteEndObject();
    }

    private static string? DefaultOf(SchemaField field, TypeFacts facts) =>
        field.Default
        ?? (facts.ZeroDefaults.Contains(field.JsonName) || IsMetadata(field) ? ZeroOf(field.Value) : null);

    private static bool IsMetadata(SchemaField field) =>
        field.JsonName == "metadata"
        && field.Value.TypeName is Definitions.Meta + "ObjectMeta" or Definitions.Meta + "ListMeta";

    private static string? ZeroOf(SchemaValue value) => value.Kind switch
    {
        SchemaKind.String => "\"\"",
        SchemaKind.Boolean => "false",
        SchemaKind.Integer32 or SchemaKind.Integer64 or SchemaKind.Number => "0",
        SchemaKind.Object => "{}",
        _ => null,
    };

    // In v3 a reference may have no siblings, and is wrapped where it has some; upstream describes every field.
    private void WriteValue(SchemaValue value, string? fallback, string[]? values, bool isItem)
    {
        switch (value.Kind)
        {
            case SchemaKind.List:
                WriteElement("array", "items", value.Element!, values);
                break;
            case SchemaKind.Map:
                WriteElement("object", "additionalProperties", value.Element!, values);
                break;
            case var _ when Definitions.TypeNameOf(value) is { Length: > 0 } type:
                WriteDefault(fallback);
                WriteReference(type, isWrapped: version == OpenApiVersion.V3 && !(isItem && fallback is null));
                break;
            default:
                WriteScalar(value.Kind);
                WriteDefault(fallback);
                if (values is not null)
                {
                    WriteTexts("enum", values);
                }

                break;
        }
    }

    // Items are never absent: what they are when nothing is said of them is published too.
    private void WriteElement(string type, string name, SchemaValue element, string[]? values)
    {
        writer.WriteString("type"u8, type);
        writer.WriteStartObject(name);
        WriteValue(element, ZeroOf(element), values, isItem: true);
        writer.WriteEndObject();
    }

    private void WriteScalar(SchemaKind kind)
    {
        var (type, format) = kind switch
        {
            SchemaKind.Integer32 => ("integer", "int32"),
            SchemaKind.Integer64 => ("integer", "int64"),
            SchemaKind.Number => ("number", "double"),
            SchemaKind.Boolean => ("boolean", ""),
            SchemaKind.Bytes => ("string", "byte"),
            _ => ("string", ""),
        };
        writer.WriteString("type"u8, type);
        if (format.Length > 0)
        {
            writer.WriteString("format"u8, format);
        }
    }

    private void WriteDefault(string? json)
    {
        if (json is not null && version == OpenApiVersion.V3)
        {
            writer.WritePropertyName("default"u8);
            writer.WriteRawValue(json);
        }
    }

    private void WriteReference(string typeName, bool isWrapped)
    {
        if (isWrapped)
        {
            writer.WriteStartArray("allOf"u8);
            writer.WriteStartObject();
        }

        writer.WriteString("$ref"u8, _references + typeName);
        if (isWrapped)
        {
            writer.WriteEndObject();
            writer.WriteEndArray();
        }
    }

    private void WriteTypeExtensions(SchemaType type, TypeFacts facts)
    {
        var kinds = Definitions.KindsOf(type, groupVersions).ToList();
        if (kinds.Count > 0)
        {
            writer.WriteStartArray("x-kubernetes-group-version-kind"u8);
            kinds.ForEach(WriteKind);
            writer.WriteEndArray();
        }

        if (type.IsAtomic)
        {
            writer.WriteString("x-kubernetes-map-type"u8, "atomic"u8);
        }

        if (facts.Union is var (discriminator, members))
        {
            writer.WriteStartArray("x-kubernetes-unions"u8);
            writer.WriteStartObject();
            if (discriminator.Length > 0)
            {
                writer.WriteString("discriminator"u8, discriminator);
            }

            writer.WriteStartObject("fields-to-discriminateBy"u8);
            foreach (var (field, name) in members)
            {
                writer.WriteString(field, name);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndArray();
        }
    }
}
