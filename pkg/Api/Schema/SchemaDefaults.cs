using System.Text.Json.Nodes;

namespace Kube1.Api.Schema;

/// <summary>
/// Fills in the defaults that the schema itself states, all the way down. Defaults that depend on other fields are the
/// strategies' business.
/// </summary>
public static class SchemaDefaults
{
    /// <summary>
    /// Sets every absent field that has a default, in objects that are there. Applying it twice changes nothing.
    /// </summary>
    public static void Apply(JsonObject obj, SchemaType type)
    {
        foreach (var field in type.Fields)
        {
            if (!obj.TryGetPropertyValue(field.JsonName, out var value))
            {
                if (field.Default is { } text)
                {
                    value = JsonNode.Parse(text);
                    obj[field.JsonName] = value;
                }
            }

            if (value is not null)
            {
                Descend(value, field.Value);
            }
        }

        if (type.AdditionalProperties is { } rest)
        {
            foreach (var (name, value) in obj)
            {
                if (value is not null && type.Find(name) is null)
                {
                    Descend(value, rest);
                }
            }
        }
    }

    private static void Descend(JsonNode value, SchemaValue schema)
    {
        switch (value)
        {
            case JsonObject inner when schema.Kind == SchemaKind.Object:
                Apply(inner, schema.Type!);
                break;
            case JsonObject map when schema.Kind == SchemaKind.Map && NeedsDescent(schema.Element!):
                foreach (var (_, entry) in map)
                {
                    if (entry is not null)
                    {
                        Descend(entry, schema.Element!);
                    }
                }

                break;
            case JsonArray list when schema.Kind == SchemaKind.List && NeedsDescent(schema.Element!):
                foreach (var item in list)
                {
                    if (item is not null)
                    {
                        Descend(item, schema.Element!);
                    }
                }

                break;
            default:
                break;
        }
    }

    private static bool NeedsDescent(SchemaValue element) => element.Innermost.Kind == SchemaKind.Object;
}
