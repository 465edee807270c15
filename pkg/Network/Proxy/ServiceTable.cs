using System.Globalization;
using System.Net;

namespace Kube1.Network.Proxy;

/// <summary>
/// The nftables table of one cluster on one node: a fixed frame of chains and empty maps, and the elements that
/// Services fill in. Flat maps keyed by the packet, with one chain for each *number* of endpoints, because one chain
/// for each Service makes a full replace quadratic in the kernel.
/// </summary>
internal sealed class ServiceTable(string instance, IPNetwork clusterCidr, IPNetwork serviceCidr)
{
    /// <summary>
    /// Marks connections whose client address must reach the pod. The original destination cannot be looked up after
    /// DNAT (nft 1.0 has no type for `ct original proto-dst`), so this is decided before it.
    /// </summary>
    private const string KeepSourceBit = "0x40000000";

    /// <summary>Before the names of what is for clients inside the cluster only.</summary>
    private const string Inside = "inside-";

    /// <summary>The table's family and name: "ip kube1".</summary>
    public string Table { get; } = "ip " + instance;

    /// <summary>Removes the table with all that is in it.</summary>
    public string Remove => $"add table {Table}\ndelete table {Table}\n";

    /// <summary>The frame, in place of whatever stood under this name.</summary>
    public string Frame => Remove + $$"""
        table {{Table}} {
          map service-ips { type ipv4_addr . inet_proto . inet_service : verdict; }
          map external-ips { type ipv4_addr . inet_proto . inet_service : verdict; }
          map node-ports { type inet_proto . inet_service : verdict; }
          map inside-ips { type ipv4_addr . inet_proto . inet_service : verdict; }
          map inside-node-ports { type inet_proto . inet_service : verdict; }
          map endpoints { type ipv4_addr . inet_proto . inet_service . mark : ipv4_addr . inet_service; }
          map node-port-endpoints { type inet_proto . inet_service . mark : ipv4_addr . inet_service; }
          map inside-endpoints { type ipv4_addr . inet_proto . inet_service . mark : ipv4_addr . inet_service; }
          map inside-node-port-endpoints { type inet_proto . inet_service . mark : ipv4_addr . inet_service; }
          map host-ports { type inet_proto . inet_service : ipv4_addr . inet_service; }
          map host-ip-ports { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }
          map refused-ips { type ipv4_addr . inet_proto . inet_service : verdict; }
          map refused-node-ports { type inet_proto . inet_service : verdict; }
          set keep-source-ips { type ipv4_addr . inet_proto . inet_service; }
          set keep-source-ports { type inet_proto . inet_service; }
          set hairpins { type ipv4_addr . ipv4_addr; }

          chain refuse { reject with icmp port-unreachable; }
          chain services-inside {
            ip daddr . meta l4proto . th dport vmap @inside-ips
            fib daddr type local meta l4proto . th dport vmap @inside-node-ports
          }
          chain services {
            ip saddr {{clusterCidr}} jump services-inside
            fib saddr type local jump services-inside
            ip daddr . meta l4proto . th dport vmap @service-ips
            ip daddr . meta l4proto . th dport vmap @external-ips
            fib daddr type local meta l4proto . th dport vmap @node-ports
            dnat ip to ip daddr . meta l4proto . th dport map @host-ip-ports
            fib daddr type local dnat ip to meta l4proto . th dport map @host-ports
          }
          chain keep-source {
            type filter hook prerouting priority dstnat - 1; policy accept;
            ct state new ip daddr . meta l4proto . th dport @keep-source-ips ct mark set ct mark or {{KeepSourceBit}}
            ct state new fib daddr type local meta l4proto . th dport @keep-source-ports ct mark set ct mark or {{KeepSourceBit}}
          }
          chain guard-loopback {
            type filter hook input priority filter - 2; policy accept;
            iifname != "lo" ip daddr 127.0.0.0/8 ct state != { established, related } drop
          }
          chain prerouting { type nat hook prerouting priority dstnat; policy accept; jump services; }
          chain output { type nat hook output priority -100; policy accept; jump services; }
          chain filter {
            ip daddr . meta l4proto . th dport vmap @refused-ips
            fib daddr type local ip daddr != 127.0.0.0/8 meta l4proto . th dport vmap @refused-node-ports
          }
          chain filter-input { type filter hook input priority filter - 1; policy accept; ct state new jump filter; }
          chain filter-forward { type filter hook forward priority filter - 1; policy accept; ct state new jump filter; }
          chain filter-output { type filter hook output priority filter - 1; policy accept; ct state new jump filter; }
          chain postrouting {
            type nat hook postrouting priority srcnat; policy accept;
            ct status dnat ip saddr . ip daddr @hairpins masquerade
            ct status dnat ct original ip daddr {{serviceCidr}} ip saddr {{clusterCidr}} accept
            ct status dnat ct mark and {{KeepSourceBit}} != 0 accept
            ct status dnat masquerade
            ip saddr {{clusterCidr}} ip daddr != {{clusterCidr}} ip daddr != 224.0.0.0/4 masquerade
          }
        }

        """;

