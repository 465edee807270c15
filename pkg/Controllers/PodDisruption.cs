using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;

namespace Kube1.Controllers;

/// <summary>Deletes a pod on the cluster's own account, and says so in its condition DisruptionTarget first (KEP-3329).</summary>
internal static class PodDisruption
{
    /// <summary>
    /// With <paramref name="fail"/> a pod that still runs also becomes Failed: nobody is left to say how it ended.
    /// A pod that is gone, or is another one meanwhile, is left alone.
    /// </summary>
    public static async Task DeleteAsync(
        KubeClient client, V1Pod pod, string? reason, string message, long? graceSeconds, bool fail, DateTimeOffset now,
        CancellationToken ct)
    {
        var pods = client.Of<V1Pod>();
        var (ns, name) = (pod.Metadata.Namespace, pod.Metadata.Name!);
        try
        {
            if (reason is not null && pod.Status?.Phase is not ("Succeeded" or "Failed"))
            {
                await pods.PatchAsync(
                    ns, name, PatchType.StrategicMerge, Patch(pod, reason, message, fail, now), "status", ct)
                    .ConfigureAwait(false);
            }

            var options = new V1DeleteOptions
            {
                GracePeriodSeconds = graceSeconds, Preconditions = new V1Preconditions { Uid = pod.Metadata.Uid },
            };
            await pods.DeleteAsync(ns, name, options, ct).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Is(StatusReasons.NotFound))
        {
            // Gone already.
        }
    }

    private static byte[] Patch(V1Pod pod, string reason, string message, bool fail, DateTimeOffset now)
    {
        var condition = new JsonObject
        {
            ["type"] = "DisruptionTarget",
            ["status"] = "True",
            ["reason"] = reason,
            ["message"] = message,
            ["lastTransitionTime"] = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
        };
        var status = new JsonObject { ["conditions"] = new JsonArray((JsonNode)condition) };
        if (fail)
        {
            status["phase"] = "Failed";
        }

        return Encoding.UTF8.GetBytes(new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid },
            ["status"] = status,
        }.ToJsonString());
    }
}
