using Kube1.Api.Models;
using Kube1.Client.Controllers;
using Kube1.Controllers.ClusterRoleAggregation;
using Kube1.Controllers.Deployments;
using Kube1.Controllers.Endpoints;
using Kube1.Controllers.EndpointSlices;
using Kube1.Controllers.FlowSchemas;
using Kube1.Controllers.GarbageCollectors;
using Kube1.Controllers.Namespaces;
using Kube1.Controllers.NodeIpam;
using Kube1.Controllers.NodeLifecycles;
using Kube1.Controllers.PodDisruptionBudgets;
using Kube1.Controllers.PodGarbageCollectors;
using Kube1.Controllers.ReplicaSets;
using Kube1.Controllers.ReplicationControllers;
using Kube1.Controllers.ResourceQuotas;
using Kube1.Controllers.RootCertificatePublishers;
using Kube1.Controllers.ServiceAccounts;
using Kube1.Controllers.VolumeProtection;

namespace Kube1.Controllers;

/// <summary>All controllers of the cluster, one line each.</summary>
public static class ControllerCatalog
{
    /// <summary>Makes the controllers; each runs on its own until cancelled.</summary>
    public static IReadOnlyList<IController> CreateAll(ControllerContext context) =>
    [
        new DeploymentController(context),
        ReplicaSets(context),
        ReplicationControllers(context),
        new EndpointSliceController(context),
        new EndpointsController(context),
        new NamespaceController(context),
        new ServiceAccountController(context),
        new RootCertificatePublisher(context),
        new GarbageCollector(context),
        new NodeIpamController(context),
        new NodeLifecycleController(context),
        new TaintEvictionController(context),
        new PodGarbageCollector(context),
        new PodDisruptionBudgetController(context),
        new ClusterRoleAggregationController(context),
        new FlowSchemaController(context),
        new ResourceQuotaController(context),
        new ClaimProtectionController(context),
        new VolumeProtectionController(context),
    ];

    private static ReplicaController ReplicaSets(ControllerContext c) => new(
        "replicaset-controller", "replicaset-controller",
        new ReplicaSetStore(c.ClientFor("replicaset-controller"), c.Informers.Of<V1ReplicaSet>()), c);

    private static ReplicaController ReplicationControllers(ControllerContext c) => new(
        "replication-controller", "replication-controller",
        new ReplicationControllerStore(
            c.ClientFor("replication-controller"), c.Informers.Of<V1ReplicationController>()), c);
}
