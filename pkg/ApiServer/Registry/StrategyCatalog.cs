using System.Collections.Concurrent;
using Kube1.Api;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry.AdmissionRegistration;
using Kube1.ApiServer.Registry.ApiExtensions;
using Kube1.ApiServer.Registry.ApiRegistration;
using Kube1.ApiServer.Registry.Apps;
using Kube1.ApiServer.Registry.Autoscaling;
using Kube1.ApiServer.Registry.Batch;
using Kube1.ApiServer.Registry.Certificates;
using Kube1.ApiServer.Registry.Coordination;
using Kube1.ApiServer.Registry.Core;
using Kube1.ApiServer.Registry.Discovery;
using Kube1.ApiServer.Registry.DynamicResources;
using Kube1.ApiServer.Registry.FlowControl;
using Kube1.ApiServer.Registry.Networking;
using Kube1.ApiServer.Registry.Node;
using Kube1.ApiServer.Registry.Policy;
using Kube1.ApiServer.Registry.Rbac;
using Kube1.ApiServer.Registry.Scheduling;
using Kube1.ApiServer.Registry.Storage;

namespace Kube1.ApiServer.Registry;

/// <summary>Which strategy serves which resource; one line each. What is not named here gets the generic one.</summary>
public static class StrategyCatalog
{
    private static readonly ConcurrentDictionary<GroupResource, ResourceStrategy> Strategies = new();

    /// <summary>The strategy of a resource; always the same instance.</summary>
    public static ResourceStrategy For(ResourceDescriptor resource) =>
        Strategies.GetOrAdd(resource.Resource.GroupResource, static key => Make(key));

