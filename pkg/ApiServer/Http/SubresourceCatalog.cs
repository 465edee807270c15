using Kube1.Api;

namespace Kube1.ApiServer.Http;

/// <summary>Which handler serves which subresource. An empty subresource stands for a resource that is never stored.</summary>
public sealed class SubresourceCatalog
{
    private readonly Dictionary<(GroupResource Resource, string Subresource), ISubresourceHandler> _handlers = [];

    /// <summary>Registers a handler: Add(new GroupResource("", "pods"), "log", …).</summary>
    public SubresourceCatalog Add(GroupResource resource, string subresource, ISubresourceHandler handler)
    {
        _handlers.Add((resource, subresource), handler);
        return this;
    }

    /// <summary>The handler; null when the generic registry serves the request.</summary>
    public ISubresourceHandler? Find(GroupResource resource, string subresource) =>
        _handlers.GetValueOrDefault((resource, subresource));
}
