using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Schema;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Extensions.Schemas;

/// <summary>
/// apiVersion, kind and metadata of resources that are embedded in others: brought into the form that all metadata has, and
/// checked (k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta).
/// </summary>
internal static class EmbeddedMetadata
{
    private static readonly SchemaType ObjectMeta = SchemaCatalog.BuiltIn.Find(
        "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")!;

    /// <summary>
    /// Brings the metadata of embedded resources into canonical form; that of the object itself too when it
    /// <paramref name="isResource"/>. Adds the paths of unknown fields, and one error at most, after which nothing more is
    /// done. With <paramref name="dropsInvalid"/> what cannot be read is dropped instead.
    /// </summary>
    public static void Coerce(
        JsonNode? value, StructuralSchema schema, bool isResource, bool dropsInvalid, FieldPath? at, FieldErrorList errors,
        List<string>? unknown = null)
    {
        if (errors.Count > 0 || !(isResource || schema.HasEmbeddedResources))
        {
            return;
        }

        switch (value)
        {
            case JsonObject map:
                if (isResource || schema.IsEmbeddedResource)
                {
                    CoerceTypeMeta(map, dropsInvalid, at, errors);
                    CoerceMetadata(map, dropsInvalid, at, errors, unknown);
                }

                foreach (var (name, member) in map)
                {
                    if (schema.MemberOf(name) is { } known)
                    {
                        Coerce(member, known, false, dropsInvalid, Below(at, schema, name), errors, unknown);
                    }
                }

                break;
            case JsonArray list when schema.Items is { } items:
                for (var i = 0; i < list.Count; i++)
                {
                    Coerce(list[i], items, false, dropsInvalid, (at ?? FieldPath.None).Index(i), errors, unknown);
                }

                break;
            default:
                break;
        }
    }

    /// <summary>Checks embedded resources, and the object itself when it <paramref name="isResource"/>.</summary>
    public static void Validate(
        JsonNode? value, StructuralSchema schema, bool isResource, FieldPath? at, FieldErrorList errors)
    {
        if (!(isResource || schema.HasEmbeddedResources))
        {
            return;
        }

        switch (value)
        {
            case JsonObject map:
                if (isResource || schema.IsEmbeddedResource)
                {
                    ValidateTypeMeta(map, at, errors);
                    ValidateMetadata(map, Child(at, "metadata"), errors);
                }

                foreach (var (name, member) in map)
                {
                    if (schema.MemberOf(name) is { } known)
                    {
                        Validate(member, known, false, Below(at, schema, name), errors);
                    }
                }

                break;
            case JsonArray list when schema.Items is { } items:
                for (var i = 0; i < list.Count; i++)
                {
                    Validate(list[i], items, false, (at ?? FieldPath.None).Index(i), errors);
                }

                break;
            default:
                break;
        }
    }

    private static void CoerceTypeMeta(JsonObject map, bool dropsInvalid, FieldPath? at, FieldErrorList errors)
    {
        foreach (var name in (ReadOnlySpan<string>)["apiVersion", "kind"])
        {
            if (!map.TryGetPropertyValue(name, out var value) || value?.GetValueKind() == JsonValueKind.String)
            {
                continue;
            }

            if (dropsInvalid)
            {
                map.Remove(name);
            }
            else if (errors.Count == 0)
            {
                errors.Invalid(Child(at, name), GoValues.Shown(value), "must be a string");
            }
        }
    }

    private static void CoerceMetadata(
        JsonObject map, bool dropsInvalid, FieldPath? at, FieldErrorList errors, List<string>? unknown)
    {
        if (errors.Count > 0 || !map.TryGetPropertyValue("metadata", out var metadata))
        {
            return;
        }

        var path = Child(at, "metadata");
        try
        {
            map["metadata"] = Read(metadata, path, unknown);
        }
        catch (ObjectDecodeException e) when (!dropsInvalid)
        {
            errors.Invalid(path, GoValues.Shown(metadata), e.Message);
        }
        catch (ObjectDecodeException) when (metadata is JsonObject fields)
        {
            // Field by field: what can be read is kept.
            var sound = new JsonObject();
            foreach (var (name, value) in fields)
            {
                if (TryRead(new JsonObject { [name] = value?.DeepClone() }, path, unknown) is { Count: 1 } read)
                {
                    sound[name] = read[name]!.DeepClone();
                }
            }

            map["metadata"] = sound;
        }
        catch (ObjectDecodeException)
        {
            // Metadata that is no object is left for validation.
        }
    }

    private static JsonObject? TryRead(JsonObject field, FieldPath path, List<string>? unknown)
    {
        try
        {
            return Read(field, path, unknown);
        }
        catch (ObjectDecodeException)
        {
            return null;
        }
    }

    private static JsonObject Read(JsonNode? metadata, FieldPath path, List<string>? unknown)
    {
        var decoded = ObjectDecoder.DecodeRaw(CanonicalJson.Serialize(metadata), ObjectMeta);
        foreach (var warning in unknown is null ? [] : decoded.Warnings)
        {
            // unknown field "a.b"
            unknown!.Add($"{path}.{warning[(warning.IndexOf('"', StringComparison.Ordinal) + 1)..^1]}");
        }

        return decoded.Object;
    }

    private static void ValidateTypeMeta(JsonObject map, FieldPath? at, FieldErrorList errors)
    {
        foreach (var name in (ReadOnlySpan<string>)["apiVersion", "kind"])
        {
            if (!map.TryGetPropertyValue(name, out var value))
            {
                errors.Required(Child(at, name));
                continue;
            }

            var path = Child(at, name);
            if (value is null || value.GetValueKind() != JsonValueKind.String)
            {
                errors.Invalid(path, GoValues.Shown(value), "must be a string");
                continue;
            }

            var text = value.GetValue<string>();
            if (text.Length == 0)
            {
                errors.Invalid(path, text, "must not be empty");
            }
            else if (name == "apiVersion")
            {
                if (text.AsSpan().Count('/') > 1)
                {
                    errors.Invalid(path, text, $"unexpected GroupVersion string: {text}");
                }
            }
            else if (NameRules.IsDns1035Label(text.ToLowerInvariant()) is { Count: > 0 } wrong)
            {
                errors.Invalid(path, text, "may have mixed case, but should otherwise match: " + string.Join(',', wrong));
            }
        }
    }

    private static void ValidateMetadata(JsonObject map, FieldPath path, FieldErrorList errors)
    {
        if (!map.TryGetPropertyValue("metadata", out var metadata))
        {
            return;
        }

        try
        {
            var read = Read(metadata, path, null);
            if ((string?)read["name"] is null or "")
            {
                // A template need not have a name.
                read["name"] = "fakename";
            }

            var hasNamespace = (string?)read["namespace"] is { Length: > 0 };
            ObjectMetaValidation.Validate(
                new JsonObject { ["metadata"] = read }, hasNamespace, NameRules.PathSegment, path, errors);
        }
        catch (ObjectDecodeException e)
        {
            errors.Invalid(path, GoValues.Shown(metadata), e.Message);
        }
    }

    private static FieldPath Child(FieldPath? at, string name) => at is null ? FieldPath.Of(name) : at.Child(name);

    private static FieldPath Below(FieldPath? at, StructuralSchema schema, string name) =>
        schema.Find(name) is null ? (at ?? FieldPath.None).Key(name) : Child(at, name);
}
