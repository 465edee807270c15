using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Extensions.Schemas;

/// <summary>
/// One JSONSchemaProps of a CustomResourceDefinition, read once and then never changed. The same type stands for the
/// schemas that give a value its structure and for those nested in allOf, anyOf, oneOf and not, which only check it.
/// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
/// </summary>
internal sealed class StructuralSchema
{
    /// <summary>A schema that says nothing.</summary>
    public static StructuralSchema Empty { get; } = new();

    /// <summary>"object", "array", "string", "integer", "number", "boolean" or empty.</summary>
    public string Type { get; init; } = "";

    /// <summary>The heading for readers.</summary>
    public string Title { get; init; } = "";

    /// <summary>What kubectl explain tells.</summary>
    public string Description { get; init; } = "";

    /// <summary>Whether null is a value of its own, which is not dropped.</summary>
    public bool Nullable { get; init; }

    /// <summary>What takes the place of an absent value; null for none. It is shared: clone it before use.</summary>
    public JsonNode? Default { get; init; }

    /// <summary>An example value; null for none.</summary>
    public JsonNode? Example { get; init; }

    /// <summary>description and url of a document elsewhere; null for none.</summary>
    public JsonObject? ExternalDocs { get; init; }

    /// <summary>The fields of an object, in ordinal order.</summary>
    public IReadOnlyDictionary<string, StructuralSchema> Properties => PropertyTable;

    /// <summary>The items of a list; null when nothing is said of them.</summary>
    public StructuralSchema? Items { get; init; }

    /// <summary>The values under all other names; null when nothing is said of them.</summary>
    public StructuralSchema? AdditionalProperties { get; init; }

    /// <summary>Whether other names are allowed: true beside a schema for them; null when nothing is said.</summary>
    public bool? AllowsAdditionalProperties { get; init; }

    /// <summary>x-kubernetes-preserve-unknown-fields: fields that the schema does not name are kept.</summary>
    public bool PreservesUnknownFields { get; init; }

    /// <summary>x-kubernetes-embedded-resource: an object with apiVersion, kind and metadata.</summary>
    public bool IsEmbeddedResource { get; init; }

    /// <summary>x-kubernetes-int-or-string.</summary>
    public bool IsIntOrString { get; init; }

    /// <summary>Whether anyOf says in words what <see cref="IsIntOrString"/> means: an integer or a string.</summary>
    public bool AnyOfSpellsIntOrString => Validation.AnyOf is
    [
        { Type: "integer", IsPlain: true, Default: null, Properties.Count: 0 },
        { Type: "string", IsPlain: true, Default: null, Properties.Count: 0 },
    ];

    /// <summary>The same of the first schema of allOf.</summary>
    public bool FirstAllOfSpellsIntOrString =>
        Validation.AllOf is [var first, ..] && first.AnyOfSpellsIntOrString;

    /// <summary>Whether it says nothing beside its type, its default and its properties.</summary>
    public bool IsPlain => this is
    {
        Title: "", Description: "", Nullable: false, Example: null, ExternalDocs: null, Items: null,
        AllowsAdditionalProperties: null, PreservesUnknownFields: false, IsEmbeddedResource: false, IsIntOrString: false,
        ListType: null, MapType: null, ListMapKeys.Count: 0, Rules.Count: 0,
    } && Validation.Equals(ValueValidation.None);

    /// <summary>x-kubernetes-list-type: "atomic", "set" or "map"; null for none.</summary>
    public string? ListType { get; init; }

    /// <summary>x-kubernetes-list-map-keys.</summary>
    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    /// <summary>x-kubernetes-map-type: "atomic" or "granular"; null for none.</summary>
    public string? MapType { get; init; }

    /// <summary>x-kubernetes-validations.</summary>
    public IReadOnlyList<ValidationRule> Rules { get; init; } = [];

    /// <summary>What values must obey beside their structure.</summary>
    public ValueValidation Validation { get; init; } = ValueValidation.None;

    /// <summary>Whether this schema or one below it, outside allOf and the like, has a default.</summary>
    public bool HasDefaults { get; private set; }

    /// <summary>Whether it or one below it is of an embedded resource.</summary>
    public bool HasEmbeddedResources { get; private set; }

    /// <summary>Whether it or one below it is a list of type "set" or "map".</summary>
    public bool HasKeyedLists { get; private set; }

    /// <summary>Whether it or one below it has rules in CEL.</summary>
    public bool HasRules { get; private set; }

    /// <summary>The properties with a default.</summary>
    public IReadOnlyList<KeyValuePair<string, StructuralSchema>> DefaultedProperties { get; private set; } = [];

    /// <summary>What it checks of one value, made ready at the first use.</summary>
    public ScalarChecks Checks => field ??= ScalarChecks.Of(this);

    /// <summary>
    /// The same with what expressions may see of every resource: apiVersion, kind, metadata.name and
    /// metadata.generateName.
    /// </summary>
    public StructuralSchema AsResource => field ??= ResourceSchema.Of(this);

    internal Dictionary<string, StructuralSchema> PropertyTable { get; init; } = [];

    /// <summary>
    /// Reads a schema as a CustomResourceDefinition has it. Throws <see cref="FormatException"/>, with upstream's text,
    /// for one that uses what no structural schema may.
    /// </summary>
    public static StructuralSchema Parse(JsonObject openAPIV3Schema) => StructuralSchemaReader.Read(openAPIV3Schema);

    /// <summary>The property of this name; null when there is none.</summary>
    public StructuralSchema? Find(string name) => PropertyTable.GetValueOrDefault(name);

    /// <summary>The schema of a member: its property's, or that of all other names. Null for neither.</summary>
    public StructuralSchema? MemberOf(string name) => PropertyTable.GetValueOrDefault(name) ?? AdditionalProperties;

    /// <summary>Takes note of what the schemas below have, so that walks can pass by what does not concern them.</summary>
    internal StructuralSchema Summarized()
    {
        HasDefaults = Default is not null;
        HasEmbeddedResources = IsEmbeddedResource;
        HasKeyedLists = ListType is "set" or "map";
        HasRules = Rules.Count > 0;
        foreach (var child in PropertyTable.Values)
        {
            Take(child);
        }

        Take(Items);
        Take(AdditionalProperties);
        DefaultedProperties = [.. PropertyTable.Where(p => p.Value.Default is not null)];
        return this;
    }

    private void Take(StructuralSchema? child)
    {
        HasDefaults |= child?.HasDefaults == true;
        HasEmbeddedResources |= child?.HasEmbeddedResources == true;
        HasKeyedLists |= child?.HasKeyedLists == true;
        HasRules |= child?.HasRules == true;
    }
}

/// <summary>One rule of x-kubernetes-validations, as it is written.</summary>
/// <param name="Rule">The expression that must be true.</param>
/// <param name="Message">What is said when it is not; empty for none.</param>
/// <param name="MessageExpression">An expression for the same; empty for none.</param>
/// <param name="Reason">The reason of the error, "FieldValueInvalid"; null for none.</param>
/// <param name="FieldPath">The field that is to blame, below the value; empty for the value.</param>
/// <param name="OptionalOldSelf">Whether oldSelf is an optional, and the rule holds on create too; null when unsaid.</param>
internal sealed record ValidationRule(
    string Rule, string Message, string MessageExpression, string? Reason, string FieldPath, bool? OptionalOldSelf);
