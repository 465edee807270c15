using Kube1.Api;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Matching;

/// <summary>A resource in the version in which a rule is about it, and the kind of what is written in that version.</summary>
/// <param name="Form">The resource in that version.</param>
/// <param name="Kind">The kind of the object, or of the subresource's body.</param>
internal sealed record MatchedResource(ServedResource Form, GroupVersionKind Kind)
{
    /// <summary>The resource's name.</summary>
    public GroupVersionResource Resource => Form.Descriptor.Resource;

    /// <summary>Whether the object itself is written. Bodies of other kinds (a Scale, a Binding) have one version.</summary>
    public bool IsWhole => Kind == Form.Descriptor.Kind;

    /// <summary>The fields of what is written; null for kinds that the tables do not describe.</summary>
    public SchemaType? Schema => IsWhole ? Form.Schema : SchemaCatalog.BuiltIn.Find(Kind);

    /// <summary>A form of a resource; null where it has no such subresource.</summary>
    public static MatchedResource? Of(ServedResource form, string subresource) => subresource.Length == 0
        ? new MatchedResource(form, form.Descriptor.Kind)
        : form.Descriptor.Subresources.FirstOrDefault(s => s.Name == subresource) is { } body
            ? new MatchedResource(form, body.Kind)
            : null;
}
