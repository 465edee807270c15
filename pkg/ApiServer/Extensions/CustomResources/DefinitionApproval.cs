using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>
/// The condition KubernetesAPIApprovalPolicyConformant of definitions in groups of the Kubernetes community (KEP-1111).
/// </summary>
internal static class DefinitionApproval
{
    private const string Annotation = "api-approved.kubernetes.io";

    private const string Source = "see https://github.com/kubernetes/enhancements/pull/1111";

    /// <summary>Sets the condition; true when that changes anything.</summary>
    public static bool Apply(JsonObject definition, DateTimeOffset now)
    {
        var group = definition.Text("spec.group");
        if (group is not ("k8s.io" or "kubernetes.io") && !group.EndsWith(".k8s.io", StringComparison.Ordinal)
            && !group.EndsWith(".kubernetes.io", StringComparison.Ordinal))
        {
            return false;
        }

        var (status, reason, message) = Judge(ObjectMetadata.Of(definition).Annotation(Annotation) ?? "");
        return StatusConditions.Set(definition, DefinitionConditions.ApprovalPolicy, status, reason, message, now);
    }

    private static (string Status, string Reason, string Message) Judge(string approval)
    {
        if (approval.Length == 0)
        {
            return ("False", "MissingAnnotation",
                $"protected groups must have approval annotation \"{Annotation}\", {Source}");
        }

        if (approval.StartsWith("unapproved", StringComparison.Ordinal))
        {
            return ("False", "UnapprovedAnnotation", $"not approved: {Api.Json.GoText.Quote(approval)}");
        }

        return Uri.TryCreate(approval, UriKind.Absolute, out var url) && url.Host.Length > 0
            ? ("True", "ApprovedAnnotation", $"approved in {approval}")
            : ("False", "InvalidAnnotation",
                $"protected groups must have approval annotation \"{Annotation}\" with either a URL or a reason starting with "
                + $"\"unapproved\", {Source}");
    }
}
