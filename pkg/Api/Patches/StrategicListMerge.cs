using System.Text.Json.Nodes;
using Kube1.Api.Merging;
using Kube1.Api.Schema;

namespace Kube1.Api.Patches;

/// <summary>
/// How strategic merge patches merge lists: items are told apart by their merge key, scalars by their value.
/// </summary>
internal static class StrategicListMerge
{
    /// <summary>Merges the items of a patch into a list; what comes back is in upstream's order.</summary>
    public static JsonArray Merge(JsonArray original, JsonArray patch, SchemaField field)
    {
        if (original.Count == 0 && patch.Count == 0)
        {
            return [];
        }

        var key = field.PatchMergeKey;
        var before = Detach(original);
        var changes = Detach(patch);
        if (!HasObjects(before, changes, field))
        {
            var scalars = before.Concat(changes).DistinctBy(item => Identity(item, "")).ToList();
            return Arrange([.. scalars.Select(item => item?.DeepClone())], changes, before, "");
        }

        var order = before.ToList();
        var merged = MergeObjects(before, changes, field, key, out var effective);
        return Arrange(merged, effective, order, key);
    }

    /// <summary>
    /// Merges with a $setElementOrder: <paramref name="order"/> lists the items as the client wants to see them;
    /// items that
    /// only the server knows keep their place among them as well as can be.
    /// </summary>
    public static void MergeInOrder(
        JsonObject original, string name, JsonArray? patch, JsonArray order, SchemaField? field)
    {
        var key = field?.PatchMergeKey ?? "";
        CheckOrder(patch, order, key);
        var serverOrder = original[name] is JsonArray list ? list.Select(item => item?.DeepClone()).ToList() : [];
        JsonArray merged;
        switch (original[name] as JsonArray, patch)
        {
            case (null, null):
                return;
            case ({ } existing, null):
                merged = existing;
                break;
            case (null, { } added):
                StrategicMergePatch.DropDirectives(added);
                merged = added;
                break;
            case ({ } existing, { } changes):
                merged = field is { Merges: true } ? Merge(existing, changes, field) : changes;
                break;
        }

        original[name] = Arrange(Detach(merged), Detach(order), serverOrder, key);
    }

    private static bool HasObjects(List<JsonNode?> before, List<JsonNode?> changes, SchemaField field)
    {
        var objects = before.Concat(changes).Count(item => item is JsonObject);
        if (before.Concat(changes).FirstOrDefault() is JsonArray)
        {
            throw PatchErrors.Unprocessable("lists of lists are not supported");
        }

        if (before.Concat(changes).DistinctBy(item => GoValueText.TypeOf(item, keepsIntegers: true)).Skip(1).Any())
        {
            throw PatchErrors.Unclassified(
                $"list element types are not identical: [[{string.Join(' ', before.Select(GoValueText.Of))}] "
                + $"[{string.Join(' ', changes.Select(GoValueText.Of))}]]");
        }

        if (objects > 0 && field.PatchMergeKey.Length == 0)
        {
            throw PatchErrors.Unclassified("cannot merge lists without merge key for struct");
        }

        return objects > 0;
    }

    private static List<JsonNode?> MergeObjects(
        List<JsonNode?> before, List<JsonNode?> changes, SchemaField field, string key, out List<JsonNode?> effective)
    {
        var replaces = false;
        var doomed = new HashSet<string>(StringComparer.Ordinal);
        effective = [];
        foreach (var change in changes.Cast<JsonObject>())
        {
            if (!change.TryGetPropertyValue(StrategicMergePatch.Directive, out var directive))
            {
                effective.Add(change);
                continue;
            }

            switch (StrategicMergePatch.Text(directive))
            {
                case "delete":
                    doomed.Add(RequiredIdentity(change, key));
                    break;
                case "replace":
                    replaces = true;
                    break;
                case "merge":
                    throw PatchErrors.Unclassified("merging lists cannot yet be specified in the patch");
                default:
                    throw PatchErrors.UnknownPatchType(directive, change);
            }
        }

        if (replaces)
        {
            return effective;
        }

        var merged = before.Where(item => Identity(item, key) is not { } id || !doomed.Contains(id)).ToList();
        var places = Positions(merged, key);
        for (var i = 0; i < effective.Count; i++)
        {
            var change = (JsonObject)effective[i]!;
            var id = RequiredIdentity(change, key);
            if (places.TryGetValue(id, out var at))
            {
                // Merging consumes the change, but the order still needs its key.
                effective[i] = new JsonObject { [key] = change[key]!.DeepClone() };
                merged[at] = StrategicMergePatch.MergeMap((JsonObject)merged[at]!, change, field.Value.Element);
            }
            else
            {
                places[id] = merged.Count;
                merged.Add(change);
            }
        }

        return merged;
    }

