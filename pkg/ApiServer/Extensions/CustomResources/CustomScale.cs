using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>subresources.scale of a version.</summary>
internal static class CustomScale
{
    /// <summary>Reads the paths, ".spec.replicas" and the like; null for no such subresource.</summary>
    public static ScaleMapping? Read(JsonObject? scale)
    {
        if (scale is null)
        {
            return null;
        }

        var selectorPath = scale.Text("labelSelectorPath").TrimStart('.');
        return new ScaleMapping
        {
            SpecReplicasPath = scale.Text("specReplicasPath").TrimStart('.'),
            StatusReplicasPath = scale.Text("statusReplicasPath").TrimStart('.'),
            Selector = selectorPath.Length == 0 ? static _ => "" : obj => obj.Text(selectorPath),
            SelectorPath = selectorPath,
            IsCustom = true,
        };
    }
}
