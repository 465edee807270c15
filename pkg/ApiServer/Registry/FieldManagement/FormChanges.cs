using System.Text.Json.Nodes;
using Kube1.Api.FieldSets;
using Kube1.Api.Merging;
using Kube1.Api.Schema;

namespace Kube1.ApiServer.Registry.FieldManagement;

/// <summary>What a write changes, in each form of the object that some manager wrote.</summary>
internal sealed class FormChanges
{
    private readonly Dictionary<string, VersionChanges?> _versions = new(StringComparer.Ordinal);
    private readonly FieldWrite _write;
    private readonly JsonObject _live;
    private readonly JsonObject _obj;
    private readonly Func<JsonObject, ObjectForm, JsonObject> _toForm;

    /// <summary>
    /// Compares two objects that <paramref name="toForm"/> brings into a form; an empty live object stands for one that
    /// is not there yet.
    /// </summary>
    public FormChanges(
        FieldWrite write, JsonObject live, JsonObject obj, Func<JsonObject, ObjectForm, JsonObject> toForm)
    {
        _write = write;
        _live = live;
        _obj = obj;
        _toForm = toForm;
        var requested = write.Forms.Requested;
        Requested = Compare(requested);
        _versions[requested.ApiVersion] = VersionChanges.Of(Requested.Filtered(write.Filter.Apply), requested.Type);
    }

    /// <summary>The changes in the form of the request, what it cannot change included.</summary>
    public ObjectComparison Requested { get; }

    /// <summary>The changes in a form; null when the objects are not served in it any more.</summary>
    public VersionChanges? Of(string apiVersion)
    {
        if (!_versions.TryGetValue(apiVersion, out var changes))
        {
            changes = _write.Forms.TryGet(apiVersion, out var form)
                ? VersionChanges.Of(Compare(form).Filtered(_write.Filter.Apply), form.Type)
                : null;
            _versions[apiVersion] = changes;
        }

        return changes;
    }

    private ObjectComparison Compare(ObjectForm form) => ObjectComparison.Of(
        _live.Count == 0 ? _live : _toForm(_live, form), _toForm(_obj, form), form.Type);
}

/// <summary>What a write changes in one form.</summary>
internal sealed record VersionChanges(FieldSet Changed, FieldSet Removed, SchemaType Type)
{
    /// <summary>Whether nothing changes.</summary>
    public bool IsEmpty => Changed.IsEmpty && Removed.IsEmpty;

    public static VersionChanges Of(ObjectComparison comparison, SchemaType type) =>
        new(comparison.Modified.Union(comparison.Added), comparison.Removed, type);
}
