using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.DynamicResources;

/// <summary>What a claim's requests mean when they do not say: one device.</summary>
internal static class DeviceRequestDefaults
{
    /// <summary>Fills in a claim's spec.</summary>
    public static void Apply(JsonObject? spec)
    {
        foreach (var request in spec.Child("devices").Items("requests"))
        {
            if (request.Child("exactly") is { } exactly)
            {
                One(exactly);
            }

            foreach (var alternative in request.Items("firstAvailable"))
            {
                One(alternative);
            }
        }
    }

    private static void One(JsonObject request)
    {
        request.Default("allocationMode", "ExactCount");
        if (request.Text("allocationMode") == "ExactCount" && (request.Integer("count") ?? 0) == 0)
        {
            request["count"] = 1;
        }

        foreach (var toleration in request.Items("tolerations"))
        {
            toleration.Default("operator", "Equal");
        }
    }
}
