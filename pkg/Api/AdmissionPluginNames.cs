using System.Collections.Frozen;

namespace Kube1.Api;

/// <summary>
/// The admission plug-ins that an administrator may switch on and off, by upstream's names.
/// Source: https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/
/// </summary>
public static class AdmissionPluginNames
{
    /// <summary>In the order in which they run.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "NamespaceLifecycle", "LimitRanger", "ServiceAccount", "NodeRestriction", "TaintNodesByCondition",
        "AlwaysPullImages", "PodSecurity", "Priority", "DefaultTolerationSeconds", "DefaultStorageClass",
        "StorageObjectInUseProtection", "OwnerReferencesPermissionEnforcement", "PersistentVolumeClaimResize",
        "RuntimeClass", "CertificateApproval", "CertificateSigning", "ClusterTrustBundleAttest",
        "CertificateSubjectRestriction", "DefaultIngressClass", "DenyServiceExternalIPs", "PodTopologyLabels",
        "MutatingAdmissionPolicy", "MutatingAdmissionWebhook", "ValidatingAdmissionPolicy",
        "ValidatingAdmissionWebhook", "ResourceQuota",
    ];

    /// <summary>Upstream's, and NodeRestriction too: every installer of Kubernetes switches it on.</summary>
    private static readonly FrozenSet<string> OffByDefault =
        FrozenSet.Create("AlwaysPullImages", "OwnerReferencesPermissionEnforcement", "DenyServiceExternalIPs");

    private static readonly FrozenSet<string> Known = All.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether there is a plug-in of this name.</summary>
    public static bool IsKnown(string name) => Known.Contains(name);

    /// <summary>Whether it runs unless somebody says otherwise.</summary>
    public static bool IsOnByDefault(string name) => Known.Contains(name) && !OffByDefault.Contains(name);
}
