using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Models;

namespace Kube1.Kubelet.Containers;

/// <summary>
/// The fingerprint that decides whether a running container still is what the pod asks for. Only name and image
/// count: they are all that a running pod may change, and a new default in the API must not restart anything.
/// </summary>
internal static class ContainerHash
{
    public static string Of(V1Container container)
    {
        var fields = new JsonObject { ["name"] = container.Name };
        if (!string.IsNullOrEmpty(container.Image))
        {
            fields["image"] = container.Image;
        }

        return Fnv32A(Encoding.UTF8.GetBytes(fields.ToJsonString())).ToString("x", CultureInfo.InvariantCulture);
    }

    private static uint Fnv32A(ReadOnlySpan<byte> data)
    {
        var hash = 2166136261u;
        foreach (var b in data)
        {
            hash = (hash ^ b) * 16777619u;
        }

        return hash;
    }
}
