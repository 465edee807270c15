using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Validation;
using Kube1.ApiServer.Extensions.Schemas;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.ApiExtensions;

/// <summary>
/// Versions and schemas as errors show them: upstream's internal structs as JSON, whose fields have no JSON names.
/// </summary>
internal static class DefinitionText
{
    // In the order of the struct JSONSchemaProps: its field, the name on the wire, and what it is.
    private static readonly (string Field, string Name, Shape Shape)[] SchemaFields =
    [
        ("ID", "id", Shape.Text), ("Schema", "$schema", Shape.Text), ("Ref", "$ref", Shape.Value),
        ("Description", "description", Shape.Text), ("Type", "type", Shape.Text), ("Nullable", "nullable", Shape.Flag),
        ("Format", "format", Shape.Text), ("Title", "title", Shape.Text), ("Default", "default", Shape.Value),
        ("Maximum", "maximum", Shape.Value), ("ExclusiveMaximum", "exclusiveMaximum", Shape.Flag),
        ("Minimum", "minimum", Shape.Value), ("ExclusiveMinimum", "exclusiveMinimum", Shape.Flag),
        ("MaxLength", "maxLength", Shape.Value), ("MinLength", "minLength", Shape.Value), ("Pattern", "pattern", Shape.Text),
        ("MaxItems", "maxItems", Shape.Value), ("MinItems", "minItems", Shape.Value),
        ("UniqueItems", "uniqueItems", Shape.Flag), ("MultipleOf", "multipleOf", Shape.Value), ("Enum", "enum", Shape.Value),
        ("MaxProperties", "maxProperties", Shape.Value), ("MinProperties", "minProperties", Shape.Value),
        ("Required", "required", Shape.Value), ("Items", "items", Shape.SchemaOrList), ("AllOf", "allOf", Shape.Schemas),
        ("OneOf", "oneOf", Shape.Schemas), ("AnyOf", "anyOf", Shape.Schemas), ("Not", "not", Shape.Schema),
        ("Properties", "properties", Shape.SchemaMap), ("AdditionalProperties", "additionalProperties", Shape.SchemaOrFlag),
        ("PatternProperties", "patternProperties", Shape.SchemaMap), ("Dependencies", "dependencies", Shape.Value),
        ("AdditionalItems", "additionalItems", Shape.SchemaOrFlag), ("Definitions", "definitions", Shape.SchemaMap),
        ("ExternalDocs", "externalDocs", Shape.Document), ("Example", "example", Shape.Value),
        ("XPreserveUnknownFields", "x-kubernetes-preserve-unknown-fields", Shape.Value),
        ("XEmbeddedResource", "x-kubernetes-embedded-resource", Shape.Flag),
        ("XIntOrString", "x-kubernetes-int-or-string", Shape.Flag),
        ("XListMapKeys", "x-kubernetes-list-map-keys", Shape.Value), ("XListType", "x-kubernetes-list-type", Shape.Value),
        ("XMapType", "x-kubernetes-map-type", Shape.Value), ("XValidations", "x-kubernetes-validations", Shape.Rules),
    ];

    private enum Shape
    {
        Text,
        Flag,
        Value,
        Schema,
        Schemas,
        SchemaMap,
        SchemaOrList,
        SchemaOrFlag,
        Document,
        Rules,
    }

    /// <summary>spec.versions.</summary>
    public static VerbatimValue Versions(DefinitionForm form) =>
        VerbatimValue.List(form.Versions.Count == 0 ? null : form.Versions.Select(v => Version(form, v)));

    /// <summary>A schema; null when there is none.</summary>
    public static VerbatimValue Schema(JsonNode? node) => node is JsonObject schema
        ? Struct(SchemaFields.Select(f => (f.Field, Field(schema[f.Name], f.Shape))))
        : Null;

    /// <summary>The items of a schema.</summary>
    public static VerbatimValue Items(JsonNode? node) => Field(node, Shape.SchemaOrList);

    /// <summary>The fields that a schema sets, by the names of the struct and in its order.</summary>
    public static IEnumerable<string> FieldsOf(JsonObject schema) =>
        SchemaFields.Where(f => schema.ContainsKey(f.Name)).Select(f => f.Field);

