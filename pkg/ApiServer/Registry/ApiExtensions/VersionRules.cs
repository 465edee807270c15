using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Validation;
using Kube1.ApiServer.Extensions.Schemas;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.ApiExtensions;

/// <summary>
/// Schema, subresources, columns and selectable fields, of one version or of all that have them alike.
/// </summary>
internal static class VersionRules
{
    private const int MaxWarningBytes = 256;

    private static readonly string[] ColumnTypes = ["boolean", "date", "integer", "number", "string"];

    private static readonly string[] ColumnFormats =
        ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

    /// <summary>Checks what a version has of its own.</summary>
    public static void Validate(
        DefinitionForm form, JsonObject version, DefinitionLeniency asked, FieldPath path, FieldErrorList errors)
    {
        ValidateDeprecation(version, path.Child("deprecationWarning"), errors);
        var schema = form.Own(version, "schema").Schema();
        // Whether a status is served may be said at the top.
        var hasStatus = (version["subresources"] as JsonObject).Child("status") is not null;
        if (schema is not null)
        {
            DefinitionSchemaRules.Validate(
                schema, hasStatus, asked, asked.UnchangedSchemas.Contains(version.Text("name")), path.Child("schema"), errors);
        }

        ValidateSubresources(form.Own(version, "subresources"), path.Child("subresources"), errors);
        ValidateColumns(form.Own(version, "additionalPrinterColumns"), path.Child("additionalPrinterColumns"), errors);
        if (form.Own(version, "selectableFields") is JsonArray { Count: > 0 } fields)
        {
            var at = path.Child("selectableFields");
            if (schema is null)
            {
                errors.Invalid(at, "", "may only be set when `version.schema.openAPIV3Schema` is not included");
            }
            else
            {
                ValidateSelectableFields(
                    fields, schema, asked.TooManySelectableFields.Contains(version.Text("name")),
                    path.Child("schema.openAPIV3Schema"), at, errors);
            }
        }
    }

    /// <summary>Checks what all versions have alike, but for the schema.</summary>
    public static void ValidateShared(DefinitionForm form, DefinitionLeniency asked, FieldPath spec, FieldErrorList errors)
    {
        ValidateSubresources(form.Shared("subresources"), spec.Child("subresources"), errors);
        ValidateColumns(form.Shared("additionalPrinterColumns"), spec.Child("additionalPrinterColumns"), errors);
        if (form.Shared("selectableFields") is JsonArray { Count: > 0 } fields)
        {
            var at = spec.Child("selectableFields");
            if (form.Shared("schema").Schema() is not { } schema)
            {
                errors.Invalid(at, "", "may only be set when validations.schema is included");
            }
            else
            {
                ValidateSelectableFields(
                    fields, schema, asked.TooManySelectableFields.Contains(""), spec.Child("schema.openAPIV3Schema"), at,
                    errors);
            }
        }
    }

    /// <summary>The schema that a CustomResourceValidation holds; null for none.</summary>
    public static JsonObject? Schema(this JsonNode? validation) => (validation as JsonObject).Child("openAPIV3Schema");

    private static void ValidateDeprecation(JsonObject version, FieldPath path, FieldErrorList errors)
    {
        if (version["deprecationWarning"] is null)
        {
            return;
        }

        var text = version.Text("deprecationWarning");
        if (!version.Flag("deprecated"))
        {
            errors.Invalid(path, text, "can only be set for deprecated versions");
            return;
        }

        if (Encoding.UTF8.GetByteCount(text) > MaxWarningBytes)
        {
            errors.Invalid(path, text, $"must be <= {MaxWarningBytes} characters long");
        }

        if (text.Length == 0)
        {
            errors.Invalid(path, text, "must not be an empty string");
        }

        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (!GoText.IsPrintable(rune))
            {
                errors.Invalid(
                    path, text,
                    "must only contain printable UTF-8 characters; non-printable character found at index "
                    + at.ToString(CultureInfo.InvariantCulture));
                return;
            }

            at += rune.Utf8SequenceLength;
        }
    }

    private static void ValidateSubresources(JsonNode? subresources, FieldPath path, FieldErrorList errors)
    {
        if ((subresources as JsonObject).Child("scale") is { } scale)
        {
            ScalePathRules.Validate(scale, path, errors);
        }
    }

    private static void ValidateColumns(JsonNode? columns, FieldPath path, FieldErrorList errors)
    {
        foreach (var (column, at) in (columns as JsonArray ?? []).OfType<JsonObject>().Indexed(path))
        {
            errors.RequiredText(at.Child("name"), column.Text("name"));
            var (type, format, jsonPath) = (column.Text("type"), column.Text("format"), column.Text("jsonPath"));
            var known = "must be one of " + string.Join(',', ColumnTypes);
            if (type.Length == 0)
            {
                errors.Required(at.Child("type"), known);
            }
            else if (!ColumnTypes.Contains(type))
            {
                errors.Invalid(at.Child("type"), type, known);
            }

            if (format.Length > 0 && !ColumnFormats.Contains(format))
            {
                errors.Invalid(at.Child("format"), format, "must be one of " + string.Join(',', ColumnFormats));
            }

            if (jsonPath.Length == 0)
            {
                errors.Required(at.Child("JSONPath"));
            }
            else if (jsonPath[0] != '.')
            {
                errors.Invalid(at.Child("JSONPath"), jsonPath, "must be a simple json path starting with .");
            }
        }
    }

    private static void ValidateSelectableFields(
        JsonArray fields, JsonObject schema, bool mayBeTooMany, FieldPath schemaPath, FieldPath path, FieldErrorList errors)
    {
        StructuralSchema structure;
        try
        {
            structure = StructuralSchema.Parse(schema);
        }
        catch (FormatException e)
        {
            errors.Invalid(schemaPath, "", e.Message);
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (field, item) in fields.OfType<JsonObject>().Indexed(path))
        {
            ValidateSelectableField(field.Text("jsonPath"), structure, seen, item.Child("jsonPath"), errors);
        }

        if (seen.Count > DefinitionLeniency.MaxSelectableFields && !mayBeTooMany)
        {
            errors.TooMany(path, seen.Count, DefinitionLeniency.MaxSelectableFields);
        }
    }

    private static void ValidateSelectableField(
        string jsonPath, StructuralSchema schema, HashSet<string> seen, FieldPath at, FieldErrorList errors)
    {
        if (jsonPath.Length == 0)
        {
            errors.Required(at);
            return;
        }

        SchemaFieldPath found;
        try
        {
            found = SchemaFieldPath.Resolve(jsonPath, schema, allowsKeys: false);
        }
        catch (FormatException e)
        {
            errors.Invalid(at, jsonPath, "is an invalid path: " + e.Message);
            return;
        }

        if (found.Root == "metadata")
        {
            errors.Invalid(at, jsonPath, "must not point to fields in metadata");
        }

        if (found.Schema?.Type is not ("string" or "boolean" or "integer"))
        {
            errors.Invalid(
                at, jsonPath,
                "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are "
                + "allowed.");
        }

        if (!seen.Add(found.Text))
        {
            errors.Duplicate(at, jsonPath);
        }
    }
}
