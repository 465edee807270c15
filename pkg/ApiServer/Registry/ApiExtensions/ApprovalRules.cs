using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.ApiExtensions;

/// <summary>Groups of the Kubernetes community are for what it has approved (KEP-1111).</summary>
internal static class ApprovalRules
{
    private const string Annotation = "api-approved.kubernetes.io";

    private const string Source = ", see https://github.com/kubernetes/enhancements/pull/1111";

    private enum State
    {
        Missing,
        Invalid,
        Bypassed,
        Approved,
    }

    /// <summary>Checks the annotation; what it was before, it may stay.</summary>
    public static void Validate(JsonObject obj, JsonObject? old, FieldErrorList errors)
    {
        var state = StateOf(obj);
        if (!IsCommunity(obj.Text("spec.group")) || (old is not null && StateOf(old) == state))
        {
            return;
        }

        var path = FieldPath.Of("metadata", "annotations").Key(Annotation);
        switch (state)
        {
            case State.Missing:
                errors.Required(path, $"protected groups must have approval annotation \"{Annotation}\"" + Source);
                break;
            case State.Invalid:
                errors.Invalid(
                    path, ObjectMetadata.Of(obj).Annotation(Annotation),
                    $"protected groups must have approval annotation \"{Annotation}\" with either a URL or a reason starting "
                    + "with \"unapproved\"" + Source);
                break;
            default:
                break;
        }
    }

    /// <summary>Whether the group is the community's.</summary>
    public static bool IsCommunity(string group) =>
        group is "k8s.io" or "kubernetes.io" || group.EndsWith(".k8s.io", StringComparison.Ordinal)
        || group.EndsWith(".kubernetes.io", StringComparison.Ordinal);

    private static State StateOf(JsonObject obj) => ObjectMetadata.Of(obj).Annotation(Annotation) switch
    {
        null or "" => State.Missing,
        var text when text.StartsWith("unapproved", StringComparison.Ordinal) => State.Bypassed,
        var text when Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Host.Length > 0 => State.Approved,
        _ => State.Invalid,
    };
}
