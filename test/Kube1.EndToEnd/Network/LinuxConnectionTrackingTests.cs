using System.Net;
using System.Net.Sockets;
using Kube1.Network.Hosts;
using Kube1.Network.Proxy;
using Kube1.Runtimes.Linux.Netlink;

namespace Kube1.EndToEnd.Network;

/// <summary>The kernel's UDP flows in a namespace of the test's own, made by the real Service table.</summary>
public sealed class LinuxConnectionTrackingTests
{
    private static readonly IPEndPoint Service = new(IPAddress.Parse("10.43.0.5"), 53);

    private readonly LinuxConnectionTracking _tracking = new();

    [Test]
    public void Forget_FlowToAnEndpointThatIsGone_LetsTheClientReachTheNextOne()
    {
        using var ns = new NetworkNamespaceFixture();
        ns.Execute("ip", "link", "add", "pods0", "type", "veth", "peer", "name", "pods1");
        ns.Execute("ip", "link", "set", "pods1", "up");
        ns.Execute("ip", "link", "set", "pods0", "up");
        ns.Execute("ip", "address", "add", "10.42.0.2/24", "dev", "pods0");
        ns.Execute("ip", "address", "add", "10.42.0.3/24", "dev", "pods0");
        ns.Execute("ip", "route", "add", "10.43.0.0/16", "dev", "pods0");
        var table = new ServiceTable("kube1-test", IPNetwork.Parse("10.42.0.0/16"), IPNetwork.Parse("10.43.0.0/16"));
        var (old, next) = (Plan("10.42.0.2"), Plan("10.42.0.3"));
        ns.Nft(table.Frame + Rules(old).Since(new Ruleset(), table.Table));
        NamespaceThread.Run(ns, () =>
        {
            using var first = Endpoint("10.42.0.2");
            using var second = Endpoint("10.42.0.3");
            using var client = new UdpClient(new IPEndPoint(IPAddress.Parse("10.42.0.2"), 40000));
            Send(client);
            Assert.That(first.Receive(), Is.EqualTo("hello"));
            var flow = _tracking.ListUdp().Single(f => f.Destination.Equals(Service.Address));
            Assert.That((flow.DestinationPort, flow.Answerer), Is.EqualTo((53, IPAddress.Parse("10.42.0.2"))));

            ns.Nft(Rules(next).Since(Rules(old), table.Table));
            Send(client);
            Assert.That(first.Receive(), Is.EqualTo("hello"), "the kernel goes on with the flow that it knows");

            var stale = new StaleFlows(_tracking);
            Assert.That(stale.Forget([next], []), Is.EqualTo(1));
            Send(client);
            Assert.That(second.Receive(), Is.EqualTo("hello"));
            Assert.That(stale.Forget([next], []), Is.Zero);
            _tracking.Forget(flow);
        });
    }

    private static void Send(UdpClient client) => client.Send("hello"u8, Service);

    private static Receiver Endpoint(string address) => new(new IPEndPoint(IPAddress.Parse(address), 5353));

    private static Ruleset Rules(ServicePortTarget service) => ServiceTable.Plan([service], []);

    private static ServicePortTarget Plan(string endpoint) => new()
    {
        Name = "kube-system/dns:dns",
        Protocol = "udp",
        Port = Service.Port,
        ClusterAddresses = [Service.Address],
        InternalEndpoints = [new ServiceEndpoint(IPAddress.Parse(endpoint), 5353, true)],
    };

    /// <summary>A UDP socket that waits a bounded time for what comes.</summary>
    private sealed class Receiver : IDisposable
    {
        private readonly UdpClient _socket;

        public Receiver(IPEndPoint at)
        {
            _socket = new UdpClient(at);
            _socket.Client.ReceiveTimeout = 10_000;
        }

        public string Receive()
        {
            IPEndPoint? from = null;
            return System.Text.Encoding.ASCII.GetString(_socket.Receive(ref from));
        }

        public void Dispose() => _socket.Dispose();
    }
}
