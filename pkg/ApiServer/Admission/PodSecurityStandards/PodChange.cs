using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Admission.PodSecurityStandards;

/// <summary>Whether an update of a pod may make it worse: only new containers and new images can.</summary>
internal static class PodChange
{
    public static bool IsSignificant(JsonObject pod, JsonObject old) =>
        Differ(pod, old, "containers") || Differ(pod, old, "initContainers") || EphemeralDiffer(pod, old);

    private static bool Differ(JsonObject pod, JsonObject old, string list)
    {
        var (now, before) = (List(pod, list), List(old, list));
        if (now.Count != before.Count)
        {
            return true;
        }

        for (var i = 0; i < now.Count; i++)
        {
            if ((string?)now[i]?["image"] != (string?)before[i]?["image"])
            {
                return true;
            }
        }

        return false;
    }

    private static bool EphemeralDiffer(JsonObject pod, JsonObject old)
    {
        var before = List(old, "ephemeralContainers");
        return List(pod, "ephemeralContainers").Any(container =>
            before.FirstOrDefault(b => (string?)b?["name"] == (string?)container?["name"]) is not { } known
            || (string?)known["image"] != (string?)container?["image"]);
    }

    private static JsonArray List(JsonObject pod, string name) => pod["spec"]?[name] as JsonArray ?? [];
}
