using Kube1.Api.Patterns;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Extensions.Schemas;

/// <summary>
/// What makes a schema structural: every field has its type outside allOf, anyOf, oneOf and not, and what stands in these
/// only checks values (k8s.io/apiextensions-apiserver/pkg/apiserver/schema ValidateStructural).
/// </summary>
internal sealed class StructuralRules
{
    private const string Empty = "must be empty to be structural";
    private const string Undefined = "must be undefined to be structural";
    private const string False = "must be false to be structural";

    private readonly FieldErrorList _errors = new();

    private StructuralRules()
    {
    }

    private enum Level
    {
        Root,
        Item,
        Field,
    }

    /// <summary>Checks the schema of a resource; errors come sorted by their texts.</summary>
    public static void Validate(StructuralSchema schema, FieldPath path, FieldErrorList errors)
    {
        var rules = new StructuralRules();
        rules.CheckStructure(schema, Level.Root, path);
        rules.CheckCompleteness(schema, schema, path, path);
        errors.AddRange(rules._errors.OrderBy(e => e.ToString(), StringComparer.Ordinal));
    }

    private void CheckStructure(StructuralSchema schema, Level level, FieldPath path)
    {
        if (schema is { Type: "array", Items: null })
        {
            _errors.Required(path.Child("items"), "must be specified");
        }

        if (schema.Items is { } items)
        {
            CheckStructure(items, Level.Item, path.Child("items"));
        }

        foreach (var (name, property) in schema.Properties)
        {
            CheckStructure(property, Level.Field, path.Child("properties").Key(name));
        }

        if (schema.AllowsAdditionalProperties is not null && level == Level.Root)
        {
            _errors.Forbidden(path.Child("additionalProperties"), "must not be used at the root");
        }

        if (schema.AdditionalProperties is { } rest)
        {
            CheckStructure(rest, Level.Field, path.Child("additionalProperties"));
        }

        CheckExtensions(schema, path);
        CheckValidation(
            schema.Validation, level, path, skipsAnyOf: schema.AnyOfSpellsIntOrString,
            skipsFirstAllOf: schema.FirstAllOfSpellsIntOrString);
        CheckType(schema, level, path);
        CheckResource(schema, level, path);
    }

    private void CheckExtensions(StructuralSchema schema, FieldPath path)
    {
        const string Detail = "must be false if x-kubernetes-int-or-string is true";
        if (schema is { IsIntOrString: true, PreservesUnknownFields: true })
        {
            _errors.Invalid(path.Child("x-kubernetes-preserve-unknown-fields"), true, Detail);
        }

        if (schema is { IsIntOrString: true, IsEmbeddedResource: true })
        {
            _errors.Invalid(path.Child("x-kubernetes-embedded-resource"), true, Detail);
        }
    }

    private void CheckType(StructuralSchema schema, Level level, FieldPath path)
    {
        var at = path.Child("type");
        if (schema.IsEmbeddedResource && schema.Type != "object")
        {
            const string Detail = "must be object if x-kubernetes-embedded-resource is true";
            if (schema.Type.Length == 0)
            {
                _errors.Required(at, Detail);
            }
            else
            {
                _errors.Invalid(at, schema.Type, Detail);
            }
        }
        else if (schema.Type.Length == 0 && !schema.IsIntOrString && !schema.PreservesUnknownFields)
        {
            _errors.Required(at, level switch
            {
                Level.Root => "must not be empty at the root",
                Level.Item => "must not be empty for specified array items",
                _ => "must not be empty for specified object fields",
            });
        }

        if (schema.IsEmbeddedResource && schema.AllowsAdditionalProperties is not null)
        {
            _errors.Forbidden(
                path.Child("additionalProperties"), "must not be used if x-kubernetes-embedded-resource is set");
        }

        if (level == Level.Root && schema.Type.Length > 0 && schema.Type != "object")
        {
            _errors.Invalid(at, schema.Type, "must be object at the root");
        }
    }

    private void CheckResource(StructuralSchema schema, Level level, FieldPath path)
    {
        var isResource = level == Level.Root || schema.IsEmbeddedResource;
        foreach (var name in (ReadOnlySpan<string>)["kind", "apiVersion"])
        {
            if (isResource && schema.Find(name) is { Type: not "string" } wrong)
            {
                _errors.Invalid(path.Child("properties").Key(name).Child("type"), wrong.Type, "must be string");
            }
        }

        if (schema.Find("metadata") is { } metadata)
        {
            var at = path.Child("properties").Key("metadata");
            if (isResource && metadata.Type != "object")
            {
                _errors.Invalid(at.Child("type"), metadata.Type, "must be object");
            }

            if (level == Level.Root && !(metadata.IsPlain && metadata.Properties.Keys.All(k => k is "name" or "generateName")))
            {
                _errors.Forbidden(
                    at, "must not specify anything other than name and generateName, but metadata is implicitly specified");
            }
        }

        if (schema is { IsEmbeddedResource: true, PreservesUnknownFields: false, Properties.Count: 0 })
        {
            _errors.Required(
                path.Child("properties"),
                "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields");
        }
    }