    /// <summary>
    /// Puts the items that the client named in its order, and those that only the server has in the server's. Where
    /// the two
    /// meet, the server's order decides if it knows both; otherwise the client's item comes first.
    /// </summary>
    private static JsonArray Arrange(
        List<JsonNode?> merged, List<JsonNode?> clientOrder, List<JsonNode?> serverOrder, string key)
    {
        var wanted = Positions(clientOrder, key);
        var known = Positions(serverOrder, key);
        var named = merged.Where(item => PlaceOf(wanted, item, key) >= 0)
            .OrderBy(item => PlaceOf(wanted, item, key)).ToList();
        var serverOnly = merged.Where(item => PlaceOf(wanted, item, key) < 0)
            .OrderBy(item => PlaceOf(known, item, key)).ToList();
        var result = new JsonArray();
        var (left, right) = (0, 0);
        while (left < serverOnly.Count || right < named.Count)
        {
            var takeServer = right == named.Count || (left < serverOnly.Count
                && StandsBefore(PlaceOf(known, serverOnly[left], key), PlaceOf(known, named[right], key)));
            result.Add(takeServer ? serverOnly[left++] : named[right++]);
        }

        return result;
    }

    private static bool StandsBefore(int left, int right) => left >= 0 && right >= 0 && left < right;

    private static int PlaceOf(Dictionary<string, int> places, JsonNode? item, string key) =>
        Identity(item, key) is { } id && places.TryGetValue(id, out var place) ? place : -1;

    private static Dictionary<string, int> Positions(List<JsonNode?> items, string key)
    {
        var places = new Dictionary<string, int>(items.Count, StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            if (Identity(items[i], key) is { } id)
            {
                places.TryAdd(id, i);
            }
        }

        return places;
    }

    /// <summary>
    /// What tells an item apart: its merge key's value, or a scalar's own; null for an item without key.
    /// </summary>
    private static string? Identity(JsonNode? item, string key)
    {
        if (key.Length == 0)
        {
            return item?.ToJsonString() ?? "null";
        }

        return (item as JsonObject)?[key]?.ToJsonString();
    }

    private static string RequiredIdentity(JsonObject item, string key) => Identity(item, key)
        ?? throw PatchErrors.Unclassified(
            $"map: {GoValueText.Of(item)} does not contain declared merge key: {key}");

    // What the patch changes must stand in its order list, in the same order.
    private static void CheckOrder(JsonArray? patch, JsonArray order, string key)
    {
        var at = 0;
        foreach (var item in patch ?? [])
        {
            if (item is JsonObject change && change.ContainsKey(StrategicMergePatch.Directive))
            {
                continue;
            }

            while (at < order.Count && Identity(order[at], key) != Identity(item, key))
            {
                at++;
            }

            if (at == order.Count)
            {
                throw PatchErrors.Unclassified(
                    $"The order in patch list:\n{GoValueText.Of(patch)}\n doesn't match "
                    + $"$setElementOrder list:\n{GoValueText.Of(order)}\n");
            }

            at++;
        }
    }

    private static List<JsonNode?> Detach(JsonArray list)
    {
        var items = list.ToList();
        list.Clear();
        return items;
    }
}