    private static ResourceStrategy Make(GroupResource resource) => resource switch
    {
        { Group: "", Resource: "configmaps" } => new ConfigMapResource(),
        { Group: "", Resource: "endpoints" } => new EndpointsResource(),
        { Group: "", Resource: "events" } => new EventResource(),
        { Group: "", Resource: "limitranges" } => new LimitRangeResource(),
        { Group: "", Resource: "namespaces" } => new NamespaceResource(),
        { Group: "", Resource: "nodes" } => new NodeResource(),
        { Group: "", Resource: "persistentvolumeclaims" } => new PersistentVolumeClaimResource(),
        { Group: "", Resource: "persistentvolumes" } => new PersistentVolumeResource(),
        { Group: "", Resource: "pods" } => new PodResource(),
        { Group: "", Resource: "podtemplates" } => new PodTemplateResource(),
        { Group: "", Resource: "replicationcontrollers" } => new ReplicationControllerResource(),
        { Group: "", Resource: "resourcequotas" } => new ResourceQuotaResource(),
        { Group: "", Resource: "secrets" } => new SecretResource(),
        { Group: "", Resource: "serviceaccounts" } => new ServiceAccountResource(),
        { Group: "", Resource: "services" } => new ServiceResource(),
        { Group: "admissionregistration.k8s.io", Resource: "mutatingwebhookconfigurations" } =>
            new WebhookConfigurationResource(mutating: true),
        { Group: "admissionregistration.k8s.io", Resource: "validatingwebhookconfigurations" } =>
            new WebhookConfigurationResource(mutating: false),
        { Group: "admissionregistration.k8s.io", Resource: "mutatingadmissionpolicies" } =>
            new MutatingAdmissionPolicyResource(),
        { Group: "admissionregistration.k8s.io", Resource: "mutatingadmissionpolicybindings" } =>
            new PolicyBindingResource(mutating: true),
        { Group: "admissionregistration.k8s.io", Resource: "validatingadmissionpolicies" } =>
            new ValidatingAdmissionPolicyResource(),
        { Group: "admissionregistration.k8s.io", Resource: "validatingadmissionpolicybindings" } =>
            new PolicyBindingResource(mutating: false),
        { Group: "apiextensions.k8s.io", Resource: "customresourcedefinitions" } =>
            new CustomResourceDefinitionResource(),
        { Group: "apiregistration.k8s.io", Resource: "apiservices" } => new ApiServiceResource(),
        { Group: "apps", Resource: "controllerrevisions" } => new ControllerRevisionResource(),
        { Group: "apps", Resource: "daemonsets" } => new DaemonSetResource(),
        { Group: "apps", Resource: "deployments" } => new DeploymentResource(),
        { Group: "apps", Resource: "replicasets" } => new ReplicaSetResource(),
        { Group: "apps", Resource: "statefulsets" } => new StatefulSetResource(),
        { Group: "autoscaling", Resource: "horizontalpodautoscalers" } => new HorizontalPodAutoscalerResource(),
        { Group: "batch", Resource: "cronjobs" } => new CronJobResource(),
        { Group: "batch", Resource: "jobs" } => new JobResource(),
        { Group: "certificates.k8s.io", Resource: "certificatesigningrequests" } =>
            new CertificateSigningRequestResource(),
        { Group: "coordination.k8s.io", Resource: "leases" } => new LeaseResource(),
        { Group: "discovery.k8s.io", Resource: "endpointslices" } => new EndpointSliceResource(),
        { Group: "flowcontrol.apiserver.k8s.io", Resource: "flowschemas" } => new FlowSchemaResource(),
        { Group: "flowcontrol.apiserver.k8s.io", Resource: "prioritylevelconfigurations" } =>
            new PriorityLevelConfigurationResource(),
        { Group: "networking.k8s.io", Resource: "ingressclasses" } => new IngressClassResource(),
        { Group: "networking.k8s.io", Resource: "ingresses" } => new IngressResource(),
        { Group: "networking.k8s.io", Resource: "ipaddresses" } => new IpAddressResource(),
        { Group: "networking.k8s.io", Resource: "networkpolicies" } => new NetworkPolicyResource(),
        { Group: "networking.k8s.io", Resource: "servicecidrs" } => new ServiceCidrResource(),
        { Group: "node.k8s.io", Resource: "runtimeclasses" } => new RuntimeClassResource(),
        { Group: "policy", Resource: "poddisruptionbudgets" } => new PodDisruptionBudgetResource(),
        { Group: "rbac.authorization.k8s.io", Resource: "clusterrolebindings" } => new RoleBindingResource(),
        { Group: "rbac.authorization.k8s.io", Resource: "clusterroles" } => new RoleResource(),
        { Group: "rbac.authorization.k8s.io", Resource: "rolebindings" } => new RoleBindingResource(),
        { Group: "rbac.authorization.k8s.io", Resource: "roles" } => new RoleResource(),
        { Group: "resource.k8s.io", Resource: "deviceclasses" } => new DeviceClassResource(),
        { Group: "resource.k8s.io", Resource: "resourceclaims" } => new ResourceClaimResource(),
        { Group: "resource.k8s.io", Resource: "resourceclaimtemplates" } => new ResourceClaimTemplateResource(),
        { Group: "resource.k8s.io", Resource: "resourceslices" } => new ResourceSliceResource(),
        { Group: "scheduling.k8s.io", Resource: "priorityclasses" } => new PriorityClassResource(),
        { Group: "storage.k8s.io", Resource: "csidrivers" } => new CsiDriverResource(),
        { Group: "storage.k8s.io", Resource: "csinodes" } => new CsiNodeResource(),
        { Group: "storage.k8s.io", Resource: "csistoragecapacities" } => new CsiStorageCapacityResource(),
        { Group: "storage.k8s.io", Resource: "storageclasses" } => new StorageClassResource(),
        { Group: "storage.k8s.io", Resource: "volumeattachments" } => new VolumeAttachmentResource(),
        { Group: "storage.k8s.io", Resource: "volumeattributesclasses" } => new VolumeAttributesClassResource(),
        _ => new GenericStrategy(),
    };
}
