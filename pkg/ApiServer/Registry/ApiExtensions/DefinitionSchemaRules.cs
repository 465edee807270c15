using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Extensions.Schemas;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.ApiExtensions;

/// <summary>
/// The schemas of a definition (k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation
/// validateCustomResourceDefinitionValidation). The decoder has bounded how deep they nest.
/// </summary>
internal sealed class DefinitionSchemaRules
{
    private static readonly string[] Types = ["array", "boolean", "integer", "number", "object", "string"];

    private static readonly string[] AllowedWithStatus =
    [
        "Description", "Type", "Format", "Title", "Maximum", "ExclusiveMaximum", "Minimum", "ExclusiveMinimum", "MaxLength",
        "MinLength", "Pattern", "MaxItems", "MinItems", "UniqueItems", "MultipleOf", "Required", "Items", "Properties",
        "ExternalDocs", "Example", "XPreserveUnknownFields", "XValidations",
    ];

    private readonly DefinitionLeniency _asked;
    private readonly FieldErrorList _errors;
    private readonly bool _allowsAnyCost;

    // What expressions say comes behind all else.
    private readonly FieldErrorList _expressionErrors = new();

    private DefinitionSchemaRules(DefinitionLeniency asked, bool allowsAnyCost, FieldErrorList errors)
    {
        _asked = asked;
        _allowsAnyCost = allowsAnyCost;
        _errors = errors;
    }

    /// <summary>Where a schema stands.</summary>
    /// <param name="IsRoot">Whether it is the schema of the whole resource.</param>
    /// <param name="InMeta">Whether it is of apiVersion, kind or metadata of a resource.</param>
    /// <param name="NoDefaults">Why there may be no defaults; null when there may.</param>
    /// <param name="Rules">What its rules can be checked with; null where they are not checked.</param>
    /// <param name="Uncorrelatable">The schema around it whose values have no known old ones; null for none.</param>
    private readonly record struct Place(
        bool IsRoot, bool InMeta, string? NoDefaults, RuleScope? Rules, FieldPath? Uncorrelatable)
    {
        public Place Inside => this with { IsRoot = false };

        // Within allOf, not and the like there is no structure.
        public Place Nested => this with { IsRoot = false, Rules = null };
    }

    /// <summary>Whether it is a type of OpenAPI, or none.</summary>
    public static bool IsType(string type) => type.Length == 0 || Types.Contains(type);

    /// <summary>
    /// Checks the schema of a resource; <paramref name="path"/> is of what holds it. A schema that is as it was may have
    /// rules of any cost.
    /// </summary>
    public static void Validate(
        JsonObject schema, bool hasStatus, DefinitionLeniency asked, bool isUnchanged, FieldPath path, FieldErrorList errors)
    {
        var found = new FieldErrorList();
        var at = path.Child("openAPIV3Schema");
        if (hasStatus)
        {
            ValidateWithStatus(schema, path, found);
        }

        if (schema.Flag("nullable"))
        {
            found.Forbidden(path.Child("openAPIV3Schema.nullable"), "nullable cannot be true at the root");
        }

        RuleScope? rules = null;
        var unreadable = asked.RequireStructural ? ValidateStructure(schema, asked, at, found, out rules) : null;
        var schemas = new DefinitionSchemaRules(asked, isUnchanged, found);
        schemas.Check(schema, new Place(true, false, null, rules, null), at);
        found.AddRange(schemas._expressionErrors);
        if (unreadable is not null && found.Count == 0)
        {
            found.Invalid(at, "", unreadable);
        }

        rules?.Costs.Validate(at, found);

        errors.AddRange(found);
    }

    // What is said only at the root would be lost where the status alone is validated.
    private static void ValidateWithStatus(JsonObject schema, FieldPath path, FieldErrorList errors)
    {
        foreach (var field in DefinitionText.FieldsOf(schema))
        {
            if (field == "Type" && schema.Text("type") != "object")
            {
                errors.Invalid(
                    path.Child("openAPIV3Schema.type"), schema.Text("type"),
                    "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled");
                return;
            }

            if (!AllowedWithStatus.Contains(field))
            {
                errors.Invalid(
                    path.Child("openAPIV3Schema"), DefinitionText.Schema(schema),
                    $"only [{string.Join(' ', AllowedWithStatus)}] fields are allowed at the root of the schema if the "
                    + "status subresource is enabled");
                return;
            }
        }
    }

