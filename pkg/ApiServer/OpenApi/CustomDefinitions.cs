using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Json;
using Kube1.Api.OpenApi;
using Kube1.ApiServer.Extensions.CustomResources;
using Kube1.ApiServer.Extensions.Schemas;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.OpenApi;

/// <summary>
/// What the API documents define of a version of a custom resource: its kind, by the schema of its definition, and the kind
/// of its lists (k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder).
/// </summary>
internal static class CustomDefinitions
{
    /// <summary>The two definitions, for one version of OpenAPI.</summary>
    public static IEnumerable<ApiDefinition> Of(CustomVersion custom, OpenApiVersion version)
    {
        var definition = CanonicalJson.Parse(custom.Owner.Definition.Value.Span);
        var json = (JsonObject)definition.At("spec.versions")!.AsArray()[custom.Index]!;
        var (descriptor, fields) = (custom.Descriptor, SelectableFields(json));
        var schema = KindOf(json.Child("schema").Child("openAPIV3Schema"), version, custom.Owner.PreservesUnknownFields);
        Name(schema, descriptor.Kind, fields);
        yield return new ApiDefinition(descriptor.SchemaType, schema, [KindAndMetadata.Types + "ObjectMeta"]);

        var list = ListOf(custom, version);
        Name(list, descriptor.Kind with { Kind = descriptor.ListKind }, fields);
        yield return new ApiDefinition(
            descriptor.ListSchemaType, list, [descriptor.SchemaType, KindAndMetadata.Types + "ListMeta"]);
    }

    private static JsonObject KindOf(JsonObject? json, OpenApiVersion version, bool preservesUnknownFields)
    {
        // Readers of v2 take every field for unknown that a schema does not name, whatever else it says.
        if (Read(json) is not { } schema
            || (version == OpenApiVersion.V2 && (preservesUnknownFields || schema.PreservesUnknownFields)))
        {
            return new JsonObject { ["type"] = "object" };
        }

        var result = new PublishedSchema(version).Write(schema);
        KindAndMetadata.AddTo(result, version);
        return result;
    }

    // It is read for each document and forgotten: documents are seldom made, and requests may never need the schema.
    private static StructuralSchema? Read(JsonObject? json)
    {
        try
        {
            return json is null ? null : StructuralSchema.Parse(json);
        }
        catch (FormatException)
        {
            // Validation lets none into the store. What another release has left there is published as any object, as
            // upstream publishes schemas that are not structural, and does not take all other kinds' documents with it.
            return null;
        }
    }

    private static JsonObject ListOf(CustomVersion custom, OpenApiVersion version)
    {
        var descriptor = custom.Descriptor;
        var list = new JsonObject
        {
            ["description"] = $"{descriptor.ListKind} is a list of {descriptor.Kind.Kind}",
            ["type"] = "object",
            ["required"] = new JsonArray("items"),
            ["properties"] = new JsonObject
            {
                ["items"] = new JsonObject
                {
                    ["description"] = $"List of {descriptor.Resource.Resource}.",
                    ["type"] = "array",
                    ["items"] = KindAndMetadata.Reference(descriptor.SchemaType, version),
                },
            },
        };
        KindAndMetadata.AddToList(list, version);
        return list;
    }

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
