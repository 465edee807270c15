using System.Text.Json.Nodes;
using Kube1.Api.OpenApi;
using Kube1.ApiServer.Extensions.Schemas;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.OpenApi;

/// <summary>
/// The schema of a custom resource as an API document writes it: whole in v3; in v2 without what kubectl cannot read there,
/// so that it does not refuse what the server takes (k8s.io/apiextensions-apiserver/pkg/controller/openapi/v2).
/// </summary>
internal sealed class PublishedSchema(OpenApiVersion version)
{
    private bool IsV2 => version == OpenApiVersion.V2;

    /// <summary>Writes a schema and all below it.</summary>
    public JsonObject Write(StructuralSchema schema)
    {
        var result = new JsonObject();
        Set(result, "description", schema.Description);
        Set(result, "type", TypeOf(schema));
        Set(result, "nullable", schema.Nullable && !IsV2);
        Set(result, "title", schema.Title);
        Set(result, "default", IsV2 ? null : schema.Default?.DeepClone());
        WriteBounds(result, schema.Validation);
        Set(result, "required", Texts(IsV2 ? RequiredInV2(schema) : schema.Validation.Required));
        if (!IsV2)
        {
            WriteJunctors(result, schema);
        }

        if (!HidesContent(schema))
        {
            Set(result, "items", schema.Items is { } items ? Write(items) : null);
            Set(result, "properties", Properties(schema));
        }

        Set(result, "additionalProperties", schema.AdditionalProperties is { } rest
            ? Write(rest)
            : (JsonNode?)schema.AllowsAdditionalProperties);
        WriteExtensions(result, schema);
        Set(result, "externalDocs", schema.ExternalDocs?.DeepClone());
        Set(result, "example", schema.Example?.DeepClone());
        if (schema.IsEmbeddedResource && !(IsV2 && schema.PreservesUnknownFields))
        {
            KindAndMetadata.AddTo(result, version);
            result["required"] = Texts(result.Texts("required").Union(["kind", "apiVersion"]));
        }

        return result;
    }

    // kubectl takes a value whose properties or items it knows for one that has no others, and that is not null.
    private bool HidesContent(StructuralSchema schema) => IsV2 && (schema.Nullable || schema.PreservesUnknownFields);

    private string TypeOf(StructuralSchema schema)
    {
        if (!IsV2)
        {
            return schema.Type;
        }

        var isOpen = schema.PreservesUnknownFields && schema.Type == "object";
        var lacksItems = schema.Type == "array" && (schema.Items is null || HidesContent(schema));
        return schema.Nullable || isOpen || lacksItems ? "" : schema.Type;
    }

    // What can be null cannot be required of clients that know no null.
    private IEnumerable<string> RequiredInV2(StructuralSchema schema) => schema switch
    {
        { AdditionalProperties.Nullable: true } => [],
        _ when HidesContent(schema) => schema.Validation.Required,
        _ => schema.Validation.Required.Where(name => schema.Find(name)?.Nullable != true),
    };

    private JsonObject? Properties(StructuralSchema schema) => schema.Properties.Count == 0
        ? null
        : new JsonObject(schema.Properties.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)Write(p.Value))));

    private static void WriteBounds(JsonObject result, ValueValidation validation)
    {
        Set(result, "format", validation.Format);
        Set(result, "maximum", validation.Maximum);
        Set(result, "exclusiveMaximum", validation.ExclusiveMaximum);
        Set(result, "minimum", validation.Minimum);
        Set(result, "exclusiveMinimum", validation.ExclusiveMinimum);
        Set(result, "maxLength", validation.MaxLength);
        Set(result, "minLength", validation.MinLength);
        Set(result, "pattern", validation.Pattern);
        Set(result, "maxItems", validation.MaxItems);
        Set(result, "minItems", validation.MinItems);
        Set(result, "uniqueItems", validation.UniqueItems);
        Set(result, "multipleOf", validation.MultipleOf);
        Set(result, "maxProperties", validation.MaxProperties);
        Set(result, "minProperties", validation.MinProperties);
        if (validation.Enum.Count > 0)
        {
            result["enum"] = new JsonArray([.. validation.Enum.Select(value => value?.DeepClone())]);
        }
    }

    private void WriteJunctors(JsonObject result, StructuralSchema schema)
    {
        var (all, any) = (WriteAll(schema.Validation.AllOf), WriteAll(schema.Validation.AnyOf));
        if (schema is { IsIntOrString: true, AnyOfSpellsIntOrString: false, FirstAllOfSpellsIntOrString: false })
        {
            // What the extension means is said in words that every reader knows.
            if (any.Count == 0)
            {
                any = IntegerOrString();
            }
            else
            {
                all.Insert(0, new JsonObject { ["anyOf"] = IntegerOrString() });
            }
        }

        Set(result, "allOf", NullIfEmpty(all));
        Set(result, "oneOf", NullIfEmpty(WriteAll(schema.Validation.OneOf)));
        Set(result, "anyOf", NullIfEmpty(any));
        Set(result, "not", schema.Validation.Not is { } not ? Write(not) : null);
    }

    private JsonArray WriteAll(IEnumerable<StructuralSchema> schemas) => new([.. schemas.Select(Write)]);

    private static JsonArray IntegerOrString() =>
        new(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" });

    private static void WriteExtensions(JsonObject result, StructuralSchema schema)
    {
        Set(result, "x-kubernetes-embedded-resource", schema.IsEmbeddedResource);
        Set(result, "x-kubernetes-int-or-string", schema.IsIntOrString);
        Set(result, "x-kubernetes-list-map-keys", Texts(schema.ListMapKeys));
        Set(result, "x-kubernetes-list-type", (JsonNode?)schema.ListType);
        Set(result, "x-kubernetes-map-type", (JsonNode?)schema.MapType);
        Set(result, "x-kubernetes-preserve-unknown-fields", schema.PreservesUnknownFields);
        Set(result, "x-kubernetes-validations", NullIfEmpty(new JsonArray([.. schema.Rules.Select(WriteRule)])));
    }

    private static JsonObject WriteRule(ValidationRule rule)
    {
        var result = new JsonObject { ["rule"] = rule.Rule };
        Set(result, "message", rule.Message);
        Set(result, "messageExpression", rule.MessageExpression);
        Set(result, "reason", (JsonNode?)rule.Reason);
        Set(result, "fieldPath", rule.FieldPath);
        Set(result, "optionalOldSelf", (JsonNode?)rule.OptionalOldSelf);
        return result;
    }

    private static JsonArray? Texts(IEnumerable<string> texts) =>
        NullIfEmpty(new JsonArray([.. texts.Select(text => (JsonNode)text)]));

    private static JsonArray? NullIfEmpty(JsonArray list) => list.Count == 0 ? null : list;

    private static void Set(JsonObject target, string name, JsonNode? value)
    {
        if (value is not null)
        {
            target[name] = value;
        }
    }

    private static void Set(JsonObject target, string name, string text) =>
        Set(target, name, text.Length > 0 ? (JsonNode)text : null);

    private static void Set(JsonObject target, string name, bool flag) => Set(target, name, flag ? (JsonNode)true : null);

    private static void Set(JsonObject target, string name, double? number) => Set(target, name, (JsonNode?)number);

    private static void Set(JsonObject target, string name, long? number) => Set(target, name, (JsonNode?)number);
}
