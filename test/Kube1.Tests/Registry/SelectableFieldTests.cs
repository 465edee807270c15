using Kube1.ApiServer.Registry;

namespace Kube1.Tests.Registry;

/// <summary>Which fields selectors may name, and what is said of others.</summary>
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class SelectableFieldTests
{
    private RegistryServer _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _server = await RegistryServer.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [TestCase("pods", "spec.nodeName,spec.restartPolicy,spec.schedulerName,spec.serviceAccountName,spec.hostNetwork,status.phase,"
        + "status.podIP,status.podIPs,status.nominatedNodeName")]
    [TestCase("events", "involvedObject.kind,involvedObject.namespace,involvedObject.name,involvedObject.uid,"
        + "involvedObject.apiVersion,involvedObject.resourceVersion,involvedObject.fieldPath,reason,reportingComponent,source,type")]
    [TestCase("nodes", "spec.unschedulable")]
    [TestCase("namespaces", "status.phase")]
    [TestCase("secrets", "type")]
    [TestCase("services", "spec.clusterIP,spec.type")]
    [TestCase("replicationcontrollers", "status.replicas")]
    [TestCase("replicasets", "status.replicas")]
    [TestCase("jobs", "status.successful")]
    [TestCase("certificatesigningrequests", "spec.signerName")]
    [TestCase("resourceslices", "spec.nodeName,spec.driver")]
    [TestCase("deployments", "")]
    public void Fields_Kind_AreUpstreams(string resource, string fields) => Assert.That(
        string.Join(',', StrategyCatalog.For(RegistryServer.Find(resource)).SelectableFields.Select(f => f.Path)),
        Is.EqualTo(fields));

    [TestCase("pods", "spec.x", "field label not supported: spec.x")]
    [TestCase("jobs", "spec.x", "field label \"spec.x\" not supported for batchv1.Job")]
    [TestCase("resourceslices", "spec.x", "field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: spec.x")]
    [TestCase("deployments", "spec.x", "\"spec.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    public async Task List_UnknownField_BadRequest(string resource, string field, string message)
    {
        var (code, body) = await _server.SelectAsync(resource, field + "=y");

        Assert.That(code, Is.EqualTo(400));
        Assert.That((string?)body["message"], Is.EqualTo(message));
    }
}
