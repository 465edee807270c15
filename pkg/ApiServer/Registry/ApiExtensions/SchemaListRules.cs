using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.ApiExtensions;

/// <summary>The rules of x-kubernetes-list-type, x-kubernetes-list-map-keys and x-kubernetes-map-type.</summary>
internal static class SchemaListRules
{
    private const string ListType = "x-kubernetes-list-type";
    private const string ListMapKeys = "x-kubernetes-list-map-keys";
    private const string MapType = "x-kubernetes-map-type";

    /// <summary>Checks one schema.</summary>
    public static void Validate(JsonObject schema, DefinitionLeniency asked, FieldPath path, FieldErrorList errors)
    {
        ValidateMapType(schema, path, errors);
        ValidateListType(schema, asked, path, errors);
        if (schema.Count(ListMapKeys) > 0 && schema.Text(ListType) != "map")
        {
            const string Detail = "must be map if x-kubernetes-list-map-keys is non-empty";
            RequiredOrInvalid(schema, ListType, Detail, path, errors);
        }

        if (schema.Text(ListType) == "map")
        {
            ValidateKeyedList(schema, path, errors);
        }

        if (asked.RequireListKeys)
        {
            ValidateKeys(schema, path, errors);
        }
    }

    /// <summary>Whether it is a set whose items are lists or objects that are not taken as one.</summary>
    public static bool IsSetOfOpenItems(JsonObject schema) =>
        schema.Text(ListType) == "set" && OpenItemsField(schema.Child("items")) is not null;

    /// <summary>Whether items may be null or lack a key that tells them apart.</summary>
    public static bool HasOpenKeys(JsonObject schema)
    {
        var errors = new FieldErrorList();
        ValidateKeys(schema, FieldPath.None, errors);
        return errors.Count > 0;
    }

    private static void ValidateMapType(JsonObject schema, FieldPath path, FieldErrorList errors)
    {
        if (schema[MapType] is null)
        {
            return;
        }

        if (schema.Text("type") != "object")
        {
            RequiredOrInvalid(schema, "type", "must be object if x-kubernetes-map-type is specified", path, errors);
        }

        if (schema.Text(MapType) is not ("atomic" or "granular"))
        {
            errors.NotOneOf(path.Child(MapType), schema.Text(MapType), "atomic", "granular");
        }
    }

    private static void ValidateListType(
        JsonObject schema, DefinitionLeniency asked, FieldPath path, FieldErrorList errors)
    {
        if (schema[ListType] is null)
        {
            return;
        }

        if (schema.Text("type") != "array")
        {
            RequiredOrInvalid(schema, "type", "must be array if x-kubernetes-list-type is specified", path, errors);
        }
        else if (asked.RequireAtomicSets && schema.Text(ListType) == "set"
            && OpenItemsField(schema.Child("items")) is { } field)
        {
            // Upstream shows the list type in both cases.
            errors.Invalid(
                path.Child("items", field), RuleExtensions.Shown(schema.Child("items")![ListType]),
                "must be atomic as item of a list with x-kubernetes-list-type=set");
        }

        if (schema.Text(ListType) is not ("atomic" or "set" or "map"))
        {
            errors.NotOneOf(path.Child(ListType), schema.Text(ListType), "atomic", "set", "map");
        }
    }

    // Lists are atomic when nothing is said, objects are not. The field that says it wrong, or null.
    private static string? OpenItemsField(JsonObject? items) => items.Text("type") switch
    {
        "array" when items![ListType] is not null && items.Text(ListType) != "atomic" => ListType,
        "object" when items.Text(MapType) != "atomic" => MapType,
        _ => null,
    };

    private static void ValidateKeyedList(JsonObject schema, FieldPath path, FieldErrorList errors)
    {
        if (schema.Count(ListMapKeys) == 0)
        {
            errors.Required(path.Child(ListMapKeys), "must not be empty if x-kubernetes-list-type is map");
        }

        if (schema["items"] is null)
        {
            errors.Required(path.Child("items"), "must have a schema if x-kubernetes-list-type is map");
            return;
        }

        if (schema.Child("items") is not { } items)
        {
            errors.Invalid(
                path.Child("items"), DefinitionText.Items(schema["items"]),
                "must only have a single schema if x-kubernetes-list-type is map");
            return;
        }

        if (items.Text("type") != "object")
        {
            errors.Invalid(
                path.Child("items", "type"), items.Text("type"),
                "must be object if parent array's x-kubernetes-list-type is map");
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in schema.Texts(ListMapKeys))
        {
            if (items.Child("properties").Child(key) is not { } property)
            {
                errors.Invalid(
                    path.Child(ListMapKeys), RuleExtensions.Shown(schema.Texts(ListMapKeys)),
                    "entries must all be names of item properties");
            }
            else if (property.Text("type") is "array" or "object")
            {
                errors.Invalid(
                    path.Child("items", "properties").Key(key).Child("type"), items.Text("type"),
                    "must be a scalar type if parent array's x-kubernetes-list-type is map");
            }

            if (!seen.Add(key))
            {
                errors.Invalid(
                    path.Child(ListMapKeys), RuleExtensions.Shown(schema.Texts(ListMapKeys)),
                    "must not contain duplicate entries");
            }
        }
    }

    private static void ValidateKeys(JsonObject schema, FieldPath path, FieldErrorList errors)
    {
        if (schema.Child("items") is not { } items || schema.Text(ListType) is not ("set" or "map"))
        {
            return;
        }

        if (items.Flag("nullable"))
        {
            errors.Forbidden(
                path.Child("items", "nullable"),
                "cannot be nullable when x-kubernetes-list-type is " + schema.Text(ListType));
        }

        if (schema.Text(ListType) != "map")
        {
            return;
        }

        var required = items.Texts("required").ToHashSet(StringComparer.Ordinal);
        foreach (var key in schema.Texts(ListMapKeys))
        {
            if (items.Child("properties").Child(key) is not { } property)
            {
                continue;
            }

            var at = path.Child("items", "properties").Key(key);
            if (!required.Contains(key) && property["default"] is null)
            {
                errors.Required(
                    at.Child("default"),
                    "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property");
            }

            if (property.Flag("nullable"))
            {
                errors.Forbidden(
                    at.Child("nullable"),
                    "this property is in x-kubernetes-list-map-keys, so it cannot be nullable");
            }
        }
    }

    private static void RequiredOrInvalid(
        JsonObject schema, string field, string detail, FieldPath path, FieldErrorList errors)
    {
        if (schema.Text(field) is { Length: > 0 } value)
        {
            errors.Invalid(path.Child(field), value, detail);
        }
        else
        {
            errors.Required(path.Child(field), detail);
        }
    }
}