    private void CheckValidation(
        ValueValidation rules, Level level, FieldPath path, bool skipsAnyOf = false, bool skipsFirstAllOf = false)
    {
        for (var i = 0; i < rules.AnyOf.Count && !skipsAnyOf; i++)
        {
            CheckNested(rules.AnyOf[i], level, path.Child("anyOf").Index(i));
        }

        for (var i = 0; i < rules.AllOf.Count; i++)
        {
            CheckNested(rules.AllOf[i], level, path.Child("allOf").Index(i), skipsAnyOf: skipsFirstAllOf && i == 0);
        }

        for (var i = 0; i < rules.OneOf.Count; i++)
        {
            CheckNested(rules.OneOf[i], level, path.Child("oneOf").Index(i));
        }

        if (rules.Not is { } not)
        {
            CheckNested(not, level, path.Child("not"));
        }

        if (rules.Pattern.Length > 0)
        {
            try
            {
                Re2Pattern.Compile(rules.Pattern);
            }
            catch (FormatException e)
            {
                _errors.Invalid(
                    path.Child("pattern"), rules.Pattern, $"must be a valid regular expression, but isn't: {e.Message}");
            }
        }
    }

    private void CheckNested(StructuralSchema schema, Level level, FieldPath path, bool skipsAnyOf = false)
    {
        CheckValidation(schema.Validation, level, path, skipsAnyOf);
        if (schema.Items is { } items)
        {
            CheckNested(items, level, path.Child("items"));
        }

        foreach (var (name, property) in schema.Properties)
        {
            CheckNested(property, Level.Field, path.Child("properties").Key(name));
        }

        Forbid(schema.Type.Length > 0, path, "type", Empty);
        Forbid(schema.AllowsAdditionalProperties == true, path, "additionalProperties", Undefined);
        Forbid(schema.Default is not null, path, "default", Undefined);
        Forbid(schema.Title.Length > 0, path, "title", Empty);
        Forbid(schema.Description.Length > 0, path, "description", Empty);
        Forbid(schema.Nullable, path, "nullable", False);
        Forbid(schema.PreservesUnknownFields, path, "x-kubernetes-preserve-unknown-fields", False);
        Forbid(schema.IsEmbeddedResource, path, "x-kubernetes-embedded-resource", False);
        Forbid(schema.IsIntOrString, path, "x-kubernetes-int-or-string", False);
        Forbid(schema.ListMapKeys.Count > 0, path, "x-kubernetes-list-map-keys", Empty);
        Forbid(schema.ListType is not null, path, "x-kubernetes-list-type", Undefined);
        Forbid(schema.MapType is not null, path, "x-kubernetes-map-type", Undefined);
        Forbid(schema.Rules.Count > 0, path, "x-kubernetes-validations", Empty);
        if (schema.Find("metadata") is not null)
        {
            _errors.Forbidden(
                path.Child("properties").Key("metadata"), "must not be specified in a nested context");
        }
    }

    private void Forbid(bool isSet, FieldPath path, string field, string detail)
    {
        if (isSet)
        {
            _errors.Forbidden(path.Child(field), detail);
        }
    }

    // Whatever a nested schema speaks of has its place in the structure: the path of the one, and of the other.
    private void CheckCompleteness(StructuralSchema nested, StructuralSchema? schema, FieldPath path, FieldPath nestedPath)
    {
        if (schema is null)
        {
            _errors.Required(path, $"because it is defined in {nestedPath}");
            return;
        }

        var rules = nested.Validation;
        if (rules.Not is { } not)
        {
            CheckMembers(not, schema, path, nestedPath.Child("not"));
        }

        CheckAll(rules.AllOf, schema, path, nestedPath.Child("allOf"));
        CheckAll(rules.AnyOf, schema, path, nestedPath.Child("anyOf"));
        CheckAll(rules.OneOf, schema, path, nestedPath.Child("oneOf"));
    }

    private void CheckAll(IReadOnlyList<StructuralSchema> nested, StructuralSchema schema, FieldPath path, FieldPath nestedPath)
    {
        for (var i = 0; i < nested.Count; i++)
        {
            CheckMembers(nested[i], schema, path, nestedPath.Index(i));
        }
    }

    private void CheckMembers(StructuralSchema nested, StructuralSchema? schema, FieldPath path, FieldPath nestedPath)
    {
        CheckCompleteness(nested, schema, path, nestedPath);
        if (schema is null)
        {
            return;
        }

        if (nested.Items is { } items)
        {
            CheckMembers(items, schema.Items, path.Child("items"), nestedPath.Child("items"));
        }

        foreach (var (name, property) in nested.Properties)
        {
            var at = path.Child("properties").Key(name);
            CheckMembers(property, schema.Find(name), at, nestedPath.Child("properties").Key(name));
        }
    }
}
