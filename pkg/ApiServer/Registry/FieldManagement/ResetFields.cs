using Kube1.Api.Schema;

namespace Kube1.ApiServer.Registry.FieldManagement;

/// <summary>
/// What writes leave as it is, by resource and subresource: an update of an object does not touch its status, one of
/// the status nothing else. Nobody comes to own such fields (GetResetFields in k8s.io/kubernetes/pkg/registry).
/// </summary>
internal static class ResetFields
{
    private static readonly FieldFilter Status = FieldFilter.Without("status");
    private static readonly FieldFilter Spec = FieldFilter.Without("spec");
    private static readonly FieldFilter SpecAndMetadata = FieldFilter.Without("spec", "metadata");

    private static readonly Dictionary<string, FieldFilter> Exceptions = new(StringComparer.Ordinal)
    {
        ["deployments.apps/status"] = FieldFilter.Without("spec", "metadata.labels"),
        ["pods/status"] = FieldFilter.Without("spec", "metadata.deletionTimestamp", "metadata.ownerReferences"),
        ["pods/ephemeralcontainers"] = FieldFilter.Only("spec.ephemeralContainers"),
        ["pods/resize"] = FieldFilter.Only(
            "spec.containers.*.resources", "spec.containers.*.resizePolicy",
            "spec.initContainers.*.resources", "spec.initContainers.*.resizePolicy"),
        ["namespaces/finalize"] = Status,
        ["certificatesigningrequests.certificates.k8s.io/status"] = FieldFilter.Without("spec", "status.conditions"),
        ["certificatesigningrequests.certificates.k8s.io/approval"] = FieldFilter.Without("spec", "status.certificate"),
        ["validatingadmissionpolicies.admissionregistration.k8s.io/status"] = SpecAndMetadata,
        ["volumeattachments.storage.k8s.io/status"] = SpecAndMetadata,
        ["customresourcedefinitions.apiextensions.k8s.io/status"] = SpecAndMetadata,
        ["apiservices.apiregistration.k8s.io/status"] = SpecAndMetadata,
        ["flowschemas.flowcontrol.apiserver.k8s.io/status"] = SpecAndMetadata,
        ["prioritylevelconfigurations.flowcontrol.apiserver.k8s.io/status"] = SpecAndMetadata,
    };

    /// <summary>The filter of a write.</summary>
    public static FieldFilter Of(ResourceDescriptor resource, string subresource)
    {
        if (subresource.Length == 0)
        {
            return resource.Subresources.Any(s => s.Name == "status") ? Status : FieldFilter.None;
        }

        if (resource.IsCustom && subresource == "status")
        {
            return SpecAndMetadata;
        }

        return Exceptions.GetValueOrDefault($"{resource.Resource.GroupResource}/{subresource}")
            ?? (subresource == "status" ? Spec : FieldFilter.None);
    }
}