    /// <summary>The elements and chains for these Services and published ports.</summary>
    public static Ruleset Plan(IEnumerable<ServicePortTarget> services, IEnumerable<HostPortTarget> hostPorts)
    {
        var rules = new Ruleset();
        foreach (var service in services)
        {
            AddInternal(rules, service);
            AddExternal(rules, service);
            foreach (var address in service.InternalEndpoints.Concat(service.ExternalEndpoints)
                .Where(e => e.IsLocal).Select(e => e.Address))
            {
                rules.Put("hairpins", $"{address} . {address}");
            }
        }

        foreach (var port in hostPorts)
        {
            var target = $"{port.PodAddress} . {port.Port}";
            if (port.HostAddress is null || port.HostAddress.Equals(IPAddress.Any))
            {
                rules.Put("host-ports", $"{port.Protocol} . {port.HostPort}", target);
            }
            else
            {
                rules.Put("host-ip-ports", $"{port.HostAddress} . {port.Protocol} . {port.HostPort}", target);
            }

            rules.Put("keep-source-ports", $"{port.Protocol} . {port.HostPort}");
            rules.Put("hairpins", $"{port.PodAddress} . {port.PodAddress}");
        }

        return rules;
    }

    private static void AddInternal(Ruleset rules, ServicePortTarget service)
    {
        foreach (var address in service.ClusterAddresses)
        {
            AddAddress(rules, service, "", "service-ips", address, service.InternalEndpoints);
        }
    }

    private static void AddExternal(Ruleset rules, ServicePortTarget service)
    {
        foreach (var address in service.ExternalAddresses)
        {
            AddAddress(rules, service, "", "external-ips", address, service.ExternalEndpoints);
            if (service.ExternalLocal)
            {
                rules.Put("keep-source-ips", Key(address, service.Protocol, service.Port));
            }

            if (HasInside(service))
            {
                AddAddress(rules, service, Inside, "inside-ips", address, service.ClusterEndpoints);
            }
        }

        if (service.NodePort == 0)
        {
            return;
        }

        if (service.ExternalLocal && service.ExternalEndpoints.Count > 0)
        {
            rules.Put("keep-source-ports", $"{service.Protocol} . {service.NodePort}");
        }

        AddNodePort(rules, service, "", "node-ports", service.ExternalEndpoints);
        if (HasInside(service))
        {
            AddNodePort(rules, service, Inside, "inside-node-ports", service.ClusterEndpoints);
        }
    }

    /// <summary>
    /// externalTrafficPolicy Local is for clients outside. What the cluster itself sends to such an address may go
    /// anywhere, as to the Service's own address.
    /// </summary>
    private static bool HasInside(ServicePortTarget service) => service.ExternalLocal && service.ClusterEndpoints.Count > 0;

