using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Extensions.Schemas;

/// <summary>
/// The keywords of a schema that check values and give them no structure. Numbers are floats as upstream reads them.
/// https://datatracker.ietf.org/doc/html/draft-wright-json-schema-validation-00
/// </summary>
internal sealed record ValueValidation
{
    /// <summary>No keyword at all.</summary>
    public static ValueValidation None { get; } = new();

    /// <summary>"date-time", "int32", …; empty for none.</summary>
    public string Format { get; init; } = "";

    /// <summary>The greatest number; null for none.</summary>
    public double? Maximum { get; init; }

    /// <summary>Whether the maximum itself is too great.</summary>
    public bool ExclusiveMaximum { get; init; }

    /// <summary>The smallest number; null for none.</summary>
    public double? Minimum { get; init; }

    /// <summary>Whether the minimum itself is too small.</summary>
    public bool ExclusiveMinimum { get; init; }

    /// <summary>What a number must be a multiple of; null for anything.</summary>
    public double? MultipleOf { get; init; }

    /// <summary>The most characters (code points) of a text; null for no bound.</summary>
    public long? MaxLength { get; init; }

    /// <summary>The fewest characters (code points) of a text; null for no bound.</summary>
    public long? MinLength { get; init; }

    /// <summary>An expression in RE2's syntax that some part of a text must match; empty for none.</summary>
    public string Pattern { get; init; } = "";

    /// <summary>The most items of a list; null for no bound.</summary>
    public long? MaxItems { get; init; }

    /// <summary>The fewest items of a list; null for no bound.</summary>
    public long? MinItems { get; init; }

    /// <summary>Whether no item may stand twice. Definitions may not say so; validation knows it all the same.</summary>
    public bool UniqueItems { get; init; }

    /// <summary>The most members of an object; null for no bound.</summary>
    public long? MaxProperties { get; init; }

    /// <summary>The fewest members of an object; null for no bound.</summary>
    public long? MinProperties { get; init; }

    /// <summary>The members that must be there.</summary>
    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>The only values; none for any. They are shared: clone one before use.</summary>
    public IReadOnlyList<JsonNode?> Enum { get; init; } = [];

    /// <summary>Schemas of which all must hold.</summary>
    public IReadOnlyList<StructuralSchema> AllOf { get; init; } = [];

    /// <summary>Schemas of which one must hold.</summary>
    public IReadOnlyList<StructuralSchema> AnyOf { get; init; } = [];

    /// <summary>Schemas of which exactly one must hold.</summary>
    public IReadOnlyList<StructuralSchema> OneOf { get; init; } = [];

    /// <summary>The schema that must not hold; null for none.</summary>
    public StructuralSchema? Not { get; init; }
}