    // What makes the schema unreadable as a structural one; it is told when nothing else is.
    private static string? ValidateStructure(
        JsonObject schema, DefinitionLeniency asked, FieldPath at, FieldErrorList errors, out RuleScope? rules)
    {
        rules = null;
        try
        {
            var structure = StructuralSchema.Parse(schema);
            var before = errors.Count;
            StructuralRules.Validate(structure, at, errors);
            if (errors.Count == before)
            {
                DefaultRules.Validate(structure, asked.RequirePrunedDefaults, at, errors);
            }

            rules = errors.Count == before ? RuleScope.Root(structure) : null;

            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    private void Check(JsonObject schema, Place place, FieldPath path)
    {
        var before = _errors.Count;
        CheckKeywords(schema, place, path);
        if (schema.Flag("uniqueItems"))
        {
            _errors.Forbidden(
                path.Child("uniqueItems"),
                "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
        }

        CheckMembers(schema, place, path);
        CheckNested(schema, place.Nested, path);
        CheckItems(schema, place.Inside, path);
        if (schema.FlagOrNull("x-kubernetes-preserve-unknown-fields") == false)
        {
            _errors.Invalid(path.Child("x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined");
        }

        SchemaListRules.Validate(schema, _asked, path, _errors);
        ExpressionRules.Validate(schema, path, _errors);
        if (place.Rules is { } scope && _errors.Count == before)
        {
            ExpressionRules.Compile(schema, scope, place.Uncorrelatable, _allowsAnyCost, path, _expressionErrors);
        }
    }

    private void CheckKeywords(JsonObject schema, Place place, FieldPath path)
    {
        var type = schema.Text("type");
        if (_asked.RequireValidTypes && !IsType(type))
        {
            _errors.NotOneOf(path.Child("type"), type, Types);
        }

        if (schema["default"] is not null && place.NoDefaults is { } reason)
        {
            _errors.Forbidden(path.Child("default"), "must not be set " + reason);
        }

        Refuse(schema.Text("id").Length > 0, path, "id");
        Refuse(schema["additionalItems"] is not null, path, "additionalItems");
        Refuse(schema.Count("patternProperties") > 0, path, "patternProperties");
        Refuse(schema.Count("definitions") > 0, path, "definitions");
        Refuse(schema["dependencies"] is not null, path, "dependencies");
        Refuse(schema["$ref"] is not null, path, "$ref");
        if (type == "null")
        {
            _errors.Forbidden(path.Child("type"), "type cannot be set to null, use nullable as an alternative");
        }

        if (schema["items"] is JsonArray { Count: > 0 })
        {
            _errors.Forbidden(path.Child("items"), "items must be a schema object and not an array");
        }

        if (place.InMeta && schema.Flag("x-kubernetes-embedded-resource"))
        {
            _errors.Forbidden(
                path.Child("x-kubernetes-embedded-resource"), "must not be used inside of resource meta");
        }
    }

    private void Refuse(bool isSet, FieldPath path, string keyword)
    {
        if (isSet)
        {
            _errors.Forbidden(path.Child(keyword), keyword + " is not supported");
        }
    }

    private void CheckMembers(JsonObject schema, Place place, FieldPath path)
    {
        var rest = schema["additionalProperties"];
        if (rest is not null)
        {
            if (schema.Count("properties") > 0 && (rest is JsonObject || !schema.Flag("additionalProperties")))
            {
                _errors.Forbidden(
                    path.Child("additionalProperties"), "additionalProperties and properties are mutual exclusive");
            }

            if (rest is JsonObject others)
            {
                var inside = place.InMeta
                    ? place.Inside with { NoDefaults = "inside additionalProperties applying to object metadata" }
                    : place.Inside;
                Check(
                    others, inside with { Rules = place.Rules?.AdditionalProperties() }, path.Child("additionalProperties"));
            }
        }

        var isResource = place.IsRoot || schema.Flag("x-kubernetes-embedded-resource");
        foreach (var (name, property) in (schema.Child("properties") ?? []).OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            var inside = place.Inside;
            if (isResource && name is "metadata" or "apiVersion" or "kind")
            {
                inside = inside with { InMeta = true, NoDefaults = place.IsRoot ? "in top-level " + name : inside.NoDefaults };
            }

            if (property is JsonObject known)
            {
                Check(known, inside with { Rules = place.Rules?.Property(name) }, path.Child("properties").Key(name));
            }
        }
    }

    private void CheckNested(JsonObject schema, Place place, FieldPath path)
    {
        if (schema.Child("not") is { } not)
        {
            Check(not, place, path.Child("not"));
        }

        foreach (var keyword in (ReadOnlySpan<string>)["allOf", "oneOf", "anyOf"])
        {
            foreach (var (nested, at) in schema.Items(keyword).Indexed(path.Child(keyword)))
            {
                Check(nested, place, at);
            }
        }

        foreach (var (name, definition) in schema.Child("definitions") ?? [])
        {
            if (definition is JsonObject known)
            {
                Check(known, place, path.Child("definitions").Key(name));
            }
        }
    }

    private void CheckItems(JsonObject schema, Place place, FieldPath path)
    {
        // Only the items of lists of type "map" have known old ones.
        var inside = schema.Text("x-kubernetes-list-type") == "map"
            ? place : place with { Uncorrelatable = place.Uncorrelatable ?? path };
        if (schema.Child("items") is { } items)
        {
            Check(items, inside with { Rules = place.Rules?.Items() }, path.Child("items"));
        }

        foreach (var (item, at) in schema.Items("items").Indexed(path.Child("items")))
        {
            Check(item, inside with { Rules = null }, at);
        }

        foreach (var (name, dependency) in schema.Child("dependencies") ?? [])
        {
            if (dependency is JsonObject known)
            {
                Check(known, place.Nested, path.Child("dependencies").Key(name));
            }
        }
    }
}
