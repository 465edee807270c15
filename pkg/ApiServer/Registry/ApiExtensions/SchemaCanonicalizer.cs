using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.ApiExtensions;

/// <summary>
/// Reads the schemas that stand where something else can stand too (items, additionalProperties, dependencies): the
/// decoder takes these fields for any JSON.
/// </summary>
internal static class SchemaCanonicalizer
{
    private static readonly SchemaType Props = SchemaCatalog.BuiltIn.Find(
        "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps")!;

    /// <summary>Brings all schemas of a definition into canonical form. Throws <see cref="ApiException"/> (400).</summary>
    public static void Apply(JsonObject definition)
    {
        try
        {
            foreach (var version in definition.Child("spec").Items("versions"))
            {
                if (DefinitionForm.SchemaOf(version) is { } schema)
                {
                    Apply(schema, 0);
                }
            }
        }
        catch (ObjectDecodeException e)
        {
            throw ApiErrors.BadRequest(
                "CustomResourceDefinition in version \"v1\" cannot be handled as a CustomResourceDefinition: " + e.Message);
        }
    }

    // Each schema is read where it is found, with all that the decoder knows to be schemas within it.
    private static void ReadOpen(JsonObject schema, int depth)
    {
        if (depth > ObjectDecoder.MaxDepth)
        {
            throw new ObjectDecodeException("exceeded max depth");
        }

        if (schema["items"] is { } items)
        {
            Replace(schema, "items", items switch
            {
                JsonObject one => Read(one, depth),
                JsonArray several => new JsonArray([.. several.Select(s => s is JsonObject o ? Read(o, depth) : null)]),
                _ => null,
            });
        }

        foreach (var field in (ReadOnlySpan<string>)["additionalProperties", "additionalItems"])
        {
            if (schema[field] is { } value)
            {
                Replace(schema, field, value switch
                {
                    JsonObject one => Read(one, depth),
                    _ when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => value.DeepClone(),
                    _ => throw new ObjectDecodeException("boolean or JSON schema expected"),
                });
            }
        }

        foreach (var (name, value) in (schema["dependencies"] as JsonObject ?? []).ToList())
        {
            if (value is JsonObject one)
            {
                schema["dependencies"]![name] = Read(one, depth);
            }
        }
    }

    private static void Apply(JsonObject schema, int depth)
    {
        ReadOpen(schema, depth);
        foreach (var field in (ReadOnlySpan<string>)["allOf", "anyOf", "oneOf"])
        {
            foreach (var nested in schema.Items(field))
            {
                Apply(nested, depth + 1);
            }
        }

        foreach (var field in (ReadOnlySpan<string>)["properties", "patternProperties", "definitions"])
        {
            foreach (var nested in (schema.Child(field) ?? []).Select(p => p.Value).OfType<JsonObject>())
            {
                Apply(nested, depth + 1);
            }
        }

        if (schema.Child("not") is { } not)
        {
            Apply(not, depth + 1);
        }
    }

    private static JsonObject Read(JsonObject schema, int depth)
    {
        var read = ObjectDecoder.Canonicalize(schema, Props).Object;
        Apply(read, depth + 1);
        return read;
    }

    private static void Replace(JsonObject schema, string field, JsonNode? value)
    {
        if (value is null)
        {
            schema.Remove(field);
        }
        else
        {
            schema[field] = value;
        }
    }
}
