namespace Kube1.ApiServer.Extensions.Schemas;

/// <summary>What every resource has, whether its schema says so or not (WithTypeAndObjectMeta of model/schemas.go).</summary>
internal static class ResourceSchema
{
    // DNS subdomains; behind a generateName comes at least one more character.
    private const long MaxNameLength = 253;

    private static readonly StructuralSchema Text = new() { Type = "string" };

    /// <summary>The schema with apiVersion, kind and the names.</summary>
    public static StructuralSchema Of(StructuralSchema schema)
    {
        var metadata = schema.Find("metadata");
        if (IsText(schema, "kind") && IsText(schema, "apiVersion") && metadata is { Type: "object" }
            && IsText(metadata, "name") && IsText(metadata, "generateName"))
        {
            return schema;
        }

        var properties = new Dictionary<string, StructuralSchema>(schema.PropertyTable, StringComparer.Ordinal)
        {
            ["kind"] = Text,
            ["apiVersion"] = Text,
            ["metadata"] = new StructuralSchema
            {
                Type = "object",
                PropertyTable = new(StringComparer.Ordinal)
                {
                    ["name"] = Capped(metadata?.Find("name"), MaxNameLength),
                    ["generateName"] = Capped(metadata?.Find("generateName"), MaxNameLength - 1),
                },
            }.Summarized(),
        };
        return new StructuralSchema
        {
            Type = schema.Type,
            Nullable = schema.Nullable,
            Default = schema.Default,
            PropertyTable = properties,
            AdditionalProperties = schema.AdditionalProperties,
            AllowsAdditionalProperties = schema.AllowsAdditionalProperties,
            PreservesUnknownFields = schema.PreservesUnknownFields,
            IsEmbeddedResource = schema.IsEmbeddedResource,
            IsIntOrString = schema.IsIntOrString,
            ListType = schema.ListType,
            ListMapKeys = schema.ListMapKeys,
            MapType = schema.MapType,
            Rules = schema.Rules,
            Validation = schema.Validation,
        }.Summarized();
    }

    private static bool IsText(StructuralSchema schema, string property) => schema.Find(property) is { Type: "string" };

    private static StructuralSchema Capped(StructuralSchema? text, long most) => new StructuralSchema
    {
        Type = "string",
        Validation = new ValueValidation { MaxLength = Math.Min(text?.Validation.MaxLength ?? most, most) },
    }.Summarized();
}
