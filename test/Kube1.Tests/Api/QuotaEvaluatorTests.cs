using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Quotas;

namespace Kube1.Tests.Api;

[TestFixture]
public sealed class QuotaEvaluatorTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Containers with requests and limits, then what is around them.
    [TestCase("""{"spec":{"containers":[{"name":"a"}]}}""", "count/pods=1,pods=1")]
    [TestCase(
        """{"spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"100m"},"limits":{"cpu":"1","memory":"1Gi"}}}]}}""",
        "count/pods=1,cpu=100m,limits.cpu=1,limits.memory=1Gi,pods=1,requests.cpu=100m")]
    [TestCase(
        """
        {"spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}},{"name":"b","resources":{"requests":{"cpu":"1"}}}],
        "initContainers":[{"name":"i","resources":{"requests":{"cpu":"3"}}}]}}
        """, "count/pods=1,cpu=3,pods=1,requests.cpu=3")]
    [TestCase(
        """
        {"spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}}],
        "initContainers":[{"name":"s","restartPolicy":"Always","resources":{"requests":{"cpu":"1"}}},
        {"name":"i","resources":{"requests":{"cpu":"2"}}}]}}
        """, "count/pods=1,cpu=3,pods=1,requests.cpu=3")]
    [TestCase(
        """
        {"spec":{"overhead":{"cpu":"250m","memory":"10Mi"},
        "containers":[{"name":"a","resources":{"requests":{"cpu":"1"},"limits":{"cpu":"2"}}}]}}
        """,
        "count/pods=1,cpu=1250m,limits.cpu=2250m,memory=10Mi,pods=1,requests.cpu=1250m,requests.memory=10Mi")]
    [TestCase(
        """
        {"spec":{"resources":{"requests":{"cpu":"4"}},"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}}]}}
        """, "count/pods=1,cpu=4,pods=1,requests.cpu=4")]
    [TestCase(
        """
        {"spec":{"containers":[{"name":"a","resources":{"requests":{"example.com/gpu":"2","hugepages-2Mi":"4Mi",
        "ephemeral-storage":"1Gi"}}}]}}
        """,
        "count/pods=1,ephemeral-storage=1Gi,hugepages-2Mi=4Mi,pods=1,requests.ephemeral-storage=1Gi,"
        + "requests.example.com/gpu=2,requests.hugepages-2Mi=4Mi")]
    [TestCase("""{"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Succeeded"}}""", "count/pods=1")]
    [TestCase("""{"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Failed"}}""", "count/pods=1")]
    [TestCase(
        """
        {"metadata":{"deletionTimestamp":"2025-12-31T23:59:00Z","deletionGracePeriodSeconds":30},
        "spec":{"containers":[{"name":"a"}]}}
        """, "count/pods=1")]
    [TestCase(
        """
        {"metadata":{"deletionTimestamp":"2025-12-31T23:59:50Z","deletionGracePeriodSeconds":30},
        "spec":{"containers":[{"name":"a"}]}}
        """, "count/pods=1,pods=1")]
    [TestCase(
        """
        {"spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}}]},"status":{"containerStatuses":[{"name":"a",
        "ready":true,"restartCount":0,"image":"i","imageID":"","resources":{"requests":{"cpu":"2"}},"allocatedResources":{"cpu":"2"}}]}}
        """, "count/pods=1,cpu=2,pods=1,requests.cpu=2")]
    public void Pods_Usage_IsThatOfUpstream(string pod, string expected) => Assert.That(Usage("", "pods", pod), Is.EqualTo(expected));

    [TestCase("""{"spec":{"ports":[{"port":1}]}}""", "count/services=1,services=1,services.loadbalancers=0,services.nodeports=0")]
    [TestCase(
        """{"spec":{"type":"NodePort","ports":[{"port":1},{"port":2}]}}""",
        "count/services=1,services=1,services.loadbalancers=0,services.nodeports=2")]
    [TestCase(
        """{"spec":{"type":"LoadBalancer","ports":[{"port":1},{"port":2}]}}""",
        "count/services=1,services=1,services.loadbalancers=1,services.nodeports=2")]
    [TestCase(
        """{"spec":{"type":"LoadBalancer","allocateLoadBalancerNodePorts":false,"ports":[{"port":1,"nodePort":30001},{"port":2}]}}""",
        "count/services=1,services=1,services.loadbalancers=1,services.nodeports=1")]
    public void Services_Usage_IsThatOfUpstream(string service, string expected) =>
        Assert.That(Usage("", "services", service), Is.EqualTo(expected));

    [TestCase(
        """{"spec":{"resources":{"requests":{"storage":"1.5"}}}}""",
        "count/persistentvolumeclaims=1,persistentvolumeclaims=1,requests.storage=2")]
    [TestCase(
        """{"spec":{"storageClassName":"g","resources":{"requests":{"storage":"1Gi"}}},"status":{"allocatedResources":{"storage":"2Gi"}}}""",
        "count/persistentvolumeclaims=1,g.storageclass.storage.k8s.io/persistentvolumeclaims=1,"
        + "g.storageclass.storage.k8s.io/requests.storage=2Gi,persistentvolumeclaims=1,requests.storage=2Gi")]
    [TestCase("""{"spec":{}}""", "count/persistentvolumeclaims=1,persistentvolumeclaims=1")]
    public void Claims_Usage_IsThatOfUpstream(string claim, string expected) =>
        Assert.That(Usage("", "persistentvolumeclaims", claim), Is.EqualTo(expected));

    [TestCase(
        """
        {"spec":{"devices":{"requests":[{"name":"a","exactly":{"deviceClassName":"g","allocationMode":"ExactCount","count":3}},
        {"name":"b","exactly":{"deviceClassName":"g","allocationMode":"All"}}]}}}
        """, "count/resourceclaims.resource.k8s.io=1,g.deviceclass.resource.k8s.io/devices=35")]
    [TestCase(
        """
        {"spec":{"devices":{"requests":[{"name":"a","firstAvailable":[
        {"name":"x","deviceClassName":"g","allocationMode":"ExactCount","count":3},
        {"name":"y","deviceClassName":"g","allocationMode":"ExactCount","count":5},
        {"name":"z","deviceClassName":"h","allocationMode":"ExactCount","count":1}]}]}}}
        """,
        "count/resourceclaims.resource.k8s.io=1,g.deviceclass.resource.k8s.io/devices=5,h.deviceclass.resource.k8s.io/devices=1")]
    public void ResourceClaims_Usage_IsThatOfUpstream(string claim, string expected) =>
        Assert.That(Usage("resource.k8s.io", "resourceclaims", claim), Is.EqualTo(expected));

    [TestCase("pods", "pods")]
    [TestCase("requests.cpu", "pods")]
    [TestCase("requests.example.com/gpu", "pods")]
    [TestCase("hugepages-2Mi", "pods")]
    [TestCase("limits.example.com/gpu", null)]
    [TestCase("requests.storage", "persistentvolumeclaims")]
    [TestCase("x.storageclass.storage.k8s.io/requests.storage", "persistentvolumeclaims")]
    [TestCase("x.deviceclass.resource.k8s.io/devices", "resourceclaims.resource.k8s.io")]
    [TestCase("configmaps", "configmaps")]
    [TestCase("count/deployments.apps", "deployments.apps")]
    [TestCase("count/widgets.a.example.com", "widgets.a.example.com")]
    [TestCase("deployments", null)]
    [TestCase("", null)]
    public void ForName_ResourceOfAQuota_FindsWhoCountsIt(string name, string? expected) =>
        Assert.That(QuotaEvaluators.ForName(name)?.Resource.ToString(), Is.EqualTo(expected));

    private static string Usage(string group, string resource, string json)
    {
        var evaluator = QuotaEvaluators.For(new GroupResource(group, resource));
        return ResourceSums.Text(evaluator.Usage(evaluator.Decode(JsonNode.Parse(json)!.AsObject()), Now));
    }
}
