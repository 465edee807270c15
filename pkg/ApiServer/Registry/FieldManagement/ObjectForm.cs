using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry.Views;

namespace Kube1.ApiServer.Registry.FieldManagement;

/// <summary>
/// One of the forms (API versions) in which an object is served: its kind, its fields, its way from the store.
/// </summary>
/// <param name="kind">The kind that clients name.</param>
/// <param name="type">The fields.</param>
/// <param name="view">How stored objects are seen in this form; null where the store has it.</param>
/// <param name="versionView">The same for objects of other versions of a custom resource.</param>
internal sealed class ObjectForm(
    GroupVersionKind kind, SchemaType type, ObjectView? view = null, ObjectView? versionView = null)
{
    /// <summary>The kind that clients name.</summary>
    public GroupVersionKind Kind { get; } = kind;

    /// <summary>"apps/v1", as managedFields name it.</summary>
    public string ApiVersion { get; } = kind.ApiVersion;

    /// <summary>The fields.</summary>
    public SchemaType Type { get; } = type;

    /// <summary>The form of a served resource.</summary>
    public static ObjectForm Of(ServedResource resource) =>
        new(resource.Descriptor.Kind, Http.ObjectBody.SchemaOf(resource), resource.View, resource.VersionView);

    /// <summary>A stored object in this form; the same object where the store has this form.</summary>
    public JsonObject FromStored(JsonObject stored) => view is not null
        ? view.Of(stored)
        : versionView is null || stored.Text("apiVersion") == ApiVersion ? stored : versionView.Of(stored);

    /// <summary>An object of this form as it is stored.</summary>
    public JsonObject ToStored(JsonObject obj)
    {
        if (view is null)
        {
            return obj;
        }

        var stored = obj.DeepClone().AsObject();
        view.ToStored(stored);
        return stored;
    }
}
