using System.Text.Json.Nodes;
using Kube1.Storage;

namespace Kube1.ApiServer.Registry;

/// <summary>What a verb answers with: an entry of the store at a revision, or (dry run) an object that was not stored.</summary>
internal readonly record struct StoredObject(StoredEntry? Entry, long Revision, JsonObject? Transient)
{
    /// <summary>An entry at its own revision.</summary>
    public static StoredObject Of(StoredEntry entry) => new(entry, entry.Revision, null);

    /// <summary>An object that was not stored.</summary>
    public static StoredObject NotStored(JsonObject obj) => new(null, 0, obj);

    /// <summary>A private tree of the object, in the form that requests for the resource work on.</summary>
    public ValueTask<JsonObject> ToJsonAsync(ServedResource resource, CancellationToken cancellationToken) =>
        Entry is null ? new(Transient!) : resource.Codec.DecodeAsync(Entry, Revision, cancellationToken);
}
