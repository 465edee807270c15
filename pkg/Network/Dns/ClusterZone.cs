using System.Net;
using System.Net.Sockets;
using Kube1.Api.Models;
using Kube1.Client.Informers;

namespace Kube1.Network.Dns;

/// <summary>
/// Answers for the cluster's own names from the caches. Source:
/// https://github.com/kubernetes/dns/blob/master/docs/specification.md (schema version 1.1.0).
/// </summary>
internal sealed class ClusterZone
{
    /// <summary>What CoreDNS gives in a kubeadm cluster.</summary>
    private const uint TtlSeconds = 30;

    private const uint NegativeTtlSeconds = 5;
    private const string SchemaVersion = "1.1.0";
    private const string ServiceNameLabel = "kubernetes.io/service-name";
    private const string ReverseZone = ".in-addr.arpa";
    private const string BySlice = "dns-service";
    private const string ByAddress = "dns-address";

    private readonly string _domain;
    private readonly Informer<V1Service> _services;
    private readonly Informer<V1EndpointSlice> _slices;
    private readonly Informer<V1Namespace> _namespaces;

    public ClusterZone(string domain, InformerSet informers)
    {
        _domain = domain.TrimEnd('.').ToLowerInvariant();
        _services = informers.Of<V1Service>();
        _slices = informers.Of<V1EndpointSlice>();
        _namespaces = informers.Of<V1Namespace>();
        _services.AddIndex(ByAddress, s => s.Spec?.ClusterIPs ?? []);
        _slices.AddIndex(BySlice, s => Owner(s) is { } owner ? [s.Metadata.Namespace + "/" + owner] : []);
        _slices.AddIndex(ByAddress, s => (s.Endpoints ?? []).SelectMany(e => e.Addresses));
    }

    public Task WaitForSyncAsync(CancellationToken ct) => Task.WhenAll(
        _services.WaitForSyncAsync(ct), _slices.WaitForSyncAsync(ct), _namespaces.WaitForSyncAsync(ct));

    /// <summary>The answer; null when the name is not the cluster's and is to be asked elsewhere.</summary>
    public DnsAnswer? Resolve(DnsQuery query)
    {
        if (query.Name.EndsWith(ReverseZone, StringComparison.Ordinal))
        {
            return Reverse(query);
        }

        if (query.Name == _domain)
        {
            return query.Type is DnsType.Soa
                ? new DnsAnswer(DnsCode.NoError, [DnsRecord.Authority(_domain, NegativeTtlSeconds)])
                : Nothing(DnsCode.NoError);
        }

        if (!query.Name.EndsWith("." + _domain, StringComparison.Ordinal))
        {
            return null;
        }

        var labels = query.Name[..^(_domain.Length + 1)].Split('.');
        return labels switch
        {
            ["dns-version"] => Records(query, [DnsRecord.Text(query.Name, TtlSeconds, SchemaVersion)]),
            ["svc"] or ["pod"] => Nothing(DnsCode.NoError),
            [var ns, "svc" or "pod"] => Nothing(_namespaces.Get(null, ns) is null ? DnsCode.NameError : DnsCode.NoError),
            [var address, var ns, "pod"] => Pod(query, address, ns),
            [var service, var ns, "svc"] => Service(query, ns, service),
            [var host, var service, var ns, "svc"] => host.StartsWith('_')
                ? Nothing(Find(ns, service) is null ? DnsCode.NameError : DnsCode.NoError)
                : Host(query, ns, service, host),
            [['_', .. var port], ['_', .. var protocol], var service, var ns, "svc"] =>
                Ports(query, ns, service, port, protocol),
            _ => Nothing(DnsCode.NameError),
        };
    }

