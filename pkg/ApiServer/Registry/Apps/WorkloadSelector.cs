using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Selectors;

namespace Kube1.ApiServer.Registry.Apps;

/// <summary>The pod selector of the kinds of group apps.</summary>
internal static class WorkloadSelector
{
    /// <summary>The selector as text, "app=web"; empty when there is none.</summary>
    public static string Text(JsonObject obj) => obj["spec"]?["selector"] is JsonObject selector
        ? LabelSelector.From(KubeJson.Deserialize<V1LabelSelector>(selector)).ToString()
        : "";
}
