using System.Text.Json.Nodes;
using Kube1.Api.FieldSets;

namespace Kube1.Api.Merging;

/// <summary>The items of a set or keyed list by what tells them apart; some may stand more than once.</summary>
internal sealed class ListIndex
{
    private static readonly List<JsonNode?> None = [];

    private readonly Dictionary<PathElement, List<JsonNode?>> _items = [];

    public ListIndex(JsonArray? list, PathElement[] steps)
    {
        for (var i = 0; i < steps.Length; i++)
        {
            if (!_items.TryGetValue(steps[i], out var items))
            {
                _items[steps[i]] = items = [];
                Steps.Add(steps[i]);
            }

            items.Add(list![i]);
        }
    }

    /// <summary>Each step once, in the order of the list.</summary>
    public List<PathElement> Steps { get; } = [];

    /// <summary>Whether there is such an item.</summary>
    public bool Has(PathElement step) => _items.ContainsKey(step);

    /// <summary>The items of a step.</summary>
    public List<JsonNode?> Of(PathElement step) => _items.GetValueOrDefault(step, None);
}
