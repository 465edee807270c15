using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Json;
using Kube1.Api.OpenApi;
using Kube1.ApiServer.Extensions.CustomResources;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.OpenApi;

/// <summary>
/// What the API documents define of a version of a custom resource: its kind, by the schema of its definition, and the kind
/// of its lists (k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder).
/// </summary>
internal static class CustomDefinitions
{
    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private const string PreservesUnknown = "x-kubernetes-preserve-unknown-fields";

    private static readonly string[] Junctors = ["allOf", "anyOf", "oneOf", "not"];

    /// <summary>The two definitions, for one version of OpenAPI.</summary>
    public static IEnumerable<ApiDefinition> Of(CustomVersion custom, OpenApiVersion version)
    {
        var definition = CanonicalJson.Parse(custom.Owner.Definition.Value.Span);
        var json = (JsonObject)definition.At("spec.versions")!.AsArray()[custom.Index]!;
        var kind = custom.Descriptor.Kind;
        var fields = SelectableFields(json);
        var schema = KindOf(json.Child("schema").Child("openAPIV3Schema"), version, custom.Owner.PreservesUnknownFields);
        Name(schema, kind, fields);
        yield return new ApiDefinition(custom.Descriptor.SchemaType, schema, [Meta + "ObjectMeta"]);

        var list = ListOf(custom.Descriptor.ListKind, kind.Kind, custom.Descriptor.SchemaType, version);
        Name(list, kind with { Kind = custom.Descriptor.ListKind }, fields);
        yield return new ApiDefinition(
            custom.Descriptor.ListSchemaType, list, [custom.Descriptor.SchemaType, Meta + "ListMeta"]);
    }

    private static JsonObject KindOf(JsonObject? schema, OpenApiVersion version, bool preservesUnknownFields)
    {
        // Readers of v2 take every field for unknown that a schema does not name, whatever else it says.
        if (schema is null || (version == OpenApiVersion.V2 && (preservesUnknownFields || schema.Flag(PreservesUnknown))))
        {
            return new JsonObject { ["type"] = "object" };
        }

        var result = schema.DeepClone().AsObject();
        Convert(result, version);
        AddKindAndMetadata(result, version);
        return result;
    }

    // All schemas below, and this one, in the dialect of the version.
    private static void Convert(JsonObject schema, OpenApiVersion version)
    {
        if (version == OpenApiVersion.V2)
        {
            ToV2(schema);
        }
        else if (schema.Flag("x-kubernetes-int-or-string") && schema["anyOf"] is null)
        {
            schema["anyOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" });
        }

        foreach (var inner in Below(schema).ToList())
        {
            Convert(inner, version);
        }

        if (schema.Flag("x-kubernetes-embedded-resource") && !(version == OpenApiVersion.V2 && schema.Flag(PreservesUnknown)))
        {
            AddKindAndMetadata(schema, version);
            var required = schema.Texts("required").ToList();
            schema["required"] = new JsonArray(
                [.. required.Concat(new[] { "kind", "apiVersion" }.Except(required)).Select(r => (JsonNode)r)]);
        }
    }

    private static IEnumerable<JsonObject> Below(JsonObject schema)
    {
        var properties = schema.Child("properties")?.Select(p => p.Value) ?? [];
        return properties.Append(schema["items"]).Append(schema["additionalProperties"]).OfType<JsonObject>();
    }

    // What v2 cannot say is left out, so that kubectl does not refuse what the server takes.
    private static void ToV2(JsonObject schema)
    {
        foreach (var junctor in Junctors)
        {
            schema.Remove(junctor);
        }

        var isOpen = schema.Flag(PreservesUnknown);
        if (schema.Flag("nullable") || isOpen)
        {
            schema.Remove("items");
            schema.Remove("properties");
            if (!isOpen || schema.Text("type") == "object")
            {
                schema.Remove("type");
            }
        }

        schema.Remove("nullable");
        if (schema["items"] is null && schema.Text("type") == "array")
        {
            schema.Remove("type");
        }

        if (schema.Child("properties") is { } properties && schema["required"] is not null)
        {
            var required = schema.Texts("required").Where(r => !properties.Child(r).Flag("nullable")).ToList();
            SetRequired(schema, required);
        }

        if (schema.Child("additionalProperties").Flag("nullable"))
        {
            schema.Remove("required");
        }
    }

    private static void SetRequired(JsonObject schema, List<string> required)
    {
        if (required.Count == 0)
        {
            schema.Remove("required");
        }
        else
        {
            schema["required"] = new JsonArray([.. required.Select(r => (JsonNode)r)]);
        }
    }

    private static void AddKindAndMetadata(JsonObject schema, OpenApiVersion version)
    {
        var properties = schema.Ensure("properties");
        properties["apiVersion"] = Text("The version of the API that the object is written in: group/version.");
        properties["kind"] = Text("What kind of object it is, in CamelCase.");
        properties["metadata"] = Reference("What all objects have: name, labels, annotations.", Meta + "ObjectMeta", version);
    }

    private static JsonObject ListOf(string listKind, string kind, string type, OpenApiVersion version) => new()
    {
        ["description"] = $"{listKind} is a list of {kind}",
        ["type"] = "object",
        ["required"] = new JsonArray("items"),
        ["properties"] = new JsonObject
        {
            ["apiVersion"] = Text("The version of the API that the list is written in: group/version."),
            ["items"] = new JsonObject
            {
                ["description"] = "The objects.",
                ["type"] = "array",
                ["items"] = new JsonObject { ["$ref"] = References(version) + type },
            },
            ["kind"] = Text("What kind of list it is, in CamelCase."),
            ["metadata"] = Reference("The list's own revision, and how to go on reading it.", Meta + "ListMeta", version),
        },
    };

    private static JsonObject Text(string description) => new() { ["description"] = description, ["type"] = "string" };

    // In v3 a reference has no siblings.
    private static JsonObject Reference(string description, string type, OpenApiVersion version)
    {
        var reference = new JsonObject { ["$ref"] = References(version) + type };
        if (version == OpenApiVersion.V2)
        {
            reference["description"] = description;
            return reference;
        }

        return new JsonObject { ["description"] = description, ["allOf"] = new JsonArray(reference) };
    }

    private static string References(OpenApiVersion version) =>
        version == OpenApiVersion.V2 ? "#/definitions/" : "#/components/schemas/";

    private static void Name(JsonObject schema, GroupVersionKind kind, JsonArray? selectableFields)
    {
        schema["x-kubernetes-group-version-kind"] = new JsonArray(new JsonObject
        {
            ["group"] = kind.Group,
            ["kind"] = kind.Kind,
            ["version"] = kind.Version,
        });
        if (selectableFields is not null)
        {
            schema["x-kubernetes-selectable-fields"] = selectableFields.DeepClone();
        }
    }

    private static JsonArray? SelectableFields(JsonObject version)
    {
        var fields = version.Items("selectableFields").Select(f => (JsonNode)new JsonObject
        {
            ["fieldPath"] = f.Text("jsonPath").TrimStart('.'),
        }).ToArray();
        return fields.Length == 0 ? null : new JsonArray(fields);
    }
}
