using Kube1.Api.Models;
using Kube1.Network.Proxy;

namespace Kube1.Tests.Network;

public sealed class ServicePortPlannerTests
{
    [Test]
    public void Plan_ReadyAndTerminating_TakesTheReadyOnes() =>
        Assert.That(
            Internal(Slice(("10.42.0.2", true, false, "a"), ("10.42.0.3", false, true, "a"))),
            Is.EqualTo(new[] { "10.42.0.2 . 8080" }));

    [Test]
    public void Plan_NoneReady_FallsBackToServingTerminating() =>
        Assert.That(
            Internal(Slice(("10.42.0.2", false, false, "a"), ("10.42.0.3", false, true, "a"))),
            Is.EqualTo(new[] { "10.42.0.3 . 8080" }));

    [Test]
    public void Plan_ExternalPolicyLocal_KeepsOnlyThisNodesEndpoints()
    {
        var service = Service();
        service.Spec!.Type = "NodePort";
        service.Spec.ExternalTrafficPolicy = "Local";
        service.Spec.Ports![0].NodePort = 30080;
        var slice = Slice(("10.42.0.2", true, false, "a"), ("10.42.1.2", true, false, "b"));
        var plan = ServicePortPlanner.Plan(service, [slice], "a").Single();
        Assert.Multiple(() =>
        {
            Assert.That(plan.ExternalEndpoints.Select(e => e.ToString()), Is.EqualTo(new[] { "10.42.0.2 . 8080" }));
            Assert.That(plan.InternalEndpoints, Has.Count.EqualTo(2));
            Assert.That(plan.ClusterEndpoints, Has.Count.EqualTo(2));
        });
    }

    [TestCase("None")]
    [TestCase("")]
    public void Plan_NoClusterAddress_GivesNothing(string clusterIP)
    {
        var service = Service();
        service.Spec!.ClusterIP = clusterIP;
        Assert.That(ServicePortPlanner.Plan(service, [], "a"), Is.Empty);
    }

    private static IEnumerable<string> Internal(V1EndpointSlice slice) =>
        ServicePortPlanner.Plan(Service(), [slice], "a").Single().InternalEndpoints.Select(e => e.ToString());

    internal static V1Service Service() => new()
    {
        Metadata = new() { Namespace = "default", Name = "web" },
        Spec = new() { ClusterIP = "10.43.0.5", Type = "ClusterIP", Ports = [new() { Name = "http", Port = 80, Protocol = "TCP" }] },
    };

    internal static V1EndpointSlice Slice(params (string Address, bool Ready, bool Terminating, string Node)[] endpoints) => new()
    {
        Metadata = new() { Namespace = "default", Name = "web-1", Labels = new() { ["kubernetes.io/service-name"] = "web" } },
        AddressType = "IPv4",
        Ports = [new() { Name = "http", Port = 8080, Protocol = "TCP" }],
        Endpoints = [.. endpoints.Select(e => new V1Endpoint
        {
            Addresses = [e.Address],
            NodeName = e.Node,
            Conditions = new() { Ready = e.Ready, Serving = e.Ready || e.Terminating, Terminating = e.Terminating },
        })],
    };
}
