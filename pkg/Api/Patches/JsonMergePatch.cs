using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Json;

namespace Kube1.Api.Patches;

/// <summary>JSON Merge Patch, RFC 7386: objects are merged, null removes, everything else replaces.</summary>
public static class JsonMergePatch
{
    /// <summary>
    /// The document with the patch merged in; both stay as they are. Throws <see cref="ApiException"/> (400) when the
    /// patch is no object.
    /// </summary>
    public static JsonObject Apply(JsonNode document, JsonNode? patch) => patch is JsonObject changes
        ? Merge(document as JsonObject, changes)
        : throw PatchErrors.Bad("invalid JSON Patch");

    /// <summary>
    /// The smallest merge patch that makes <paramref name="changed"/> out of <paramref name="original"/>.
    /// </summary>
    public static JsonObject Create(JsonObject original, JsonObject changed)
    {
        var patch = new JsonObject();
        foreach (var (name, value) in changed)
        {
            if (!original.TryGetPropertyValue(name, out var before))
            {
                patch[name] = value?.DeepClone();
            }
            else if (before is JsonObject beforeMap && value is JsonObject map)
            {
                var inner = Create(beforeMap, map);
                if (inner.Count > 0)
                {
                    patch[name] = inner;
                }
            }
            else if (!JsonNode.DeepEquals(before, value))
            {
                patch[name] = value?.DeepClone();
            }
        }

        foreach (var (name, _) in original)
        {
            if (!changed.ContainsKey(name))
            {
                patch[name] = null;
            }
        }

        return patch;
    }

    private static JsonObject Merge(JsonObject? document, JsonObject patch)
    {
        var result = (JsonObject?)document?.DeepClone() ?? [];
        MergeInto(result, patch);
        return result;
    }

    private static void MergeInto(JsonObject target, JsonObject patch)
    {
        var removed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                case null:
                    removed.Add(name);
                    break;
                case JsonObject changes when target[name] is JsonObject inner:
                    MergeInto(inner, changes);
                    break;
                case JsonObject changes:
                    // Also what is new must not carry nulls.
                    target[name] = Merge(null, changes);
                    break;
                default:
                    target[name] = value.DeepClone();
                    break;
            }
        }

        target.RemoveAll(removed);
    }
}
