using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry.FieldManagement;
using Kube1.Storage;

namespace Kube1.ApiServer.Registry;

/// <summary>Writes the status of the objects of a cluster-scoped resource as the API server's own.</summary>
internal sealed class ServerStatusWriter(Store store, ResourceTable table, ResourceDescriptor resource, TimeProvider time)
{
    private readonly ServedResource _resource = table.Find(resource.Resource)!;

    /// <summary>The objects.</summary>
    public StoreCollection Collection => _resource.Objects;

    /// <summary>
    /// Changes an object in its latest state, until no other write comes between; nothing is written when
    /// <paramref name="change"/> says so. False when the object is gone. One that is being deleted and has no
    /// finalizer left goes with the change.
    /// </summary>
    public async ValueTask<bool> ChangeAsync(
        string name, Func<JsonObject, bool> change, CancellationToken cancellationToken)
    {
        while (_resource.Objects.Snapshot.Get(name) is { } entry)
        {
            var obj = ObjectCodec.Decode(entry, entry.Revision);
            if (!change(obj))
            {
                return true;
            }

            UpdateTracking.Track(Write(), ObjectCodec.Decode(entry, entry.Revision), obj);
            var meta = ObjectMetadata.Of(obj);
            var write = meta.DeletionTimestamp is not null && meta.Finalizers.Count == 0
                ? WriteOperation.Delete(_resource.Objects, name, entry.Revision)
                : WriteOperation.Update(_resource.Objects, name, _resource.Codec.Encode(obj), entry.Revision);
            if ((await store.WriteAsync(write, cancellationToken).ConfigureAwait(false)).IsCommitted)
            {
                return true;
            }
        }

        return false;
    }

    private FieldWrite Write() => new()
    {
        Forms = ObjectForms.Of(_resource, table),
        Manager = ManagerName.ApiServer,
        Subresource = "status",
        Filter = ResetFields.Of(_resource.Descriptor, "status"),
        Time = time.GetUtcNow(),
    };
}
