using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Extensions.JsonPaths;

/// <summary>One step of a <see cref="JsonPath"/>.</summary>
internal abstract class PathStep
{
    /// <summary>Adds what the step leads to from a value.</summary>
    public abstract void Walk(JsonNode? from, List<JsonNode?> found);
}

/// <summary>".name"</summary>
internal sealed class FieldStep(string name) : PathStep
{
    public override void Walk(JsonNode? from, List<JsonNode?> found)
    {
        if (from is JsonObject obj && obj.TryGetPropertyValue(name, out var value))
        {
            found.Add(value);
        }
    }
}

/// <summary>".*": all members, or all items.</summary>
internal sealed class WildcardStep : PathStep
{
    public override void Walk(JsonNode? from, List<JsonNode?> found)
    {
        switch (from)
        {
            case JsonObject obj:
                found.AddRange(obj.Select(p => p.Value));
                break;
            case JsonArray list:
                found.AddRange(list);
                break;
            default:
                break;
        }
    }
}

/// <summary>"..": the value itself and all that is below it.</summary>
internal sealed class RecursiveStep : PathStep
{
    public override void Walk(JsonNode? from, List<JsonNode?> found)
    {
        // A stack of its own: how deep objects nest is bounded, but not by what this thread's stack takes.
        var open = new Stack<JsonNode?>([from]);
        while (open.TryPop(out var node) && found.Count <= JsonPath.MaxResults)
        {
            if (node is JsonObject or JsonArray)
            {
                found.Add(node);
            }

            var children = node switch
            {
                JsonObject obj => obj.Select(p => p.Value),
                JsonArray list => list,
                _ => Enumerable.Empty<JsonNode?>(),
            };
            foreach (var child in children.Reverse())
            {
                open.Push(child);
            }
        }
    }
}

/// <summary>"[2]", "[-1]", "[1:3]", "[::2]"; null where a bound is not given.</summary>
internal sealed class SliceStep(int? start, int? end, int? step, bool isIndex) : PathStep
{
    public override void Walk(JsonNode? from, List<JsonNode?> found)
    {
        if (from is not JsonArray list)
        {
            return;
        }

        var first = FromStart(start ?? 0, list.Count);
        if (isIndex)
        {
            if (first >= 0 && first < list.Count)
            {
                found.Add(list[first]);
            }

            return;
        }

        var last = Math.Min(FromStart(end ?? list.Count, list.Count), list.Count);
        var stride = step ?? 1;
        if (first < 0 || stride <= 0)
        {
            return;
        }

        for (var i = first; i < last; i += stride)
        {
            found.Add(list[i]);
        }
    }

    private static int FromStart(int index, int count) => index < 0 ? index + count : index;
}

/// <summary>"[0,2]", "['a','b']": what each of the paths leads to.</summary>
internal sealed class UnionStep(IReadOnlyList<JsonPath> paths) : PathStep
{
    public override void Walk(JsonNode? from, List<JsonNode?> found)
    {
        foreach (var path in paths)
        {
            found.AddRange(path.Find(from));
        }
    }
}

/// <summary>A text, number or truth value in a filter.</summary>
internal sealed class LiteralStep(JsonNode value) : PathStep
{
    public override void Walk(JsonNode? from, List<JsonNode?> found) => found.Add(value);
}

/// <summary>"[?(@.a==1)]": the items for which it holds; without an operator those that have the left side.</summary>
internal sealed class FilterStep(JsonPath left, string comparison, JsonPath? right) : PathStep
{
    public override void Walk(JsonNode? from, List<JsonNode?> found)
    {
        if (from is JsonArray list)
        {
            found.AddRange(list.Where(Holds));
        }
    }

    private bool Holds(JsonNode? item)
    {
        var lefts = left.Find(item);
        if (right is null)
        {
            return lefts.Count > 0;
        }

        return lefts is [{ } a] && right.Find(item) is [{ } b] && Compare(a, b);
    }

    private bool Compare(JsonNode a, JsonNode b)
    {
        var (kind, other) = (a.GetValueKind(), b.GetValueKind());
        if (kind == JsonValueKind.Number && other == JsonValueKind.Number)
        {
            return Holds(Number(a).CompareTo(Number(b)));
        }

        if (kind == JsonValueKind.String && other == JsonValueKind.String)
        {
            return Holds(string.CompareOrdinal((string?)a, (string?)b));
        }

        // Values of other or of different kinds are the same or not, but have no order.
        var isSame = kind == other && kind is JsonValueKind.True or JsonValueKind.False;
        return comparison switch { "==" => isSame, "!=" => !isSame, _ => false };
    }

    private bool Holds(int order) => comparison switch
    {
        "==" => order == 0,
        "!=" => order != 0,
        "<" => order < 0,
        "<=" => order <= 0,
        ">" => order > 0,
        ">=" => order >= 0,
        _ => false,
    };

    private static double Number(JsonNode node) =>
        double.Parse(node.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);
}
