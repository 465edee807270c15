using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Schema;

namespace Kube1.ApiServer.Registry;

/// <summary>
/// The store as subresource handlers, bootstrap and reservations use it: objects with their resourceVersion, past
/// authorization and admission, with validation left to the caller.
/// </summary>
public interface IObjectRegistry : IObjectReader
{
    /// <summary>A private copy of one object; null when there is none.</summary>
    JsonObject? Find(ResourceDescriptor resource, string? ns, string name);

    /// <summary>Private copies of all objects, of one namespace or (null) of all, in key order.</summary>
    IEnumerable<JsonObject> List(ResourceDescriptor resource, string? ns);

    /// <summary>The resource that serves a kind, custom ones among them; null when none does.</summary>
    ResourceDescriptor? ResourceOf(GroupVersionKind kind);

    /// <summary>Stores a complete object as the server's own; false when the name is taken.</summary>
    ValueTask<bool> TryCreateAsync(ResourceDescriptor resource, JsonObject obj, CancellationToken cancellationToken);

    /// <summary>
    /// Changes an object in place: <paramref name="change"/> gets the latest state, edits it and returns whether to
    /// write; it runs again after a lost race. Returns the object as stored. Throws 404 when it is not there. Nobody comes
    /// to own what it changes: right for what a request changes on the side (a binding, an eviction).
    /// </summary>
    ValueTask<JsonObject> ChangeAsync(
        ResourceDescriptor resource, string? ns, string name, Func<JsonObject, bool> change,
        CancellationToken cancellationToken);

    /// <summary>The same as an update by the server itself, which comes to own what it changes.</summary>
    ValueTask<JsonObject> UpdateAsync(
        ResourceDescriptor resource, string? ns, string name, Func<JsonObject, bool> change,
        CancellationToken cancellationToken);

    /// <summary>
    /// Changes several objects of one kind, all or none: false when one is gone or has another revision than the change
    /// was meant for. Nobody comes to own what they change.
    /// </summary>
    ValueTask<bool> TryChangeAllAsync(
        ResourceDescriptor resource, IReadOnlyList<ObjectChange> changes, CancellationToken cancellationToken);

    /// <summary>Deletes as a DELETE request would: finalizers, grace period and preconditions count.</summary>
    ValueTask DeleteAsync(
        ResourceDescriptor resource, string? ns, string name, V1DeleteOptions options,
        CancellationToken cancellationToken);
}

/// <summary>A change of one object at one revision.</summary>
/// <param name="Namespace">Its namespace; null for cluster-scoped kinds.</param>
/// <param name="Name">Its name.</param>
/// <param name="ResourceVersion">The revision that the change was worked out for.</param>
/// <param name="Change">Edits a private copy of it.</param>
public readonly record struct ObjectChange(
    string? Namespace, string Name, string ResourceVersion, Action<JsonObject> Change);