    private DnsAnswer Service(DnsQuery query, string ns, string name)
    {
        if (Find(ns, name) is not { } service)
        {
            return Nothing(DnsCode.NameError);
        }

        if (service.Spec!.Type == "ExternalName")
        {
            // The resolver follows the alias itself; DnsServer adds what it points to.
            return new DnsAnswer(
                DnsCode.NoError,
                [DnsRecord.Target(query.Name, DnsType.Cname, TtlSeconds, service.Spec.ExternalName ?? "")]);
        }

        var addresses = IsHeadless(service)
            ? Hosts(service).Select(h => h.Address).Distinct()
            : Addresses(service.Spec.ClusterIPs ?? [service.Spec.ClusterIP!]);
        var records = addresses.Select(a => DnsRecord.Address(query.Name, TtlSeconds, a)).ToList();
        if (records.Count == 0)
        {
            // A headless Service without endpoints does not exist as a name: what CoreDNS answers.
            return Nothing(DnsCode.NameError);
        }

        if (query.Type != DnsType.Srv)
        {
            return Records(query, records);
        }

        // The name is there, so without ports the answer is empty.
        var ports = PortRecords(query, service, _ => true);
        return ports.Code == DnsCode.NameError ? Nothing(DnsCode.NoError) : ports;
    }

    /// <summary>One endpoint by its host name or dashed address; also of a Service with an address, as CoreDNS has it.</summary>
    private DnsAnswer Host(DnsQuery query, string ns, string name, string host)
    {
        if (Find(ns, name) is not { } service || service.Spec?.Type == "ExternalName")
        {
            return Nothing(DnsCode.NameError);
        }

        var records = Hosts(service).Where(h => h.Name == host).Select(h => h.Address).Distinct()
            .Select(a => DnsRecord.Address(query.Name, TtlSeconds, a)).ToList();
        return records.Count == 0 ? Nothing(DnsCode.NameError) : Records(query, records);
    }

    private DnsAnswer Ports(DnsQuery query, string ns, string name, string port, string protocol) =>
        Find(ns, name) is { } service
            ? PortRecords(query, service, p => p.Name == port && p.Protocol == protocol)
            : Nothing(DnsCode.NameError);

    private DnsAnswer PortRecords(DnsQuery query, V1Service service, Func<(string Name, string Protocol), bool> wanted)
    {
        var zone = $"{service.Metadata.Name}.{service.Metadata.Namespace}.svc.{_domain}";
        var found = new List<(string Target, ushort Port, IPAddress? Address)>();
        if (IsHeadless(service))
        {
            found.AddRange(Hosts(service).Where(h => h.Port > 0 && wanted((h.PortName, h.Protocol)))
                .Select(h => ($"{h.Name}.{zone}", h.Port, (IPAddress?)h.Address)));
        }
        else
        {
            var addresses = Addresses(service.Spec!.ClusterIPs ?? [service.Spec.ClusterIP!]).ToList();
            found.AddRange((service.Spec.Ports ?? [])
                .Where(p => wanted((p.Name ?? "", (p.Protocol ?? "TCP").ToLowerInvariant())))
                .SelectMany(p => addresses.Select(a => (zone, (ushort)p.Port, (IPAddress?)a))));
        }

        if (found.Count == 0)
        {
            return Nothing(DnsCode.NameError);
        }

        // As CoreDNS deals it out; a weight of 0 would mean "only when there is no other".
        var weight = (ushort)Math.Max(1, 100 / found.Count);
        var records = found.Select(f => DnsRecord.Service(query.Name, TtlSeconds, weight, f.Port, f.Target)).ToList();
        return Records(query, records) with
        {
            Additional = [.. found.DistinctBy(f => (f.Target, f.Address)).Where(f => f.Address is not null)
                .Select(f => DnsRecord.Address(f.Target, TtlSeconds, f.Address!))],
        };
    }

    /// <summary>"10-42-0-5.default.pod": the address is in the name; the namespace must exist.</summary>
    private DnsAnswer Pod(DnsQuery query, string dashed, string ns) =>
        _namespaces.Get(null, ns) is not null
        && ParseDotted(dashed.Replace('-', '.')) is { } address
            ? Records(query, [DnsRecord.Address(query.Name, TtlSeconds, address)])
            : Nothing(DnsCode.NameError);

