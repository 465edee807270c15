using Kube1.ApiServer.Admission.Plugins;
using Kube1.ApiServer.Admission.Policies;
using Kube1.ApiServer.Admission.Policies.Mutations;
using Kube1.ApiServer.Admission.Webhooks;

namespace Kube1.ApiServer.Admission;

/// <summary>
/// The plug-ins, in upstream's order (kubernetes.io, "Admission Control in Kubernetes"): those that run by default or are
/// asked for.
/// </summary>
internal static class AdmissionPlugins
{
    public static IReadOnlyList<IAdmissionPlugin> Create(AdmissionContext context)
    {
        IReadOnlyList<IAdmissionPlugin> all =
        [
            new NamespaceLifecycle(),
            new LimitRanger(),
            new ServiceAccount(context.Time),
            new NodeRestriction(context.Authorizer, context.Objects),
            new TaintNodesByCondition(),
            new AlwaysPullImages(),
            new PodSecurity(context.Settings.PodSecurity, context.Time),
            new PodPriority(),
            new DefaultTolerationSeconds(),
            new DefaultStorageClass(),
            new StorageObjectInUseProtection(),
            new OwnerReferencesPermissionEnforcement(context.Authorizer, context.Objects),
            new PersistentVolumeClaimResize(),
            new RuntimeClassAdmission(),
            new CertificateApproval(context.Authorizer),
            new CertificateSigning(context.Authorizer),
            new ClusterTrustBundleAttest(context.Authorizer),
            new CertificateSubjectRestriction(),
            new DefaultIngressClass(),
            new DenyServiceExternalIPs(),
            new PodTopologyLabels(),
            new MutatingPolicies(
                new(
                    new PolicyIndex<MutatingPolicy>(context.Store, "mutating", ValidatedPolicies.Mutating.Take),
                    context.Objects),
                context.Authorizer, context.Time),
            new MutatingWebhooks(context),
            new ValidatingPolicies(
                new(
                    new PolicyIndex<ValidatingPolicy>(context.Store, "validating", ValidatedPolicies.Validating.Take),
                    context.Objects),
                context.Authorizer),
            new ValidatingWebhooks(context),
            new RoleEscalation(context.Authorizer, context.Rbac),
            new ResourceQuota(context.Objects, context.Settings.LimitedResources, context.Time),
        ];
        return [.. all.Where(p => context.Settings.Runs(p.Name))];
    }
}
