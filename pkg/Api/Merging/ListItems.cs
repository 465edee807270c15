using Kube1.Api.Json;
using System.Text.Json.Nodes;
using Kube1.Api.FieldSets;
using Kube1.Api.Schema;

namespace Kube1.Api.Merging;

/// <summary>What tells the items of sets and keyed lists apart.</summary>
internal static class ListItems
{
    /// <summary>Up to here, comparing each item with each other one is quicker than hashing them.</summary>
    private const int MaxComparedItems = 24;

    /// <summary>
    /// The step that leads to an item. Throws <see cref="MergeException"/> for one that cannot be told apart.
    /// </summary>
    public static PathElement StepOf(MergeRule list, JsonNode? item) =>
        list.Form == MergeForm.Set ? MemberStep(item) : KeyStep(list, item);

    /// <summary>The steps of all items, in their order.</summary>
    public static PathElement[] StepsOf(MergeRule list, JsonArray? items)
    {
        var steps = new PathElement[items?.Count ?? 0];
        for (var i = 0; i < steps.Length; i++)
        {
            try
            {
                steps[i] = StepOf(list, items![i]);
            }
            catch (MergeException e)
            {
                throw new MergeException($"element {i}: {e.Message}");
            }
        }

        return steps;
    }

    /// <summary>
    /// Whether no item stands twice. Also says no for long lists, whose items are better told apart by hash.
    /// </summary>
    public static bool AreFewAndDistinct(PathElement[] steps)
    {
        if (steps.Length > MaxComparedItems)
        {
            return false;
        }

        for (var i = 1; i < steps.Length; i++)
        {
            if (Array.IndexOf(steps, steps[i]) != i)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// What stands in a field of which nothing is known but that it is there: the zero value of its kind.
    /// </summary>
    public static JsonNode? ZeroOf(SchemaValue value) => value.Kind switch
    {
        SchemaKind.String => JsonValue.Create(""),
        SchemaKind.Integer32 or SchemaKind.Integer64 or SchemaKind.Number => JsonValue.Create(0),
        SchemaKind.IntOrString => JsonValue.Create(0),
        SchemaKind.Boolean => JsonValue.Create(false),
        SchemaKind.Quantity => JsonValue.Create("0"),
        SchemaKind.Object => new JsonObject(),
        _ => null,
    };

    private static PathElement MemberStep(JsonNode? item)
    {
        var value = FieldScalar.Of(item);
        return value switch
        {
            { IsMap: true } => throw new MergeException(
                "associative list without keys has an element that's a map type"),
            { IsList: true } => throw new MergeException("not supported: associative list with lists as elements"),
            { IsNull: true } => throw new MergeException(
                "associative list without keys has an element that's an explicit null"),
            _ => PathElement.OfValue(value),
        };
    }

    private static PathElement KeyStep(MergeRule list, JsonNode? item)
    {
        if (item is not JsonObject map)
        {
            throw new MergeException(item is null
                ? "associative list with keys may not have a null element"
                : "associative list with keys may not have non-map elements");
        }

        var type = list.Element.Value.Type;
        var count = 0;
        var fields = new KeyField[list.Keys.Count];
        foreach (var name in list.Keys)
        {
            if (map.TryGetPropertyValue(name, out var value))
            {
                fields[count++] = new KeyField(name, FieldScalar.Of(value));
            }
            else if (type?.Find(name) is { } field && DefaultOf(field) is { } fallback)
            {
                fields[count++] = new KeyField(name, FieldScalar.Of(fallback));
            }
        }

        return count > 0
            ? PathElement.OfKey(count == fields.Length ? fields : fields[..count])
            : throw new MergeException(
                "associative list with keys has an element that omits all key fields ["
                + string.Join(' ', list.Keys.Select(GoText.Quote))
                + "] (and doesn't have default values for any key fields)");
    }

    private static JsonNode? DefaultOf(SchemaField field) =>
        field.Default is { } text ? JsonNode.Parse(text) : field.IsAlwaysPresent ? ZeroOf(field.Value) : null;
}