    private DnsAnswer? Reverse(DnsQuery query)
    {
        var parts = query.Name[..^ReverseZone.Length].Split('.');
        if (ParseDotted(string.Join('.', parts.Reverse())) is not { } address)
        {
            return null;
        }

        var text = address.ToString();
        var names = _services.ByIndex(ByAddress, text)
            .Select(s => $"{s.Metadata.Name}.{s.Metadata.Namespace}.svc.{_domain}")
            .Concat(_slices.ByIndex(ByAddress, text).SelectMany(ServicesOf).Distinct().SelectMany(
                s => Hosts(s).Where(h => h.Address.Equals(address))
                    .Select(h => $"{h.Name}.{s.Metadata.Name}.{s.Metadata.Namespace}.svc.{_domain}")))
            .Distinct(StringComparer.Ordinal).ToList();

        // Addresses that no Service has may have names elsewhere.
        return names.Count == 0
            ? null
            : Records(query, [.. names.Select(n => DnsRecord.Target(query.Name, DnsType.Ptr, TtlSeconds, n))]);
    }

    /// <summary>Four plain numbers; .NET also reads "10.42.5" and "010.42.0.5" as addresses, and other ones.</summary>
    private static IPAddress? ParseDotted(string text) =>
        IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text
            ? address
            : null;

    private readonly record struct HostEndpoint(string Name, IPAddress Address, string PortName, string Protocol, ushort Port);

    private IEnumerable<HostEndpoint> Hosts(V1Service service)
    {
        var anyState = service.Spec!.PublishNotReadyAddresses == true;
        foreach (var slice in _slices.ByIndex(BySlice, service.Metadata.Namespace + "/" + service.Metadata.Name))
        {
            var endpoints = (slice.Endpoints ?? []).Where(e => anyState || e.Conditions?.Ready != false);
            foreach (var (endpoint, address) in endpoints.SelectMany(e => Addresses(e.Addresses).Select(a => (e, a))))
            {
                var name = endpoint.Hostname is { Length: > 0 } given ? given : Dashed(address);
                if (slice.Ports is not { Count: > 0 } ports)
                {
                    yield return new HostEndpoint(name, address, "", "", 0);
                    continue;
                }

                foreach (var port in ports)
                {
                    yield return new HostEndpoint(
                        name, address, port.Name ?? "", (port.Protocol ?? "TCP").ToLowerInvariant(), (ushort)(port.Port ?? 0));
                }
            }
        }
    }

    private static string Dashed(IPAddress address) => address.ToString().Replace('.', '-').Replace(':', '-');

    private static string? Owner(V1EndpointSlice slice) => slice.Metadata.Labels?.GetValueOrDefault(ServiceNameLabel);

    private IEnumerable<V1Service> ServicesOf(V1EndpointSlice slice) =>
        Owner(slice) is { } name && Find(slice.Metadata.Namespace!, name) is { } service ? [service] : [];

    private V1Service? Find(string ns, string name) => _services.Get(ns, name);

    private static bool IsHeadless(V1Service service) => service.Spec?.ClusterIP == "None";

    private static IEnumerable<IPAddress> Addresses(IEnumerable<string> texts) =>
        texts.Select(t => IPAddress.TryParse(t, out var a) ? a : null).OfType<IPAddress>();

    /// <summary>The records of the type asked for; none of them is an empty answer, not a missing name.</summary>
    private DnsAnswer Records(DnsQuery query, IReadOnlyList<DnsRecord> records)
    {
        var fitting = records.Where(r => r.Type == query.Type || query.Type == DnsType.Any).ToList();
        return fitting.Count == 0 ? Nothing(DnsCode.NoError) : new DnsAnswer(DnsCode.NoError, fitting);
    }

    private DnsAnswer Nothing(DnsCode code) =>
        new(code, []) { Authority = DnsRecord.Authority(_domain, NegativeTtlSeconds) };
}
