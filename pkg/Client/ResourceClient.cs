using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.Client.Http;

namespace Kube1.Client;

/// <summary>
/// The objects of one resource as typed views. A refusal is an ApiException with the Status of the server.
/// </summary>
public sealed class ResourceClient<T>
    where T : class, IKubernetesKind
{
    private readonly ResourceEndpoint<T> _endpoint;

    internal ResourceClient(KubeClient client, ResourceDescriptor resource)
    {
        Resource = resource;
        _endpoint = new ResourceEndpoint<T>(client, resource, new TypedCodec<T>());
    }

    /// <summary>The resource that is addressed.</summary>
    public ResourceDescriptor Resource { get; }

    /// <summary>One object; null when there is none of that name.</summary>
    public Task<T?> GetAsync(string? ns, string name, CancellationToken ct) => _endpoint.GetAsync(ns, name, ct);

    /// <summary>All objects of a namespace, or of all namespaces (null). Pages are followed to the end.</summary>
    public Task<KubeList<T>> ListAsync(string? ns, ListOptions? options, CancellationToken ct) =>
        _endpoint.ListAsync(ns, options, ct);

    /// <summary>Creates it in the namespace of its metadata.</summary>
    public Task<T> CreateAsync(T obj, CancellationToken ct) => _endpoint.CreateAsync(obj, ct);

    /// <summary>Replaces it; with a resourceVersion in its metadata only if it is still at that revision.</summary>
    public Task<T> UpdateAsync(T obj, CancellationToken ct) => _endpoint.UpdateAsync(obj, null, ct);

    /// <summary>Replaces its status.</summary>
    public Task<T> UpdateStatusAsync(T obj, CancellationToken ct) => _endpoint.UpdateAsync(obj, "status", ct);

    /// <summary>Replaces what one of its subresources ("approval") covers.</summary>
    public Task<T> UpdateSubresourceAsync(T obj, string subresource, CancellationToken ct) =>
        _endpoint.UpdateAsync(obj, subresource, ct);

    /// <summary>Patches the object, or a subresource ("status") of it.</summary>
    public Task<T> PatchAsync(
        string? ns, string name, PatchType type, ReadOnlyMemory<byte> body, string? subresource, CancellationToken ct) =>
        _endpoint.PatchAsync(ns, name, type, body, subresource, ct);

    /// <summary>Deletes it; false when there is none of that name.</summary>
    public Task<bool> DeleteAsync(string? ns, string name, V1DeleteOptions? options, CancellationToken ct) =>
        _endpoint.DeleteAsync(ns, name, options, ct);

    /// <summary>Deletes all objects of a namespace that the selectors of <paramref name="selection"/> match.</summary>
    public Task DeleteCollectionAsync(
        string? ns, ListOptions? selection, V1DeleteOptions? options, CancellationToken ct) =>
        _endpoint.DeleteCollectionAsync(ns, selection, options, ct);

    /// <summary>Posts to a subresource: binding, eviction, token.</summary>
    public Task<TResult> CreateSubresourceAsync<TBody, TResult>(
        string? ns, string name, string subresource, TBody body, CancellationToken ct) =>
        _endpoint.CreateSubresourceAsync<TBody, TResult>(ns, name, subresource, body, ct);

    /// <summary>
    /// The changes after options.ResourceVersion, until the server ends the stream. Its ERROR event is thrown as
    /// ApiException: code 410 means that the revision is too old.
    /// </summary>
    public IAsyncEnumerable<WatchEvent<T>> WatchAsync(string? ns, ListOptions options, CancellationToken ct) =>
        _endpoint.WatchAsync(ns, options, ct);
}
