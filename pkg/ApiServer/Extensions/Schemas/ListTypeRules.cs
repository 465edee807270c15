using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Extensions.Schemas;

/// <summary>
/// The items of a set, and the keys of the items of a list of type "map", stand once each
/// (k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype).
/// </summary>
internal static class ListTypeRules
{
    /// <summary>
    /// Checks all lists of a value. Where the <paramref name="old"/> value broke the rules, the new one may.
    /// </summary>
    public static void Validate(
        StructuralSchema schema, JsonNode? value, JsonNode? old, FieldPath? path, FieldErrorList errors)
    {
        if (!schema.HasKeyedLists)
        {
            return;
        }

        var found = new FieldErrorList();
        Check(schema, value, path, found);
        if (found.Count > 0 && old is not null)
        {
            var before = new FieldErrorList();
            Check(schema, old, path, before);
            if (before.Count > 0)
            {
                return;
            }
        }

        errors.AddRange(found);
    }

    private static void Check(StructuralSchema schema, JsonNode? value, FieldPath? path, FieldErrorList errors)
    {
        switch (value)
        {
            case JsonObject map:
                foreach (var (name, member) in map)
                {
                    if (schema.Find(name) is { } property)
                    {
                        if (property.HasKeyedLists)
                        {
                            Check(property, member, path is null ? FieldPath.Of(name) : path.Child(name), errors);
                        }
                    }
                    else if (schema.AdditionalProperties is { HasKeyedLists: true } rest)
                    {
                        Check(rest, member, (path ?? FieldPath.None).Key(name), errors);
                    }
                }

                break;
            case JsonArray list:
                CheckList(schema, list, path ?? FieldPath.None, errors);
                if (schema.Items is { HasKeyedLists: true } items)
                {
                    for (var i = 0; i < list.Count; i++)
                    {
                        Check(items, list[i], path?.Index(i), errors);
                    }
                }

                break;
            default:
                break;
        }
    }

    private static void CheckList(StructuralSchema schema, JsonArray list, FieldPath path, FieldErrorList errors)
    {
        if (schema.ListType == "set")
        {
            CheckDistinct(list, path, errors, item => item, GoValues.Shown);
        }
        else if (schema.ListType == "map")
        {
            for (var i = 0; i < list.Count; i++)
            {
                if (list[i] is not (null or JsonObject))
                {
                    errors.Invalid(
                        path.Index(i), GoValues.Shown(list[i]), "must be an object for an array of list-type map");
                    return;
                }
            }

            CheckDistinct(list, path, errors, item => KeyOf(schema, item as JsonObject), GoValues.Shown);
        }
    }

    // Each value that stands more than once is told once, at its second place.
    private static void CheckDistinct(
        JsonArray list, FieldPath path, FieldErrorList errors, Func<JsonNode?, JsonNode?> keyOf,
        Func<JsonNode?, object?> show)
    {
        if (list.Count <= 1)
        {
            return;
        }

        var seen = new Dictionary<string, int>(list.Count, StringComparer.Ordinal);
        for (var i = 0; i < list.Count; i++)
        {
            var key = keyOf(list[i]);
            var text = TextOf(key);
            seen[text] = seen.GetValueOrDefault(text) + 1;
            if (seen[text] == 2)
            {
                errors.Duplicate(path.Index(i), show(key));
            }
        }
    }

    private static JsonObject KeyOf(StructuralSchema schema, JsonObject? item)
    {
        var key = new JsonObject();
        foreach (var name in schema.ListMapKeys)
        {
            if (item?.TryGetPropertyValue(name, out var value) == true)
            {
                key[name] = value?.DeepClone();
            }
        }

        return key;
    }

    // Texts that differ for values that do; 1 and 1.0 do.
    private static string TextOf(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.String => "\"" + node.GetValue<string>(),
        JsonValueKind.Number when JsonNumber.TryRead(node, out var number) && !number.IsWhole =>
            "float " + GoValues.Float(number.AsDouble),
        _ => GoValues.Json(node),
    };
}
