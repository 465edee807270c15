using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Models;

namespace Kube1.Scheduler.Binding;

/// <summary>The scheduler's part of a pod's status, as a strategic merge patch.</summary>
internal static class PodStatusPatch
{
    /// <summary>Null when the pod says so already.</summary>
    public static byte[]? Condition(
        V1Pod pod, string type, string status, string reason, string message, string? nominatedNode, DateTimeOffset now)
    {
        var current = pod.Status?.Conditions?.Find(c => c.Type == type);
        var sameNomination = nominatedNode is null || nominatedNode == (pod.Status?.NominatedNodeName ?? "");
        if (current is not null && current.Status == status && current.Reason == reason && current.Message == message
            && sameNomination)
        {
            return null;
        }

        var changedAt = current?.Status == status ? current.LastTransitionTime ?? now : now;
        var condition = new JsonObject
        {
            ["type"] = type,
            ["status"] = status,
            ["reason"] = reason,
            ["message"] = message,
            ["lastProbeTime"] = null,
            ["lastTransitionTime"] = changedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        };
        if (pod.Metadata.Generation is { } generation)
        {
            condition["observedGeneration"] = generation;
        }

        var body = new JsonObject { ["conditions"] = new JsonArray((JsonNode)condition) };
        if (!sameNomination)
        {
            body["nominatedNodeName"] = nominatedNode!.Length == 0 ? null : JsonValue.Create(nominatedNode);
        }

        return Bytes(pod, body);
    }

    /// <summary>Takes back a promised place; null when there is none.</summary>
    public static byte[]? ClearNomination(V1Pod pod) => string.IsNullOrEmpty(pod.Status?.NominatedNodeName)
        ? null
        : Bytes(pod, new JsonObject { ["nominatedNodeName"] = null });

    // The uid makes sure that a pod of the same name that came later is left alone.
    private static byte[] Bytes(V1Pod pod, JsonObject status) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid },
        ["status"] = status,
    }.ToJsonString());
}
