using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.FieldSets;
using Kube1.Api.Json;
using Kube1.Api.Merging;

namespace Kube1.ApiServer.Registry.FieldManagement;

/// <summary>
/// Keeps metadata.managedFields through creates, updates and patches: who changes a field owns it, and takes it from
/// all others (k8s.io/apimachinery/pkg/util/managedfields). What nobody touched is not even parsed.
/// </summary>
internal static class UpdateTracking
{
    private const string Field = "managedFields";

    /// <summary>
    /// Sets the managedFields of <paramref name="obj"/>, an object in its stored form; <paramref name="live"/> is null
    /// for a new one. Objects that cannot be compared keep the live ones. Returns whether they were compared. All but metadata
    /// is known to be the same in an object that <paramref name="keepsRest"/>, and to be comparable.
    /// </summary>
    public static bool Track(FieldWrite write, JsonObject? live, JsonObject obj, bool keepsRest = false)
    {
        var stored = live?["metadata"]?[Field];
        var sent = Detach(obj);
        var owners = OwnersOf(write, stored, sent);
        try
        {
            var compares = owners.Count > 0 || live is null;
            if (compares)
            {
                var before = live ?? [];
                Update(write, owners, keepsRest ? MetadataOf(before) : before, keepsRest ? MetadataOf(obj) : obj);
            }

            Attach(obj, owners.ToJson());
            return compares;
        }
        catch (MergeException)
        {
            Attach(obj, stored?.DeepClone());
            return false;
        }
    }

    /// <summary>Sets an object's managedFields; null removes them.</summary>
    public static void Attach(JsonObject obj, JsonNode? managedFields)
    {
        Detach(obj);
        if (managedFields is not null)
        {
            ObjectMetadata.Of(obj).GetOrCreate()[Field] = managedFields;
        }
    }

    /// <summary>Takes an object's managedFields out of it.</summary>
    public static JsonNode? Detach(JsonObject obj)
    {
        if (obj["metadata"] is not JsonObject metadata || !metadata.TryGetPropertyValue(Field, out var node))
        {
            return null;
        }

        metadata.Remove(Field);
        return node;
    }

    /// <summary>Whether managedFields came back as they are stored, byte for byte.</summary>
    public static bool AreSame(JsonNode? stored, JsonNode sent) => stored is not null
        && CanonicalJson.Serialize(stored).AsSpan().SequenceEqual(CanonicalJson.Serialize(sent));

    /// <summary>Changes the owners to those after the write.</summary>
    public static void Update(FieldWrite write, FieldOwners owners, JsonObject live, JsonObject obj)
    {
        var form = write.Forms.Requested;
        var changes = new FormChanges(write, live, obj, static (o, to) => to.FromStored(o));
        if (changes.Requested.IsEmpty)
        {
            return;
        }

        var identity = FieldOwner.IdentityOf(write.Manager, isApplied: false, form.ApiVersion, write.Subresource);
        var changed = changes.Requested.Modified.Union(changes.Requested.Added);
        var own = UntrackedFields.RemoveFrom(write.Filter.Apply(changed));
        foreach (var owner in owners.All)
        {
            // Where all that changed is the manager's already, only what is gone can make a difference.
            var keeps = owner.Identity == identity && !own.IsEmpty && owner.Has(own);
            Disown(owners, owner, changes, keeps);
        }

        if (!own.IsEmpty)
        {
            Own(write, owners, identity, own);
        }

        owners.Cap();
    }

    private static JsonObject MetadataOf(JsonObject obj) => new() { ["metadata"] = obj["metadata"]?.DeepClone() };

    // An entry loses what the write changed and what is gone; entries of versions that are not served any more go.
    private static void Disown(FieldOwners owners, FieldOwner owner, FormChanges changes, bool keepsChanged)
    {
        if (changes.Of(owner.ApiVersion) is not { } seen)
        {
            owners.Remove(owner);
            return;
        }

        if ((!keepsChanged && owner.MayTouch(seen.Changed)) || owner.MayTouch(seen.Removed))
        {
            owner.Remove(keepsChanged ? seen.Removed : seen.Removed.Union(seen.Changed), seen.Type);
            if (owner.IsEmpty)
            {
                owners.Remove(owner);
            }
        }
    }

    private static void Own(FieldWrite write, FieldOwners owners, string identity, FieldSet own)
    {
        var owner = owners.Find(identity);
        if (owner is null)
        {
            owner = new FieldOwner(
                write.Manager, isApplied: false, write.Forms.Requested.ApiVersion, write.Subresource, own);
            owners.Set(owner);
        }
        else if (!owner.Has(own))
        {
            owner.Set = owner.Set.Union(own);
        }

        owner.Time = write.Time;
    }

    // A client may set managedFields of the object itself, but not through a subresource; one that does not know them,
    // or sends nonsense, leaves them as they are; an empty list, or one empty entry, starts them anew.
    private static FieldOwners OwnersOf(FieldWrite write, JsonNode? stored, JsonNode? sent)
    {
        if (write.Subresource.Length > 0 || sent is null || AreSame(stored, sent))
        {
            return FieldOwners.Read(stored);
        }

        if (sent is JsonArray { Count: 0 } or JsonArray { Count: 1 } and [JsonObject { Count: 0 }])
        {
            return new FieldOwners();
        }

        return FieldOwners.TryReadSent(sent, out var owners) && owners.Count > 0 ? owners : FieldOwners.Read(stored);
    }
}
