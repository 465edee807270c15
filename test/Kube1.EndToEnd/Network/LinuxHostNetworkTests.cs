using System.Net;
using Kube1.Network.Hosts;
using Kube1.Runtimes.Linux.Netlink;

namespace Kube1.EndToEnd.Network;

/// <summary>Routes and addresses of a namespace of the test's own.</summary>
public sealed class LinuxHostNetworkTests
{
    private const byte Ours = 75;

    private static readonly LinuxHostNetwork Network = new();

    private NetworkNamespaceFixture _ns = null!;

    [SetUp]
    public void Make()
    {
        _ns = new NetworkNamespaceFixture();
        _ns.Execute("ip", "link", "add", "wire0", "type", "veth", "peer", "name", "wire1");
        _ns.Execute("ip", "link", "set", "wire1", "up");
        _ns.Execute("ip", "link", "set", "wire0", "mtu", "1400", "up");
        _ns.Execute("ip", "address", "add", "192.0.2.1/24", "dev", "wire0");
    }

    [TearDown]
    public void Remove() => _ns.Dispose();

    [Test]
    public void Routes_SetReplacedRemoved_AreWhatTheKernelLists()
    {
        _ns.Execute("ip", "route", "add", "10.99.0.0/24", "via", "192.0.2.7");
        List<string> seen = [];
        NamespaceThread.Run(_ns, () =>
        {
            var route = new GatewayRoute(IPNetwork.Parse("198.51.100.0/24"), IPAddress.Parse("192.0.2.2"));
            Network.ReplaceRoute(route, Ours);
            Network.ReplaceRoute(route, Ours);
            Look();
            Network.ReplaceRoute(route with { Gateway = IPAddress.Parse("192.0.2.3") }, Ours);
            Look();
            Network.RemoveRoute(route with { Gateway = IPAddress.Parse("192.0.2.3") }, Ours);
            Network.RemoveRoute(route with { Gateway = IPAddress.Parse("192.0.2.3") }, Ours);
            Look();

            void Look() => seen.Add(string.Join(",", Network.ListRoutes(Ours).Select(r => $"{r.Destination} via {r.Gateway}")));
        });
        Assert.Multiple(() =>
        {
            Assert.That(seen, Is.EqualTo(new[] { "198.51.100.0/24 via 192.0.2.2", "198.51.100.0/24 via 192.0.2.3", "" }));
            Assert.That(_ns.Execute("ip", "route", "show"), Does.Contain("10.99.0.0/24").And.Not.Contain("198.51.100"));
        });
    }

    [Test]
    public void ReplaceRoute_GatewayOutOfReach_SaysWhichRoute()
    {
        var route = new GatewayRoute(IPNetwork.Parse("198.51.100.0/24"), IPAddress.Parse("203.0.113.9"));
        Assert.That(
            () => NamespaceThread.Run(_ns, () => Network.ReplaceRoute(route, Ours)),
            Throws.InnerException.InstanceOf<IOException>().With.Message.Contains("198.51.100.0/24 through 203.0.113.9"));
    }

    [Test]
    public void LoopbackAddress_GivenTwiceTakenTwice_ComesAndGoes()
    {
        var address = IPAddress.Parse("198.51.100.53");
        NamespaceThread.Run(_ns, () =>
        {
            Network.EnsureLoopbackAddress(address);
            Network.EnsureLoopbackAddress(address);
        });
        Assert.That(_ns.Execute("ip", "-4", "address", "show", "dev", "lo"), Does.Contain("inet 198.51.100.53/32 scope host lo"));
        NamespaceThread.Run(_ns, () =>
        {
            Network.RemoveLoopbackAddress(address);
            Network.RemoveLoopbackAddress(address);
        });
        Assert.That(_ns.Execute("ip", "-4", "address", "show", "dev", "lo"), Does.Not.Contain("198.51.100.53"));
    }

    [Test]
    public void Default_WithAndWithoutRoute_IsItsDevices()
    {
        var (before, after, mtu) = ((IPAddress?)IPAddress.None, (IPAddress?)null, 0);
        NamespaceThread.Run(_ns, () => before = Network.DefaultAddress());
        _ns.Execute("ip", "route", "add", "default", "via", "192.0.2.254");
        NamespaceThread.Run(_ns, () => (after, mtu) = (Network.DefaultAddress(), Network.DefaultMtu()));
        Assert.Multiple(() =>
        {
            Assert.That(before, Is.Null);
            Assert.That(after, Is.EqualTo(IPAddress.Parse("192.0.2.1")));
            Assert.That(mtu, Is.EqualTo(1400));
        });
    }
}
