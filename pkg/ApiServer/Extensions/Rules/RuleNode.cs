using System.Collections.Immutable;
using Kube1.ApiServer.Expressions;
using Kube1.ApiServer.Extensions.Schemas;

namespace Kube1.ApiServer.Extensions.Rules;

/// <summary>
/// The rules of one schema and of those below it, as far as there are any: a walk over an object goes only where rules
/// are (Validator of k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel).
/// </summary>
internal sealed class RuleNode
{
    private RuleNode(StructuralSchema schema, bool isResource)
    {
        Schema = schema;
        SelfSchema = isResource ? schema.AsResource : schema;
    }

    /// <summary>The schema of the values.</summary>
    public StructuralSchema Schema { get; }

    /// <summary>The schema through which rules see them.</summary>
    public StructuralSchema SelfSchema { get; }

    /// <summary>The rules about the value itself.</summary>
    public ImmutableArray<CompiledRule> Rules { get; private init; } = [];

    /// <summary>Whether some rule compares with what was before.</summary>
    public bool UsesOldSelf { get; private init; }

    /// <summary>Why the rules could not be compiled at all; null for no reason.</summary>
    public string? Defect { get; private init; }

    /// <summary>Rules within allOf, about the same value.</summary>
    public ImmutableArray<RuleNode> AllOf { get; private init; } = [];

    /// <summary>Rules about the fields.</summary>
    public IReadOnlyDictionary<string, RuleNode>? Properties { get; private init; }

    /// <summary>Rules about the values of a map.</summary>
    public RuleNode? AdditionalProperties { get; private init; }

    /// <summary>Rules about the items of a list.</summary>
    public RuleNode? Items { get; private init; }

    /// <summary>Compiles the rules in the schema of a resource, or of a value; null when there are none.</summary>
    public static RuleNode? Compile(StructuralSchema schema, bool isResource)
    {
        if (!schema.HasRules)
        {
            return null;
        }

        var types = new DeclaredTypes();
        return Compile(schema, schema, isResource, types.Declare(schema, isResource, "object"), types);
    }

    // Rules may stand in the schema itself or in one within allOf, which has no structure of its own.
    private static RuleNode? Compile(
        StructuralSchema rules, StructuralSchema place, bool isResource, DeclaredType? self, DeclaredTypes types)
    {
        var properties = CompileProperties(rules, place, self, types);
        var items = rules.Items is { } itemRules && place.Items is { } itemPlace
            ? Compile(itemRules, itemPlace, itemPlace.IsEmbeddedResource, self?.Element, types)
            : null;
        var values = rules.AdditionalProperties is { } valueRules && place.AdditionalProperties is { } valuePlace
            ? Compile(valueRules, valuePlace, valuePlace.IsEmbeddedResource, self?.Element, types)
            : null;
        ImmutableArray<RuleNode> allOf =
            [.. rules.Validation.AllOf.Select(r => Compile(r, place, isResource, self, types)).OfType<RuleNode>()];
        if (rules.Rules.Count == 0 && properties is null && items is null && values is null && allOf.IsEmpty)
        {
            return null;
        }

        var compiled = self is null ? [] : CompiledRule.CompileAll(rules.Rules, place, self, types);
        return new RuleNode(place, isResource)
        {
            Rules = compiled,
            UsesOldSelf = compiled.Any(r => r.UsesOldSelf),
            Defect = self is null && rules.Rules.Count > 0
                ? "failed to convert to declType for CEL validation rules" : null,
            AllOf = allOf,
            Properties = properties,
            AdditionalProperties = values,
            Items = items,
        };
    }

    private static Dictionary<string, RuleNode>? CompileProperties(
        StructuralSchema rules, StructuralSchema place, DeclaredType? self, DeclaredTypes types)
    {
        Dictionary<string, RuleNode>? properties = null;
        foreach (var (name, inner) in rules.Properties)
        {
            if (place.Find(name) is not { } property)
            {
                // Only fields on the spine of the schema can have rules.
                continue;
            }

            // What expressions cannot say is no field of the type, and yet has one.
            var type = FieldNames.Escape(name) is { } identifier
                ? self?.Fields?.GetValueOrDefault(identifier)
                : types.Declare(property, property.IsEmbeddedResource, $"{self?.Type.Name}.{name}");
            if (type is not null && Compile(inner, property, property.IsEmbeddedResource, type, types) is { } node)
            {
                (properties ??= new(StringComparer.Ordinal))[name] = node;
            }
        }

        return properties;
    }
}
