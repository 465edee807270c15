using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Registry.FieldManagement;

/// <summary>
/// All forms in which the objects of a resource are served; managers own fields in the form that they wrote.
/// </summary>
internal sealed class ObjectForms
{
    private readonly Func<string, ObjectForm?> _others;

    private ObjectForms(ObjectForm requested, Func<string, ObjectForm?> others)
    {
        Requested = requested;
        _others = others;
    }

    /// <summary>The form of the request.</summary>
    public ObjectForm Requested { get; }

    /// <summary>The forms of a resource; the others are those resources over the same stored objects.</summary>
    public static ObjectForms Of(ServedResource resource, ResourceTable table) =>
        new(ObjectForm.Of(resource), apiVersion => Find(resource, table, apiVersion));

    /// <summary>One form alone: a Scale.</summary>
    public static ObjectForms Only(ObjectForm form) => new(form, static _ => null);

    /// <summary>The form of an API version; false when the objects are not served in it any more.</summary>
    public bool TryGet(string apiVersion, [NotNullWhen(true)] out ObjectForm? form)
    {
        form = apiVersion == Requested.ApiVersion ? Requested : _others(apiVersion);
        return form is not null;
    }

    /// <summary>An object of one form in another.</summary>
    public static JsonObject Convert(JsonObject obj, ObjectForm from, ObjectForm to) =>
        from.ApiVersion == to.ApiVersion ? obj : to.FromStored(from.ToStored(obj));

    private static ObjectForm? Find(ServedResource resource, ResourceTable table, string apiVersion)
    {
        if (resource.Custom is { } custom)
        {
            // Also those that are not served any more: their objects can be converted all the same.
            return custom.Owner.FindVersion(apiVersion) is { } version
                ? new ObjectForm(version.Kind, version.Schema.Type, versionView: version.View)
                : null;
        }

        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var other = table.Find(
            slash < 0 ? "" : apiVersion[..slash], apiVersion[(slash + 1)..], resource.Descriptor.Resource.Resource);
        return other?.Collection is { } objects && ReferenceEquals(objects, resource.Collection)
            ? ObjectForm.Of(other)
            : null;
    }
}
