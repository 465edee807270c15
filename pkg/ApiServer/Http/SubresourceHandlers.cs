using Kube1.ApiServer.Streaming;
using Kube1.Storage;

namespace Kube1.ApiServer.Http;

/// <summary>All subresource handlers, one line each.</summary>
internal static class SubresourceHandlers
{
    /// <summary>Makes the catalog.</summary>
    public static SubresourceCatalog Create(ApiServerSecurity security, ApiServerOptions options, Store store, TimeProvider time)
    {
        var catalog = new SubresourceCatalog();
        catalog.Add(new("", "componentstatuses"), "", new ComponentStatusHandler(store));
        catalog.Add(new("", "pods"), "binding", new BindingHandler(time));
        catalog.Add(new("", "bindings"), "", new BindingHandler(time));
        catalog.Add(new("", "pods"), "eviction", new EvictionHandler(time));
        if (options.Kubelets is { } kubelets)
        {
            catalog.AddStreaming(kubelets, security.Authorizer, time);
        }

        if (options.Pods is { } pods)
        {
            catalog.AddProxies(pods, options.Kubelets, time);
        }

        security.RegisterHandlers?.Invoke(catalog);
        return catalog;
    }
}
