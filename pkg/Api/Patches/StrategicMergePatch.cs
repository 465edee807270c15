using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.Api.Schema;

namespace Kube1.Api.Patches;

/// <summary>
/// Strategic merge patch: a merge patch that merges lists item by item where the schema names a merge key, with
/// directives ($patch, $retainKeys, $setElementOrder/…, $deleteFromPrimitiveList/…). Source:
/// https://github.com/kubernetes/community/blob/main/contributors/devel/sig-api-machinery/strategic-merge-patch.md
/// </summary>
public static class StrategicMergePatch
{
    internal const string Directive = "$patch";
    internal const string RetainKeys = "$retainKeys";
    internal const string SetElementOrder = "$setElementOrder/";
    internal const string DeleteFromPrimitiveList = "$deleteFromPrimitiveList/";

    /// <summary>
    /// The object with the patch merged in; both stay as they are. Throws <see cref="ApiException"/> for patches whose
    /// directives make no sense.
    /// </summary>
    public static JsonObject Apply(JsonObject original, JsonObject patch, SchemaType type)
    {
        var result = (JsonObject)original.DeepClone();
        return MergeMap(result, (JsonObject)patch.DeepClone(), SchemaValue.ObjectOf(type));
    }

    /// <summary>
    /// Merges into <paramref name="original"/>, which is consumed as the patch is, and returns the result.
    /// </summary>
    internal static JsonObject MergeMap(JsonObject original, JsonObject patch, SchemaValue? schema)
    {
        if (patch.TryGetPropertyValue(Directive, out var directive))
        {
            switch (Text(directive))
            {
                case "replace":
                    patch.Remove(Directive);
                    return patch;
                case "delete":
                    return [];
                default:
                    throw PatchErrors.UnknownPatchType(directive, patch);
            }
        }

        // All taken out at once, see JsonMembers; what a directive has used up is no change any more.
        var members = patch.ToList();
        patch.Clear();
        var changes = new Dictionary<string, JsonNode?>(members, StringComparer.Ordinal);
        ApplyRetainKeys(original, changes);
        ApplyElementOrders(original, members, changes, schema);
        var removed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, _) in members)
        {
            if (!changes.TryGetValue(name, out var value))
            {
                continue;
            }

            if (name.StartsWith(DeleteFromPrimitiveList, StringComparison.Ordinal))
            {
                DeleteFromList(original, name[DeleteFromPrimitiveList.Length..], value);
                continue;
            }

            if (value is null)
            {
                removed.Add(name);
                continue;
            }

            MergeMember(original, name, value, schema);
        }

        original.RemoveAll(removed);

        return original;
    }

    /// <summary>
    /// Takes the nulls out of a new value, and the maps that are directives; false when it is one itself. Other
    /// directives mean nothing in a new value: they are fields that nobody knows.
    /// </summary>
    internal static bool DropDirectives(JsonNode? value)
    {
        switch (value)
        {
            case JsonObject map:
                if (map.ContainsKey(Directive))
                {
                    return false;
                }

                map.RemoveAll(map.Where(member => member.Value is null || !DropDirectives(member.Value))
                    .Select(member => member.Key).ToHashSet(StringComparer.Ordinal));
                return true;
            case JsonArray list:
                list.RemoveAll(static item => !DropDirectives(item));
                return true;
            default:
                return true;
        }
    }

    internal static SchemaField? FieldOf(SchemaValue? schema, string name) => schema?.Type?.Find(name);

    internal static string Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    private static bool IsDirective(string name) => name is Directive or RetainKeys
        || name.StartsWith(SetElementOrder, StringComparison.Ordinal)
        || name.StartsWith(DeleteFromPrimitiveList, StringComparison.Ordinal);

    private static void MergeMember(JsonObject original, string name, JsonNode value, SchemaValue? schema)
    {
        var field = FieldOf(schema, name);
        var inner = field?.Value ?? (schema?.Kind == SchemaKind.Map ? schema.Element : null);
        switch (original[name], value)
        {
            case (JsonObject before, JsonObject changes):
                if (field is { PatchStrategy: "replace" })
                {
                    original[name] = changes;
                    break;
                }

                var merged = MergeMap(before, changes, inner);
                if (!ReferenceEquals(merged, before))
                {
                    original[name] = merged;
                }

                break;
            case (JsonArray before, JsonArray changes):
                original[name] = field is { Merges: true }
                    ? StrategicListMerge.Merge(before, changes, field)
                    : changes;
                break;
            case (not null, JsonValue):
                original[name] = value;
                break;
            default:
                if (DropDirectives(value))
                {
                    original[name] = value;
                }
                else
                {
                    original.Remove(name);
                }

                break;
        }
    }

    // The keys that the client knows; all others of the original go. Only sensible where kinds of a union exclude
    // one another (volumes, a Deployment's strategy).
    private static void ApplyRetainKeys(JsonObject original, Dictionary<string, JsonNode?> changes)
    {
        if (!changes.Remove(RetainKeys, out var node))
        {
            return;
        }

        if (node is not JsonArray list)
        {
            throw PatchErrors.Bad("invalid patch format of retainKeys");
        }

        var keep = list.Select(Text).ToHashSet(StringComparer.Ordinal);
        if (changes.Any(member => member.Value is not null && !IsDirective(member.Key) && !keep.Contains(member.Key)))
        {
            throw PatchErrors.Bad("invalid patch format of retainKeys");
        }

        original.RemoveAll(original.Select(member => member.Key).Where(name => !keep.Contains(name))
            .ToHashSet(StringComparer.Ordinal));
    }

    // Null deletes the list; what is no list is passed over.
    private static void DeleteFromList(JsonObject original, string name, JsonNode? values)
    {
        if (values is null)
        {
            original.Remove(name);
        }
        else if (values is JsonArray remove && original[name] is JsonArray list)
        {
            // By their text, so that long lists are not compared item by item.
            var doomed = remove.Select(TextOf).ToHashSet(StringComparer.Ordinal);
            list.RemoveAll(item => doomed.Contains(TextOf(item)));
        }
    }

    private static string TextOf(JsonNode? item) => item?.ToJsonString() ?? "null";

    private static void ApplyElementOrders(
        JsonObject original, List<KeyValuePair<string, JsonNode?>> members, Dictionary<string, JsonNode?> changes,
        SchemaValue? schema)
    {
        foreach (var (name, value) in members)
        {
            if (!name.StartsWith(SetElementOrder, StringComparison.Ordinal))
            {
                continue;
            }

            changes.Remove(name);
            var target = name[SetElementOrder.Length..];
            if (value is not JsonArray order)
            {
                throw PatchErrors.WrongType("[]interface {}", value);
            }

            changes.Remove(target, out var change);
            foreach (var list in new[] { original[target], change })
            {
                if (list is not (null or JsonArray))
                {
                    throw PatchErrors.WrongType("[]interface {}", list);
                }
            }

            // Deletions from a list of scalars come with an order too, and have to happen first.
            if (changes.Remove(DeleteFromPrimitiveList + target, out var deleted))
            {
                DeleteFromList(original, target, deleted);
            }

            StrategicListMerge.MergeInOrder(original, target, change as JsonArray, order, FieldOf(schema, target));
        }
    }
}
