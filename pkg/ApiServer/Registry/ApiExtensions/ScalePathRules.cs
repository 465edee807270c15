using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.ApiExtensions;

/// <summary>Where a custom resource keeps its replicas: simple paths below spec and status.</summary>
internal static class ScalePathRules
{
    /// <summary>Checks subresources.scale of a version.</summary>
    public static void Validate(JsonObject scale, FieldPath path, FieldErrorList errors)
    {
        Check(scale, "specReplicasPath", ".spec", required: true, path, errors);
        Check(scale, "statusReplicasPath", ".status", required: true, path, errors);
        Check(scale, "labelSelectorPath", ".status", required: false, path, errors);
    }

    private static void Check(
        JsonObject scale, string field, string root, bool required, FieldPath path, FieldErrorList errors)
    {
        var (at, text) = (path.Child("scale." + field), scale.Text(field));
        var roots = required || root == ".spec" ? new[] { root } : [".spec", ".status"];
        if (text.Length == 0)
        {
            if (required)
            {
                errors.Required(at);
            }
        }
        else if (!text.StartsWith('.'))
        {
            errors.Invalid(at, text, "must be a simple json path starting with .");
        }
        else if (!roots.Any(r => text.StartsWith(r + ".", StringComparison.Ordinal)))
        {
            var where = roots.Length > 1 ? "either " + string.Join(" or ", roots) : root;
            errors.Invalid(at, text, "should be a json path under " + where);
        }
    }
}