    private static VerbatimValue Null { get; } = new("null");

    private static VerbatimValue Version(DefinitionForm form, JsonObject version) => VerbatimValue.Struct(
        ("Name", version.Text("name")), ("Served", version.Flag("served")), ("Storage", version.Flag("storage")),
        ("Deprecated", version.Flag("deprecated")), ("DeprecationWarning", Json(version["deprecationWarning"])),
        ("Schema", form.Own(version, "schema") is JsonObject schema
            ? VerbatimValue.Struct(("OpenAPIV3Schema", Schema(schema["openAPIV3Schema"])))
            : Null),
        ("Subresources", Subresources(form.Own(version, "subresources") as JsonObject)),
        ("AdditionalPrinterColumns", Structs(
            form.Own(version, "additionalPrinterColumns"), c => VerbatimValue.Struct(
                ("Name", c.Text("name")), ("Type", c.Text("type")), ("Format", c.Text("format")),
                ("Description", c.Text("description")), ("Priority", c.Integer("priority") ?? 0),
                ("JSONPath", c.Text("jsonPath"))))),
        ("SelectableFields", Structs(
            form.Own(version, "selectableFields"), f => VerbatimValue.Struct(("JSONPath", f.Text("jsonPath"))))));

    private static VerbatimValue Subresources(JsonObject? subresources) => subresources is null ? Null : VerbatimValue.Struct(
        ("Status", subresources.Child("status") is null ? Null : new VerbatimValue("{}")),
        ("Scale", subresources.Child("scale") is not { } scale ? Null : VerbatimValue.Struct(
            ("SpecReplicasPath", scale.Text("specReplicasPath")), ("StatusReplicasPath", scale.Text("statusReplicasPath")),
            ("LabelSelectorPath", Json(scale["labelSelectorPath"])))));

    private static VerbatimValue Field(JsonNode? node, Shape shape) => shape switch
    {
        Shape.Text => Json(node ?? ""),
        Shape.Flag => Json(node ?? false),
        _ when node is null => Null,
        Shape.Schema => Schema(node),
        Shape.Schemas => Structs(node, s => Schema(s)),
        Shape.SchemaMap when node is JsonObject map => Struct(
            map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => (p.Key, Schema(p.Value)))),
        Shape.SchemaOrList => Struct(
            [("Schema", Schema(node)), ("JSONSchemas", node is JsonArray ? Structs(node, s => Schema(s)) : Null)]),
        Shape.SchemaOrFlag => Struct(
            [("Allows", Json(node is JsonObject || ((JsonValue)node).TryGetValue<bool>(out var flag) && flag)), ("Schema", Schema(node))]),
        Shape.Document when node is JsonObject docs => VerbatimValue.Struct(
            ("Description", docs.Text("description")), ("URL", docs.Text("url"))),
        Shape.Rules => Structs(node, Rule),
        _ => Json(node),
    };

    /// <summary>One rule of x-kubernetes-validations.</summary>
    public static VerbatimValue Rule(JsonObject rule) => VerbatimValue.Struct(
        ("Rule", rule.Text("rule")), ("Message", rule.Text("message")),
        ("MessageExpression", rule.Text("messageExpression")), ("Reason", Json(rule["reason"])),
        ("FieldPath", rule.Text("fieldPath")), ("OptionalOldSelf", Json(rule["optionalOldSelf"])));

    private static VerbatimValue Structs(JsonNode? list, Func<JsonObject, VerbatimValue> text) =>
        VerbatimValue.List(list is JsonArray { Count: > 0 } items ? items.OfType<JsonObject>().Select(text) : null);

    private static VerbatimValue Struct(IEnumerable<(string Field, VerbatimValue Value)> fields)
    {
        var text = new System.Text.StringBuilder("{");
        foreach (var (field, value) in fields)
        {
            text.Append(text.Length > 1 ? "," : "");
            GoText.AppendJson(text, field);
            text.Append(':').Append(value.Text);
        }

        return new VerbatimValue(text.Append('}').ToString());
    }

    private static VerbatimValue Json(JsonNode? node) => new(GoValues.Json(node));
}
