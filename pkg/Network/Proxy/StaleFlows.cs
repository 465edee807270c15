using System.Net;
using Kube1.Network.Hosts;

namespace Kube1.Network.Proxy;

/// <summary>
/// Makes the kernel forget UDP flows to a Service that somebody answers who is no endpoint of it now. That is
/// kube-proxy's rule, and as level-triggered: it covers endpoints that have gone, and flows from before a Service had
/// its first one. A Service without endpoints is left alone: its flows have nowhere better to go.
/// </summary>
internal sealed class StaleFlows(IConnectionTracking tracking)
{
    private const string Udp = "udp";

    private Expectation? _last;

    /// <summary>Who may answer: by address and port, and by port alone for those that are open on every address of the node.</summary>
    internal sealed record Expectation(
        IReadOnlyDictionary<(IPAddress Address, int Port), HashSet<IPAddress>> ByAddress,
        IReadOnlyDictionary<int, HashSet<IPAddress>> ByNodePort)
    {
        public bool Equals(Expectation? other) =>
            other is not null && Same(ByAddress, other.ByAddress) && Same(ByNodePort, other.ByNodePort);

        public override int GetHashCode() => HashCode.Combine(ByAddress.Count, ByNodePort.Count);

        private static bool Same<TKey>(
            IReadOnlyDictionary<TKey, HashSet<IPAddress>> a, IReadOnlyDictionary<TKey, HashSet<IPAddress>> b) =>
            a.Count == b.Count && a.All(e => b.TryGetValue(e.Key, out var set) && set.SetEquals(e.Value));
    }

    /// <summary>Forgets what is stale and returns how many. The kernel is asked only when UDP endpoints have changed.</summary>
    public int Forget(IEnumerable<ServicePortTarget> services, IEnumerable<HostPortTarget> hostPorts)
    {
        var expected = Expect(services, hostPorts);
        if (expected.Equals(_last))
        {
            return 0;
        }

        // Kept only once it is done: after a failure the next change tries again.
        _last = null;
        var forgotten = 0;
        if (expected.ByAddress.Count + expected.ByNodePort.Count > 0)
        {
            foreach (var flow in tracking.ListUdp().Where(f => IsStale(f, expected)))
            {
                tracking.Forget(flow);
                forgotten++;
            }
        }

        _last = expected;
        return forgotten;
    }

    internal static Expectation Expect(IEnumerable<ServicePortTarget> services, IEnumerable<HostPortTarget> hostPorts)
    {
        var byAddress = new Dictionary<(IPAddress, int), HashSet<IPAddress>>();
        var byNodePort = new Dictionary<int, HashSet<IPAddress>>();
        foreach (var service in services.Where(s => s.Protocol == Udp))
        {
            foreach (var address in service.ClusterAddresses)
            {
                Add(byAddress, (address, service.Port), service.InternalEndpoints.Select(e => e.Address));
            }

            foreach (var address in service.ExternalAddresses)
            {
                Add(byAddress, (address, service.Port), service.ExternalEndpoints.Select(e => e.Address));
            }

            if (service.NodePort > 0)
            {
                Add(byNodePort, service.NodePort, service.ExternalEndpoints.Select(e => e.Address));
            }
        }

        foreach (var port in hostPorts.Where(p => p.Protocol == Udp))
        {
            if (port.HostAddress is null || port.HostAddress.Equals(IPAddress.Any))
            {
                Add(byNodePort, port.HostPort, [port.PodAddress]);
            }
            else
            {
                Add(byAddress, (port.HostAddress, port.HostPort), [port.PodAddress]);
            }
        }

        return new Expectation(byAddress, byNodePort);
    }

    internal static bool IsStale(TrackedFlow flow, Expectation expected) =>
        (expected.ByAddress.TryGetValue((flow.Destination, flow.DestinationPort), out var answerers)
            || expected.ByNodePort.TryGetValue(flow.DestinationPort, out answerers))
        && answerers.Count > 0 && !answerers.Contains(flow.Answerer);

    private static void Add<TKey>(Dictionary<TKey, HashSet<IPAddress>> map, TKey key, IEnumerable<IPAddress> answerers)
        where TKey : notnull
    {
        if (!map.TryGetValue(key, out var set))
        {
            map[key] = set = [];
        }

        set.UnionWith(answerers);
    }
}
