using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Streaming;

/// <summary>Which pod and container a streaming request means, with upstream's refusals.</summary>
internal static class PodContainers
{
    public static V1Pod Pod(SubresourceRequest request) =>
        request.Objects.Get<V1Pod>(request.Namespace, request.Info.Name)
        ?? throw ApiErrors.NotFound(new GroupResource("", "pods"), request.Info.Name);

    /// <summary>The container named, or the only one.</summary>
    /// <exception cref="ApiException">400: ambiguous, or not of this pod.</exception>
    public static string Choose(V1Pod pod, string? named)
    {
        var spec = pod.Spec;
        var names = spec?.Containers?.Select(c => c.Name).ToList() ?? [];
        var init = spec?.InitContainers?.Select(c => c.Name).ToList() ?? [];
        var ephemeral = spec?.EphemeralContainers?.Select(c => c.Name).ToList() ?? [];
        var name = pod.Metadata.Name;
        if (!string.IsNullOrEmpty(named))
        {
            return names.Contains(named) || init.Contains(named) || ephemeral.Contains(named)
                ? named
                : throw ApiErrors.BadRequest($"container {named} is not valid for pod {name}");
        }

        if (names.Count == 1)
        {
            return names[0];
        }

        var text = $"a container name must be specified for pod {name}";
        if (names.Count > 1)
        {
            text += $", choose one of: [{string.Join(' ', names)}]";
            if (init.Count > 0)
            {
                text += $" or one of the init containers: [{string.Join(' ', init)}]";
            }

            if (ephemeral.Count > 0)
            {
                text += $" or one of the ephemeral containers: [{string.Join(' ', ephemeral)}]";
            }
        }

        throw ApiErrors.BadRequest(text);
    }

    /// <summary>The node's kubelet.</summary>
    /// <exception cref="ApiException">400: the pod is not scheduled yet.</exception>
    public static Uri Kubelet(SubresourceRequest request, V1Pod pod) => pod.Spec?.NodeName is { Length: > 0 } node
        ? NodeAddresses.Kubelet(request.Objects, node)
        : throw ApiErrors.BadRequest($"pod {pod.Metadata.Name} does not have a host assigned");
}
