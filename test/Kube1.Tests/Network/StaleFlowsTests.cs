using System.Net;
using Kube1.Network.Hosts;
using Kube1.Network.Proxy;

namespace Kube1.Tests.Network;

public sealed class StaleFlowsTests
{
    private readonly FakeTracking _tracking = new();
    private StaleFlows _flows = null!;

    [SetUp]
    public void Start()
    {
        _tracking.Flows = [];
        _tracking.Lists = 0;
        _flows = new StaleFlows(_tracking);
    }

    [Test]
    public void Forget_EndpointGone_ForgetsItsFlowsAlone()
    {
        _tracking.Flows = [Flow("10.43.0.5", 53, "10.42.0.2"), Flow("10.43.0.5", 53, "10.42.0.3"), Flow("10.43.0.99", 53, "10.42.0.2")];
        Assert.Multiple(() =>
        {
            Assert.That(_flows.Forget([Service("udp", "10.42.0.3")], []), Is.EqualTo(1));
            Assert.That(_tracking.Flows, Is.EqualTo(new[] { Flow("10.43.0.5", 53, "10.42.0.3"), Flow("10.43.0.99", 53, "10.42.0.2") }));
        });
    }

    [Test]
    public void Forget_FirstEndpoint_ForgetsFlowsThatNobodyAnswered()
    {
        // Before there was an endpoint, the packet went nowhere and "answers" are expected of the Service's own address.
        _tracking.Flows = [Flow("10.43.0.5", 53, "10.43.0.5")];
        Assert.That(_flows.Forget([Service("udp")], []), Is.Zero, "there is nowhere better to go");
        Assert.That(_flows.Forget([Service("udp", "10.42.0.2")], []), Is.EqualTo(1));
    }

    [Test]
    public void Forget_NodePort_LooksAtThePort()
    {
        _tracking.Flows =
            [Flow("192.0.2.1", 30053, "10.42.0.2"), Flow("192.0.2.1", 30053, "10.42.0.3"), Flow("192.0.2.1", 30054, "10.42.0.2")];
        _flows.Forget([Service("udp", "10.42.0.3") with { NodePort = 30053, ExternalEndpoints = [Endpoint("10.42.0.3")] }], []);
        Assert.That(_tracking.Flows, Is.EqualTo(new[] { Flow("192.0.2.1", 30053, "10.42.0.3"), Flow("192.0.2.1", 30054, "10.42.0.2") }));
    }

    [Test]
    public void Forget_HostPort_LooksAtThePod()
    {
        _tracking.Flows = [Flow("192.0.2.1", 5353, "10.42.0.2")];
        _flows.Forget([], [new HostPortTarget("udp", 5353, null, IPAddress.Parse("10.42.0.7"), 53)]);
        Assert.That(_tracking.Flows, Is.Empty);
    }

    [Test]
    public void Forget_Tcp_IsLeftAlone()
    {
        _tracking.Flows = [Flow("10.43.0.5", 53, "10.42.0.2")];
        Assert.That(_flows.Forget([Service("tcp", "10.42.0.3")], []), Is.Zero);
        Assert.That(_tracking.Lists, Is.Zero, "the kernel need not be asked");
    }

    [Test]
    public void Forget_SameEndpointsAgain_DoesNotAskTheKernel()
    {
        _flows.Forget([Service("udp", "10.42.0.2", "10.42.0.3")], []);
        _flows.Forget([Service("udp", "10.42.0.3", "10.42.0.2")], []);
        Assert.That(_tracking.Lists, Is.EqualTo(1));
        _flows.Forget([Service("udp", "10.42.0.3")], []);
        Assert.That(_tracking.Lists, Is.EqualTo(2));
    }

    [Test]
    public void Forget_KernelFailed_AsksAgainNextTime()
    {
        _tracking.Fail = true;
        Assert.That(() => _flows.Forget([Service("udp", "10.42.0.2")], []), Throws.InstanceOf<IOException>());
        _tracking.Fail = false;
        _tracking.Flows = [Flow("10.43.0.5", 53, "10.42.0.9")];
        Assert.That(_flows.Forget([Service("udp", "10.42.0.2")], []), Is.EqualTo(1));
    }

    private static ServiceEndpoint Endpoint(string address) => new(IPAddress.Parse(address), 5353, true);

    private static ServicePortTarget Service(string protocol, params string[] endpoints) => new()
    {
        Name = "kube-system/dns:dns",
        Protocol = protocol,
        Port = 53,
        ClusterAddresses = [IPAddress.Parse("10.43.0.5")],
        InternalEndpoints = [.. endpoints.Select(Endpoint)],
    };

    private static TrackedFlow Flow(string destination, int port, string answerer) =>
        new(IPAddress.Parse(destination), port, IPAddress.Parse(answerer), default);

    private sealed class FakeTracking : IConnectionTracking
    {
        public List<TrackedFlow> Flows { get; set; } = [];

        public int Lists { get; set; }

        public bool Fail { get; set; }

        public IReadOnlyList<TrackedFlow> ListUdp()
        {
            Lists++;
            return Fail ? throw new IOException("refused") : [.. Flows];
        }

        public void Forget(TrackedFlow flow) => Flows.Remove(flow);
    }
}
