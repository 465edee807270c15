using System.Text.Json.Nodes;

namespace Kube1.Api.Json;

/// <summary>
/// Removing many members or items at once. A JsonObject keeps its order: taking one out moves all that follow, and a
/// hostile body of a hundred thousand of them would keep a processor busy for minutes.
/// </summary>
internal static class JsonMembers
{
    /// <summary>Up to so many, single removals are cheaper than a new table.</summary>
    private const int Few = 16;

    /// <summary>Removes the members with these names; the others keep their order.</summary>
    public static void RemoveAll(this JsonObject map, IReadOnlySet<string> names)
    {
        if (names.Count <= Few)
        {
            foreach (var name in names)
            {
                map.Remove(name);
            }

            return;
        }

        var members = map.ToList();
        map.Clear();
        foreach (var (name, value) in members)
        {
            if (!names.Contains(name))
            {
                map.Add(name, value);
            }
        }
    }

    /// <summary>Removes the items that the predicate names; the others keep their order.</summary>
    public static void RemoveAll(this JsonArray list, Predicate<JsonNode?> isDoomed)
    {
        var items = list.ToList();
        if (items.RemoveAll(isDoomed) == 0)
        {
            return;
        }

        list.Clear();
        foreach (var item in items)
        {
            list.Add(item);
        }
    }
}
