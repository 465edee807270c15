using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Models;

namespace Kube1.Kubelet.Status;

/// <summary>
/// The strategic merge patch from one pod status to another. It names only what differs, so that conditions of others
/// stay, and the uid, so that it never hits a pod that merely has the same name.
/// </summary>
internal static class PodStatusPatch
{
    /// <summary>Fields that the kubelet does not own; they are neither compared nor removed.</summary>
    private static readonly HashSet<string> Foreign =
        new(StringComparer.Ordinal) { "nominatedNodeName", "resize", "resourceClaimStatuses" };

    /// <summary>Lists that merge by a key: stale elements must be named to go.</summary>
    private static readonly Dictionary<string, string> Keyed =
        new(StringComparer.Ordinal) { ["podIPs"] = "ip", ["hostIPs"] = "ip" };

    /// <summary>Null when there is nothing to change.</summary>
    public static byte[]? Between(V1PodStatus? old, V1PodStatus status, string uid)
    {
        var before = old is null ? [] : KubeJson.ToJson(old);
        var after = KubeJson.ToJson(status);
        var patch = new JsonObject();
        foreach (var (name, value) in after)
        {
            if (name == "conditions")
            {
                AddConditions(patch, before[name] as JsonArray, value!.AsArray());
            }
            else if (!Foreign.Contains(name) && !JsonNode.DeepEquals(before[name], value))
            {
                patch[name] = Keyed.TryGetValue(name, out var key)
                    ? Replace(before[name] as JsonArray, value!.AsArray(), key)
                    : value!.DeepClone();
            }
        }

        foreach (var (name, value) in before)
        {
            if (value is not null && !after.ContainsKey(name) && !Foreign.Contains(name) && name != "conditions")
            {
                patch[name] = null;
            }
        }

        if (patch.Count == 0)
        {
            return null;
        }

        var whole = new JsonObject { ["metadata"] = new JsonObject { ["uid"] = uid }, ["status"] = patch };
        return Encoding.UTF8.GetBytes(whole.ToJsonString());
    }

    private static void AddConditions(JsonObject patch, JsonArray? before, JsonArray after)
    {
        var changed = new JsonArray();
        foreach (var condition in after)
        {
            var type = (string?)condition!["type"];
            var old = before?.FirstOrDefault(c => (string?)c!["type"] == type) as JsonObject;
            var copy = condition.DeepClone().AsObject();
            if (JsonNode.DeepEquals(old, copy))
            {
                continue;
            }

            foreach (var (name, _) in old ?? [])
            {
                if (!copy.ContainsKey(name))
                {
                    copy[name] = null;
                }
            }

            changed.Add((JsonNode)copy);
        }

        if (changed.Count > 0)
        {
            patch["conditions"] = changed;
        }
    }

    private static JsonArray Replace(JsonArray? before, JsonArray after, string key)
    {
        var result = after.DeepClone().AsArray();
        foreach (var old in before ?? [])
        {
            var id = (string?)old![key];
            if (!after.Any(n => (string?)n![key] == id))
            {
                result.Add((JsonNode)new JsonObject { ["$patch"] = "delete", [key] = id });
            }
        }

        return result;
    }
}
