using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Registry.FieldManagement;
using Kube1.Storage;

namespace Kube1.ApiServer.Registry;

/// <summary>The store as the server's own parts use it.</summary>
internal sealed class ObjectRegistry(Store store, ResourceTable table, ClusterSettings settings, TimeProvider time)
    : IObjectRegistry
{
    private readonly ObjectDeleter _deleter = new(store, time);

    /// <inheritdoc/>
    public T? Get<T>(string? ns, string name) where T : class, IKubernetesKind
    {
        var resource = Resource(T.GroupVersionKind);
        var entry = resource.Objects.Snapshot.Get(resource.KeyOf(ns, name));
        return entry is null ? null : ServedResource.DescriptionOf(entry).View<T>(entry);
    }

    /// <inheritdoc/>
    public IEnumerable<T> List<T>(string? ns) where T : class, IKubernetesKind
    {
        var resource = Resource(T.GroupVersionKind);
        foreach (var entry in resource.Objects.Snapshot.Range(resource.PrefixOf(ns)))
        {
            yield return ServedResource.DescriptionOf(entry).View<T>(entry);
        }
    }

    /// <inheritdoc/>
    public JsonObject? Find(ResourceDescriptor resource, string? ns, string name)
    {
        var served = Resource(resource.Kind);
        var entry = served.Objects.Snapshot.Get(served.KeyOf(ns, name));
        return entry is null ? null : ObjectCodec.Decode(entry, entry.Revision);
    }

    /// <inheritdoc/>
    public IEnumerable<JsonObject> List(ResourceDescriptor resource, string? ns)
    {
        var served = Resource(resource.Kind);
        return served.Objects.Snapshot.Range(served.PrefixOf(ns)).Select(entry => ObjectCodec.Decode(entry, entry.Revision));
    }

    /// <inheritdoc/>
    public ResourceDescriptor? ResourceOf(GroupVersionKind kind) => table.Find(kind)?.Descriptor;

    /// <inheritdoc/>
    public async ValueTask<bool> TryCreateAsync(
        ResourceDescriptor resource, JsonObject obj, CancellationToken cancellationToken)
    {
        var served = Resource(resource.Kind);
        // Strategies expect what the decoder makes, whatever types of number the caller has put in.
        obj = ObjectDecoder.Canonicalize(obj, Http.ObjectBody.SchemaOf(served)).Object;
        var meta = ObjectMetadata.Of(obj);
        served.Strategy.Default(obj);
        meta.Uid = Guid.NewGuid().ToString();
        meta.CreationTimestamp = time.GetUtcNow();
        if (served.Strategy.TracksGeneration)
        {
            meta.Generation = 1;
        }

        UpdateTracking.Track(OwnWrite(served), null, obj);
        served.Strategy.PrepareForCreate(Context(served), obj);
        var result = await store.WriteAsync(
            WriteOperation.Create(
                served.Objects, served.KeyOf(meta.Namespace, meta.Name), served.Codec.Encode(obj)),
            cancellationToken).ConfigureAwait(false);
        return result.IsCommitted;
    }

    /// <inheritdoc/>
    public ValueTask<JsonObject> ChangeAsync(
        ResourceDescriptor resource, string? ns, string name, Func<JsonObject, bool> change,
        CancellationToken cancellationToken) =>
        ChangeAsync(Resource(resource.Kind), ns, name, change, isTracked: false, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<JsonObject> UpdateAsync(
        ResourceDescriptor resource, string? ns, string name, Func<JsonObject, bool> change,
        CancellationToken cancellationToken) =>
        ChangeAsync(Resource(resource.Kind), ns, name, change, isTracked: true, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> TryChangeAllAsync(
        ResourceDescriptor resource, IReadOnlyList<ObjectChange> changes, CancellationToken cancellationToken)
    {
        var served = Resource(resource.Kind);
        var writes = new List<WriteOperation>(changes.Count);
        foreach (var change in changes)
        {
            var entry = served.Objects.Snapshot.Get(served.KeyOf(change.Namespace, change.Name));
            if (entry is null || entry.Revision.ToString(CultureInfo.InvariantCulture) != change.ResourceVersion)
            {
                return false;
            }

            var obj = ObjectCodec.Decode(entry, entry.Revision);
            change.Change(obj);
            writes.Add(WriteOperation.Update(served.Objects, entry.Key, served.Codec.Encode(obj), entry.Revision));
        }

        var results = await store.WriteAsync(writes, cancellationToken).ConfigureAwait(false);
        return results.All(r => r.IsCommitted);
    }

    private async ValueTask<JsonObject> ChangeAsync(
        ServedResource served, string? ns, string name, Func<JsonObject, bool> change, bool isTracked,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var entry = served.Objects.Snapshot.Get(served.KeyOf(ns, name))
                ?? throw ApiErrors.NotFound(served.GroupResource, name);
            var obj = ObjectCodec.Decode(entry, entry.Revision);
            if (!change(obj))
            {
                return obj;
            }

            if (isTracked)
            {
                UpdateTracking.Track(OwnWrite(served), ObjectCodec.Decode(entry, entry.Revision), obj);
            }

            var result = await store.WriteAsync(
                WriteOperation.Update(served.Objects, entry.Key, served.Codec.Encode(obj), entry.Revision),
                cancellationToken).ConfigureAwait(false);
            if (result.IsCommitted)
            {
                return ObjectCodec.Decode(result.Entry!, result.Entry!.Revision);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(
        ResourceDescriptor resource, string? ns, string name, V1DeleteOptions options,
        CancellationToken cancellationToken)
    {
        var served = Resource(resource.Kind);
        var context = Context(served) with { DryRun = options.DryRun is { Count: > 0 } };
        await _deleter.DeleteAsync(served, ns, name, options, context, null, cancellationToken).ConfigureAwait(false);
    }

    private StrategyContext Context(ServedResource resource) =>
        new(UserInfo.ApiServer, resource.Descriptor, this, time, settings);

    private FieldWrite OwnWrite(ServedResource resource) => new()
    {
        Forms = ObjectForms.Of(resource, table),
        Manager = ManagerName.ApiServer,
        Filter = ResetFields.Of(resource.Descriptor, ""),
        Time = time.GetUtcNow(),
    };

    private ServedResource Resource(GroupVersionKind kind) =>
        table.Find(kind) ?? throw new InvalidOperationException($"no resource serves {kind}");
}
