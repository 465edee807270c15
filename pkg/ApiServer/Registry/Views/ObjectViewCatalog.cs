using Kube1.Api;
using Kube1.Api.Schema;

namespace Kube1.ApiServer.Registry.Views;

/// <summary>Which built-in resources are views of others; one line each.</summary>
internal static class ObjectViewCatalog
{
    private static readonly GroupVersionResource Events = new("", "v1", "events");

    private static readonly GroupVersionResource Autoscalers = new("autoscaling", "v2", "horizontalpodautoscalers");

    /// <summary>The view that a resource is, and the resource that stores its objects; null when it stores its own.</summary>
    public static (ObjectView View, GroupVersionResource Storage)? For(ResourceDescriptor resource) =>
        resource.Resource switch
        {
            { Group: "events.k8s.io", Resource: "events" } => (new EventView { Kind = resource.Kind }, Events),
            { Group: "autoscaling", Version: "v1", Resource: "horizontalpodautoscalers" } =>
                (new HorizontalPodAutoscalerView { Kind = resource.Kind }, Autoscalers),
            _ => null,
        };
}
