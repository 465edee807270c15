using System.Net;
using Kube1.Network.Proxy;

namespace Kube1.EndToEnd.Network;

/// <summary>The kernel takes the table and each change of it.</summary>
public sealed class ServiceTableKernelTests
{
    private static readonly ServiceTable Table = new("kube1-test", IPNetwork.Parse("10.42.0.0/16"), IPNetwork.Parse("10.43.0.0/16"));

    [Test]
    public void Frame_AppliedTwice_ReplacesItself()
    {
        using var ns = new NetworkNamespaceFixture();
        ns.Nft(Table.Frame);
        ns.Nft(Table.Frame);
        Assert.That(ns.Execute("nft", "list", "tables"), Is.EqualTo("table ip kube1-test\n"));
    }

    [Test]
    public void Changes_EndpointsComeAndGo_LeaveJustTheFrame()
    {
        using var ns = new NetworkNamespaceFixture();
        ns.Nft(Table.Frame);
        var frame = ns.Execute("nft", "list", "table", "ip", "kube1-test");
        Ruleset[] steps = [new(), Plan(1), Plan(3), Plan(3, affinity: true), Plan(2, affinity: true), Plan(0), new()];
        foreach (var (before, now) in steps.Zip(steps.Skip(1)))
        {
            ns.Nft(now.Since(before, Table.Table));
        }

        Assert.That(ns.Execute("nft", "list", "table", "ip", "kube1-test"), Is.EqualTo(frame));
    }

    [Test]
    public void ProbeCommands_Applied_LeaveNothing()
    {
        using var ns = new NetworkNamespaceFixture();
        ns.Nft(ServiceProxy.ProbeCommands);
        Assert.That(ns.Execute("nft", "list", "tables"), Is.Empty);
    }

    private static Ruleset Plan(int count, bool affinity = false)
    {
        List<ServiceEndpoint> endpoints =
            [.. Enumerable.Range(1, count).Select(i => new ServiceEndpoint(IPAddress.Parse($"10.42.0.{i}"), 8080, true))];
        var service = new ServicePortTarget
        {
            Name = "default/web:http",
            Protocol = "tcp",
            Port = 80,
            NodePort = 30080,
            ClusterAddresses = [IPAddress.Parse("10.43.0.5")],
            ExternalAddresses = [IPAddress.Parse("192.0.2.10")],
            InternalEndpoints = endpoints,
            ExternalEndpoints = endpoints,
            ClusterEndpoints = [.. endpoints, .. endpoints.Take(1).Select(e => e with { Address = IPAddress.Parse("10.42.1.1") })],
            ExternalLocal = true,
            Affinity = affinity ? TimeSpan.FromHours(3) : TimeSpan.Zero,
        };
        return ServiceTable.Plan([service], [new HostPortTarget("udp", 5353, null, IPAddress.Parse("10.42.0.9"), 53)]);
    }
}
