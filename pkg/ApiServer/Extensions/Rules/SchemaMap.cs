using System.Text.Json.Nodes;
using Kube1.ApiServer.Expressions;
using Kube1.ApiServer.Extensions.Schemas;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Extensions.Rules;

/// <summary>
/// A JSON object seen through its schema. The fields of an object have the names that expressions can say; an absent
/// field and one that is null are the same. The keys of a map are as they are.
/// </summary>
internal sealed class SchemaMap(JsonObject members, StructuralSchema schema) : CelMap
{
    private readonly bool _isObject = schema.Properties.Count > 0;

    /// <inheritdoc/>
    public override int Count => members.Count;

    /// <inheritdoc/>
    public override bool TryGet(in CelValue key, out CelValue value)
    {
        value = default;
        if (key.Kind != CelKind.String || NameOf(key.AsString) is not { } name
            || !members.TryGetPropertyValue(name, out var member) || (_isObject && member is null)
            || SchemaOf(name) is not { } inner)
        {
            return false;
        }

        value = SchemaValues.Of(member, inner);
        return true;
    }

    /// <inheritdoc/>
    public override bool Has(in CelValue key) =>
        key.Kind == CelKind.String && NameOf(key.AsString) is { } name && members.TryGetPropertyValue(name, out var member)
        && !(_isObject && member is null) && SchemaOf(name) is not null;

    /// <inheritdoc/>
    public override CelValue KeyAt(int index)
    {
        var name = members.GetAt(index).Key;
        return CelValue.Of(_isObject ? FieldNames.Escape(name) ?? name : name);
    }

    /// <inheritdoc/>
    public override CelValue ValueAt(int index)
    {
        var (name, member) = members.GetAt(index);
        return SchemaOf(name) is { } inner ? SchemaValues.Of(member, inner) : JsonViews.Of(member);
    }

    /// <summary>Fields that the schema does not know must be the same JSON where both have them.</summary>
    public override bool EqualTo(CelMap other)
    {
        if (Count != other.Count)
        {
            return false;
        }

        foreach (var (name, member) in members)
        {
            var key = CelValue.Of(name);
            if (SchemaOf(name) is null)
            {
                if (other is not SchemaMap { Members: var theirs }
                    || (theirs.TryGetPropertyValue(name, out var known) && !JsonNode.DeepEquals(member, known)))
                {
                    return false;
                }
            }
            else if (TryGet(key, out var mine) != other.TryGet(key, out var value)
                || (mine.IsSet && !CelEquality.AreEqual(mine, value)))
            {
                return false;
            }
        }

        return true;
    }

    private JsonObject Members => members;

    private string? NameOf(string key) => _isObject ? FieldNames.Unescape(key) : key;

    private StructuralSchema? SchemaOf(string name) => _isObject ? schema.Find(name) : schema.AdditionalProperties;
}
