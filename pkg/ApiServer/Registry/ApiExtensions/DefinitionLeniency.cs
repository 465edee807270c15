using System.Text.Json.Nodes;
using Kube1.ApiServer.Extensions.Schemas;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.ApiExtensions;

/// <summary>
/// What is asked of a definition. On update nothing is asked that the stored one does not obey: newer rules must not lock
/// out what older versions took.
/// </summary>
internal sealed record DefinitionLeniency
{
    /// <summary>More than that many fields cannot be selected by.</summary>
    public const int MaxSelectableFields = 8;

    /// <summary>What is asked of a new definition.</summary>
    public static DefinitionLeniency None { get; } = new();

    /// <summary>Whether every version needs a schema.</summary>
    public bool RequireSchema { get; init; } = true;

    /// <summary>Whether types must be those of OpenAPI.</summary>
    public bool RequireValidTypes { get; init; } = true;

    /// <summary>Whether schemas must be structural.</summary>
    public bool RequireStructural { get; init; } = true;

    /// <summary>Whether defaults may have no unknown fields.</summary>
    public bool RequirePrunedDefaults { get; init; } = true;

    /// <summary>Whether the items of sets must be atomic.</summary>
    public bool RequireAtomicSets { get; init; } = true;

    /// <summary>Whether keys of lists must be there, and items not null.</summary>
    public bool RequireListKeys { get; init; } = true;

    /// <summary>The versions that may have too many selectable fields; empty for the top.</summary>
    public IReadOnlySet<string> TooManySelectableFields { get; init; } = new HashSet<string>();

    /// <summary>The versions whose schemas are what they were: their rules may be as dear as they are.</summary>
    public IReadOnlySet<string> UnchangedSchemas { get; init; } = new HashSet<string>();

    /// <summary>What is asked of a change.</summary>
    public static DefinitionLeniency Of(DefinitionForm form, DefinitionForm old)
    {
        var all = old.Schemas.SelectMany(SchemaTraversal.All).ToList();
        return new DefinitionLeniency
        {
            RequireSchema = old.Versions.All(v => DefinitionForm.SchemaOf(v) is not null),
            RequireValidTypes = all.TrueForAll(s => DefinitionSchemaRules.IsType(s.Text("type"))),
            RequireStructural = old.Schemas.All(IsStructural),
            RequirePrunedDefaults = !old.Schemas.Any(HasUnprunedDefaults),
            RequireAtomicSets = !all.Exists(SchemaListRules.IsSetOfOpenItems),
            RequireListKeys = all.TrueForAll(s => !SchemaListRules.HasOpenKeys(s)),
            TooManySelectableFields = FindTooManySelectableFields(form, old),
            UnchangedSchemas = form.Versions.Where(v => IsUnchanged(v, old)).Select(v => v.Text("name"))
                .ToHashSet(StringComparer.Ordinal),
        };
    }

    private static bool IsUnchanged(JsonObject version, DefinitionForm old) =>
        old.Versions.FirstOrDefault(v => v.Text("name") == version.Text("name")) is { } before
        && SemanticEquality.Same(DefinitionForm.SchemaOf(version), DefinitionForm.SchemaOf(before));

    private static bool IsStructural(JsonObject schema)
    {
        try
        {
            var errors = new Api.Validation.FieldErrorList();
            StructuralRules.Validate(StructuralSchema.Parse(schema), Api.Validation.FieldPath.None, errors);
            return errors.Count == 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static bool HasUnprunedDefaults(JsonObject schema)
    {
        try
        {
            return DefaultRules.HasUnprunedDefaults(StructuralSchema.Parse(schema));
        }
        catch (FormatException)
        {
            // Of a schema that is not structural nothing is asked for this reason.
            return false;
        }
    }

    private static HashSet<string> FindTooManySelectableFields(DefinitionForm form, DefinitionForm old)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        if (IsTooManyAsBefore(form.Shared("selectableFields"), old.Shared("selectableFields")))
        {
            found.Add("");
        }

        foreach (var version in form.Versions)
        {
            var before = old.Versions.LastOrDefault(v => v.Text("name") == version.Text("name"));
            if (before is not null
                && IsTooManyAsBefore(form.Own(version, "selectableFields"), old.Own(before, "selectableFields")))
            {
                found.Add(version.Text("name"));
            }
        }

        return found;
    }

    private static bool IsTooManyAsBefore(JsonNode? fields, JsonNode? before) =>
        before is JsonArray { Count: > MaxSelectableFields } && SemanticEquality.Same(fields, before);
}
