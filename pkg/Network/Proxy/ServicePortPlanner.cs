using System.Net;
using System.Net.Sockets;
using Kube1.Api.Models;

namespace Kube1.Network.Proxy;

/// <summary>
/// From Services and EndpointSlices to what the packet filter needs. Pure. The choice of endpoints is upstream's
/// (KEP-1669, KEP-2086): ready ones; when there are none, those that serve while they terminate.
/// </summary>
internal static class ServicePortPlanner
{
    /// <summary>A label that hands a Service to another proxy.</summary>
    private const string ForeignProxyLabel = "service.kubernetes.io/service-proxy-name";

    private const string HeadlessAddress = "None";

    public static IEnumerable<ServicePortTarget> Plan(V1Service service, IReadOnlyCollection<V1EndpointSlice> slices, string nodeName)
    {
        var spec = service.Spec;
        if (spec?.Ports is null || spec.Type == "ExternalName" || spec.ClusterIP is null or "" or HeadlessAddress
            || service.Metadata.Labels?.ContainsKey(ForeignProxyLabel) == true)
        {
            yield break;
        }

        foreach (var port in spec.Ports)
        {
            var all = Candidates(slices, port, nodeName).ToList();
            var internalLocal = spec.InternalTrafficPolicy == "Local";
            var externalLocal = spec.ExternalTrafficPolicy == "Local";
            yield return new ServicePortTarget
            {
                Name = $"{service.Metadata.Namespace}/{service.Metadata.Name}:{port.Name}",
                Protocol = (port.Protocol ?? "TCP").ToLowerInvariant(),
                Port = port.Port,
                ClusterAddresses = Addresses(spec.ClusterIPs ?? [spec.ClusterIP]),
                ExternalAddresses = Addresses(ExternalAddresses(service)),
                NodePort = spec.Type is "NodePort" or "LoadBalancer" ? port.NodePort ?? 0 : 0,
                InternalEndpoints = Choose(all, internalLocal),
                ExternalEndpoints = Choose(all, externalLocal),
                ClusterEndpoints = Choose(all, localOnly: false),
                ExternalLocal = externalLocal,
                Affinity = spec.SessionAffinity == "ClientIP"
                    ? TimeSpan.FromSeconds(spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds ?? 10800)
                    : TimeSpan.Zero,
            };
        }
    }

    private static IEnumerable<string> ExternalAddresses(V1Service service)
    {
        var balancer = service.Status?.LoadBalancer?.Ingress ?? [];
        return (service.Spec!.ExternalIPs ?? []).Concat(
            balancer.Where(i => i.IpMode is null or "VIP").Select(i => i.Ip).OfType<string>());
    }

    private static List<IPAddress> Addresses(IEnumerable<string> texts) =>
        [.. texts.Select(t => IPAddress.TryParse(t, out var ip) ? ip : null).OfType<IPAddress>()
            .Where(ip => ip.AddressFamily == AddressFamily.InterNetwork).Distinct()];

    private readonly record struct Candidate(ServiceEndpoint Endpoint, bool Ready, bool ServesWhileTerminating);

    private static IEnumerable<Candidate> Candidates(
        IEnumerable<V1EndpointSlice> slices, V1ServicePort port, string nodeName)
    {
        foreach (var slice in slices.Where(s => s.AddressType == "IPv4"))
        {
            // A slice's port is matched to the Service's by name; the unnamed port is the empty name.
            var match = slice.Ports?.FirstOrDefault(p =>
                (p.Name ?? "") == (port.Name ?? "") && (p.Protocol ?? "TCP") == (port.Protocol ?? "TCP"));
            if (match?.Port is not { } number)
            {
                continue;
            }

            foreach (var endpoint in slice.Endpoints ?? [])
            {
                var conditions = endpoint.Conditions;
                var ready = conditions?.Ready ?? true;
                var serving = conditions?.Serving ?? ready;
                var terminating = conditions?.Terminating ?? false;
                foreach (var address in Addresses(endpoint.Addresses.Take(1)))
                {
                    yield return new Candidate(
                        new ServiceEndpoint(address, number, endpoint.NodeName == nodeName), ready, serving && terminating);
                }
            }
        }
    }

    private static List<ServiceEndpoint> Choose(List<Candidate> all, bool localOnly)
    {
        var pool = localOnly ? all.Where(c => c.Endpoint.IsLocal).ToList() : all;
        var chosen = pool.Where(c => c.Ready).ToList();
        if (chosen.Count == 0)
        {
            chosen = [.. pool.Where(c => c.ServesWhileTerminating)];
        }

        // In a fixed order, so that the same endpoints always give the same rules.
        return [.. chosen.Select(c => c.Endpoint).Distinct()
            .OrderBy(e => e.Address.ToString(), StringComparer.Ordinal).ThenBy(e => e.Port)];
    }
}
