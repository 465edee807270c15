using Kube1.Api.Patterns;
using Kube1.ApiServer.Extensions.Schemas.Formats;

namespace Kube1.ApiServer.Extensions.Schemas;

/// <summary>What a schema checks of one value, made ready: its types, its format's check and its compiled pattern.</summary>
internal sealed class ScalarChecks
{
    private ScalarChecks(StructuralSchema schema)
    {
        Types = schema.IsIntOrString ? ["integer", "string"] : schema.Type.Length > 0 ? [schema.Type] : [];
        TakesInteger = Types.Contains("integer");
        TakesNumber = Types.Contains("number");
        // Of two types neither is the one that the format is for, and it is taken for one of texts.
        Format = SchemaFormats.IsKnown(schema.Validation.Format, Types.Length == 1 ? Types[0] : "")
            ? schema.Validation.Format
            : "";
        FormatCheck = SchemaFormats.Find(Format);
        TypeNames = string.Join(',', Types);
        NumberType = Types.Length == 1 && (TakesInteger || TakesNumber) ? Types[0] : "";
        if (schema.Validation.Pattern.Length > 0)
        {
            try
            {
                Pattern = Re2Pattern.Compile(schema.Validation.Pattern);
            }
            catch (FormatException e)
            {
                PatternError = e.Message;
            }
        }
    }

    /// <summary>The types that fit; none for all.</summary>
    public string[] Types { get; }

    /// <summary>The same for messages.</summary>
    public string TypeNames { get; }

    /// <summary>Whether whole numbers fit.</summary>
    public bool TakesInteger { get; }

    /// <summary>Whether all numbers fit.</summary>
    public bool TakesNumber { get; }

    /// <summary>"integer" or "number" when that is the only type; empty otherwise.</summary>
    public string NumberType { get; }

    /// <summary>The format, when Kubernetes knows it for the type; empty otherwise.</summary>
    public string Format { get; }

    /// <summary>The check of a text's format; null for none.</summary>
    public Func<string, bool>? FormatCheck { get; }

    /// <summary>The pattern of texts; null for none.</summary>
    public Re2Pattern? Pattern { get; }

    /// <summary>What is wrong with the pattern, which then nothing matches; null when it is sound.</summary>
    public string? PatternError { get; }

    /// <summary>Makes the checks of a schema.</summary>
    public static ScalarChecks Of(StructuralSchema schema) => new(schema);
}
