using System.Net;
using Kube1.Network.Proxy;

namespace Kube1.Tests.Network;

public sealed class ServiceTableTests
{
    private const string Table = "ip test";

    [Test]
    public void Since_SameServices_IsEmpty() =>
        Assert.That(Plan(Web(2)).Since(Plan(Web(2)), Table), Is.Empty);

    [Test]
    public void Since_OneEndpointMore_MovesTheServiceToTheLargerChain()
    {
        var change = Plan(Web(2)).Since(Plan(Web(1)), Table);
        Assert.That(change.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(new[]
        {
            "add chain ip test endpoints-2",
            "flush chain ip test endpoints-2",
            "add rule ip test endpoints-2 meta mark set numgen random mod 2",
            "add rule ip test endpoints-2 dnat ip to ip daddr . meta l4proto . th dport . meta mark map @endpoints",
            "add element ip test endpoints { 10.43.0.5 . tcp . 80 . 0x00000001 : 10.42.0.2 . 8080 }",
            "add element ip test hairpins { 10.42.0.2 . 10.42.0.2 }",
            "delete element ip test service-ips { 10.43.0.5 . tcp . 80 }",
            "add element ip test service-ips { 10.43.0.5 . tcp . 80 : goto endpoints-2 }",
            "flush chain ip test endpoints-1",
            "delete chain ip test endpoints-1",
        }));
    }

    [Test]
    public void Plan_NoEndpoints_RefusesAtOnce() =>
        Assert.That(
            Plan(Web(0)).Since(new Ruleset(), Table),
            Is.EqualTo("add element ip test refused-ips { 10.43.0.5 . tcp . 80 : goto refuse }\n"));

    [Test]
    public void Plan_TwoServicesClaimOneAddress_TheFirstWins()
    {
        var first = Web(1);
        var second = Web(1) with { Name = "default/other:http", InternalEndpoints = [new(IPAddress.Parse("10.42.0.99"), 1, true)] };
        Assert.That(Plan(first, second).Since(new Ruleset(), Table), Does.Not.Contain("10.42.0.99 . 1 "));
    }

    [Test]
    public void Plan_ExternalLocalWithoutLocalEndpoints_DropsOutsideAndServesInside()
    {
        var service = Web(1) with
        {
            NodePort = 30080,
            ExternalLocal = true,
            ClusterEndpoints = [new(IPAddress.Parse("10.42.1.9"), 8080, false)],
        };
        var rules = Plan(service).Since(new Ruleset(), Table);
        Assert.Multiple(() =>
        {
            Assert.That(rules, Does.Contain("add element ip test refused-node-ports { tcp . 30080 : drop }\n"));
            Assert.That(rules, Does.Contain("add element ip test inside-node-ports { tcp . 30080 : goto inside-node-port-1 }\n"));
            Assert.That(rules, Does.Contain(
                "add element ip test inside-node-port-endpoints { tcp . 30080 . 0x00000000 : 10.42.1.9 . 8080 }\n"));
            Assert.That(rules, Does.Not.Contain(" node-ports "));
        });
    }

    [Test]
    public void Plan_ExternalLocalWithoutAnyEndpoint_RefusesAtOnce() =>
        Assert.That(
            Plan(Web(0) with { NodePort = 30080, ExternalLocal = true }).Since(new Ruleset(), Table),
            Does.Contain("add element ip test refused-node-ports { tcp . 30080 : goto refuse }\n").And.Not.Contain("inside"));

    private static Ruleset Plan(params ServicePortTarget[] services) => ServiceTable.Plan(services, []);

    private static ServicePortTarget Web(int endpoints) => new()
    {
        Name = "default/web:http",
        Protocol = "tcp",
        Port = 80,
        ClusterAddresses = [IPAddress.Parse("10.43.0.5")],
        InternalEndpoints =
            [.. Enumerable.Range(1, endpoints).Select(i => new ServiceEndpoint(IPAddress.Parse($"10.42.0.{i}"), 8080, true))],
    };
}
