using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Networking;

/// <summary>References from objects of this group to objects of any group, with upstream's paths and words.</summary>
internal static class ParentReferenceRules
{
    /// <summary>Group, kind and name of an object in the same namespace, or of a cluster-scoped one.</summary>
    public static void ValidateTyped(JsonObject reference, FieldPath path, FieldErrorList errors)
    {
        if (reference["apiGroup"] is not null)
        {
            errors.AddMessages(
                path.Child("apiGroup"), reference.Text("apiGroup"), NameRules.IsDns1123Subdomain, evenEmpty: true);
        }

        foreach (var field in new[] { "kind", "name" })
        {
            errors.RequiredName(path.Child(field), reference.Text(field), NameRules.IsPathSegmentName);
        }
    }

    /// <summary>What an IPAddress belongs to: resource and name are needed.</summary>
    public static void ValidateParent(JsonObject? parent, FieldPath path, FieldErrorList errors)
    {
        if (parent is null)
        {
            errors.Required(path);
            return;
        }

        errors.AddMessages(path.Child("group"), parent.Text("group"), NameRules.IsDns1123Subdomain);
        errors.RequiredName(path.Child("resource"), parent.Text("resource"), NameRules.IsPathSegmentName);
        errors.RequiredName(path.Child("name"), parent.Text("name"), NameRules.IsPathSegmentName);
        errors.AddMessages(path.Child("namespace"), parent.Text("namespace"), NameRules.IsPathSegmentName);
    }
}
