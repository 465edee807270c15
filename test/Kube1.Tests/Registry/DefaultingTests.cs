using System.Text.Json.Nodes;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;
using Kube1.Testing;

namespace Kube1.Tests.Registry;

/// <summary>What the server fills in, and that filling in twice changes nothing.</summary>
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class DefaultingTests
{
    private RegistryServer _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _server = await RegistryServer.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [TestCase("deployments", "{}", "spec.strategy", """{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}}""")]
    [TestCase("deployments", "{}", "spec.progressDeadlineSeconds", "600")]
    [TestCase("daemonsets", "{}", "spec.updateStrategy", """{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1,"maxSurge":0}}""")]
    [TestCase("daemonsets", "{}", "metadata.annotations", """{"deprecated.daemonset.template.generation":"1"}""")]
    [TestCase("statefulsets", "{}", "spec.updateStrategy", """{"type":"RollingUpdate","rollingUpdate":{"partition":0}}""")]
    [TestCase("statefulsets", """{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":2}}}}""", "spec.updateStrategy.rollingUpdate",
        """{"partition":0}""")]
    [TestCase("statefulsets", "{}", "spec.persistentVolumeClaimRetentionPolicy", """{"whenDeleted":"Retain","whenScaled":"Retain"}""")]
    [TestCase("jobs", "{}", "spec.backoffLimit", "6")]
    [TestCase("jobs", """{"spec":{"completionMode":"Indexed","completions":1,"backoffLimitPerIndex":1}}""", "spec.backoffLimit", "2147483647")]
    [TestCase("jobs", """{"spec":{"podFailurePolicy":{"rules":[]}}}""", "spec.podReplacementPolicy", "\"Failed\"")]
    [TestCase("cronjobs", "{}", "spec.concurrencyPolicy", "\"Allow\"")]
    [TestCase("horizontalpodautoscalers", "{}", "spec.metrics",
        """[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}]""")]
    [TestCase("horizontalpodautoscalers", """{"spec":{"behavior":{}}}""", "spec.behavior.scaleDown",
        """{"selectPolicy":"Max","policies":[{"type":"Percent","value":100,"periodSeconds":15}]}""")]
    [TestCase("networkpolicies", """{"spec":{"egress":[{"ports":[{"port":1}]}]}}""", "spec.policyTypes", """["Ingress","Egress"]""")]
    [TestCase("ingressclasses", """{"spec":{"parameters":{"kind":"K","name":"n"}}}""", "spec.parameters.scope", "\"Cluster\"")]
    [TestCase("storageclasses", "{}", "volumeBindingMode", "\"Immediate\"")]
    [TestCase("csidrivers", "{}", "spec.volumeLifecycleModes", """["Persistent"]""")]
    [TestCase("rolebindings", """{"subjects":[{"kind":"User","name":"u"}]}""", "subjects",
        """[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"u"}]""")]
    [TestCase("validatingwebhookconfigurations", "{}", "webhooks.0.timeoutSeconds", "10")]
    [TestCase("validatingadmissionpolicies", "{}", "spec.matchConstraints.matchPolicy", "\"Equivalent\"")]
    [TestCase("customresourcedefinitions", "{}", "spec.names", """{"plural":"sweeps","singular":"sweep","kind":"Sweep","listKind":"SweepList"}""")]
    [TestCase("customresourcedefinitions", "{}", "status.storedVersions", """["v1"]""")]
    [TestCase("flowschemas", "{}", "spec.matchingPrecedence", "1000")]
    [TestCase("prioritylevelconfigurations",
        """{"spec":{"limited":{"limitResponse":{"type":"Queue","queuing":{}}}}}""", "spec.limited.limitResponse.queuing",
        """{"queues":64,"handSize":8,"queueLengthLimit":50}""")]
    [TestCase("resourceclaims", """{"spec":{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"c"}}]}}}""",
        "spec.devices.requests.0.exactly", """{"deviceClassName":"c","allocationMode":"ExactCount","count":1}""")]
    [TestCase("apiservices", "{}", "spec.service.port", "443")]
    public async Task Create_FieldsLeftOut_FilledIn(string resource, string patch, string path, string expected)
    {
        JsonNode? value = await _server.DefaultedAsync(resource, patch);
        foreach (var name in path.Split('.'))
        {
            value = value is JsonArray array ? array[int.Parse(name)] : value?[name];
        }

        Assert.That(JsonNode.DeepEquals(value, JsonNode.Parse(expected)), $"{path} is {value?.ToJsonString()}");
    }

    [Test]
    public void Default_SmallestObjectOfEveryKind_Idempotent() => Assert.Multiple(() =>
    {
        foreach (var resource in ResourceCatalog.All.Where(r => r.Verbs.Contains("watch")))
        {
            var strategy = StrategyCatalog.For(resource);
            var once = SmallestObjects.Of(resource.Resource.GroupResource);
            strategy.Default(once);
            var twice = once.DeepClone().AsObject();
            strategy.Default(twice);
            Assert.That(twice.ToJsonString(), Is.EqualTo(once.ToJsonString()), resource.Resource.ToString());
        }
    });
}