    private static void AddNodePort(
        Ruleset rules, ServicePortTarget service, string prefix, string map, IReadOnlyList<ServiceEndpoint> endpoints)
    {
        var key = $"{service.Protocol} . {service.NodePort}";
        if (endpoints.Count == 0)
        {
            rules.Put("refused-node-ports", key, Refusal(service));
            return;
        }

        if (service.Affinity > TimeSpan.Zero)
        {
            rules.Put(map, key, "goto " + AffinityChain(rules, service, endpoints));
            return;
        }

        var chain = $"{prefix}node-port-{endpoints.Count.ToString(CultureInfo.InvariantCulture)}";
        if (!rules.HasChain(chain))
        {
            rules.Chain(
                chain,
                [Choice(endpoints.Count), $"dnat ip to meta l4proto . th dport . meta mark map @{prefix}node-port-endpoints"]);
        }

        rules.Put(map, key, "goto " + chain);
        for (var i = 0; i < endpoints.Count; i++)
        {
            rules.Put(prefix + "node-port-endpoints", $"{key} . {Mark(i)}", endpoints[i].ToString());
        }
    }

    private static void AddAddress(
        Ruleset rules, ServicePortTarget service, string prefix, string map, IPAddress address,
        IReadOnlyList<ServiceEndpoint> endpoints)
    {
        var key = Key(address, service.Protocol, service.Port);
        if (endpoints.Count == 0)
        {
            rules.Put("refused-ips", key, Refusal(service));
            return;
        }

        if (service.Affinity > TimeSpan.Zero)
        {
            rules.Put(map, key, "goto " + AffinityChain(rules, service, endpoints));
            return;
        }

        var chain = $"{prefix}endpoints-{endpoints.Count.ToString(CultureInfo.InvariantCulture)}";
        if (!rules.HasChain(chain))
        {
            rules.Chain(
                chain,
                [
                    Choice(endpoints.Count),
                    $"dnat ip to ip daddr . meta l4proto . th dport . meta mark map @{prefix}endpoints",
                ]);
        }

        rules.Put(map, key, "goto " + chain);
        for (var i = 0; i < endpoints.Count; i++)
        {
            rules.Put(prefix + "endpoints", $"{key} . {Mark(i)}", endpoints[i].ToString());
        }
    }

    /// <summary>
    /// A Service without endpoints refuses at once. One that has some on other nodes only drops what its policy keeps here,
    /// so that a client tries again, elsewhere.
    /// </summary>
    private static string Refusal(ServicePortTarget service) => service.ClusterEndpoints.Count > 0 ? "drop" : "goto refuse";

    /// <summary>
    /// A Service with session affinity has a chain of its own: known clients go back to their endpoint, new ones are
    /// dealt out and remembered in the endpoint's set until the time is up.
    /// </summary>
    private static string AffinityChain(Ruleset rules, ServicePortTarget service, IReadOnlyList<ServiceEndpoint> endpoints)
    {
        var kind = ReferenceEquals(endpoints, service.ExternalEndpoints) ? "/x"
            : ReferenceEquals(endpoints, service.ClusterEndpoints) ? "/c" : "";
        var id = Identity(service.Name + "/" + service.Protocol + kind);
        var chain = "affinity-" + id;
        if (rules.HasChain(chain))
        {
            return chain;
        }

        var timeout = $"{(long)service.Affinity.TotalSeconds}s";
        var returning = new List<string>();
        var dealing = new List<string>();
        for (var i = 0; i < endpoints.Count; i++)
        {
            var name = $"{id}-{Identity(endpoints[i].ToString())}";
            rules.Set("clients-" + name, $"type ipv4_addr; flags dynamic, timeout; timeout {timeout};");
            rules.Chain(
                "to-" + name,
                [
                    $"update @clients-{name} {{ ip saddr timeout {timeout} }}",
                    $"meta l4proto {service.Protocol} dnat ip to {endpoints[i].Address}:{endpoints[i].Port}",
                ]);
            returning.Add($"ip saddr @clients-{name} goto to-{name}");
            dealing.Add($"{i} : goto to-{name}");
        }

        rules.Chain(chain, [.. returning, $"numgen random mod {endpoints.Count} vmap {{ {string.Join(", ", dealing)} }}"]);
        return chain;
    }

    private static string Choice(int count) => $"meta mark set numgen random mod {count}";

    private static string Key(IPAddress address, string protocol, int port) => $"{address} . {protocol} . {port}";

    private static string Mark(int index) => "0x" + index.ToString("x8", CultureInfo.InvariantCulture);

    private static string Identity(string text) => Convert.ToHexStringLower(
        System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)).AsSpan(0, 6));
}
