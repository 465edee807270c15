using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Streaming.Proxies;

/// <summary>
/// Which server a proxy URL means: of a pod, of one of a Service's ready pods, or of a node
/// (k8s.io/kubernetes pkg/registry/core/{pod,service,node} ResourceLocation).
/// </summary>
internal sealed class ProxyLocators(IBackendConnector pods, IBackendConnector? kubelets)
{
    /// <summary>The pod's own address; without a port the first that a container declares.</summary>
    public ValueTask<ProxyLocation> PodAsync(SubresourceRequest request, CancellationToken ct)
    {
        var (scheme, name, port) = NameOf(request, "pod");
        var pod = request.Objects.Get<V1Pod>(request.Namespace, name)
            ?? throw ApiErrors.NotFound(new GroupResource("", "pods"), name);
        if (port.Length == 0)
        {
            port = pod.Spec?.Containers?.Select(c => c.Ports?.FirstOrDefault()?.ContainerPort).FirstOrDefault(p => p > 0)
                ?.ToString(CultureInfo.InvariantCulture) ?? "";
        }

        var address = pod.Status?.PodIP ?? "";
        if (!IPAddress.TryParse(address, out var ip) || !IsReachable(ip))
        {
            throw NotAllowed();
        }

        return new(Locate(pods, scheme, address, port));
    }

    /// <summary>One of the Service's ready pods, at random.</summary>
    public ValueTask<ProxyLocation> ServiceAsync(SubresourceRequest request, CancellationToken ct)
    {
        var (scheme, name, port) = NameOf(request, "service");
        if (long.TryParse(port, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            var service = request.Objects.Get<V1Service>(request.Namespace, name)
                ?? throw ApiErrors.NotFound(new GroupResource("", "services"), name);
            var declared = service.Spec?.Ports?.FirstOrDefault(p => p.Port == number)
                ?? throw ApiErrors.ServiceUnavailable($"no service port {number} found for service \"{name}\"");
            port = declared.Name ?? "";
        }

        var endpoints = request.Objects.Get<V1Endpoints>(request.Namespace, name)
            ?? throw ApiErrors.NotFound(new GroupResource("", "endpoints"), name);
        var subsets = endpoints.Subsets ?? [];
        if (subsets.Count == 0)
        {
            throw ApiErrors.ServiceUnavailable($"no endpoints available for service \"{name}\"");
        }

        var found = FromRandom(subsets)
            .SelectMany(s => (s.Ports ?? []).Where(p => (p.Name ?? "") == port)
                .SelectMany(p => FromRandom(s.Addresses ?? []).Select(a => (Address: a, p.Port))))
            .FirstOrDefault(e => IsOfPod(request, e.Address));
        return found.Address is { Ip: { } ip }
            ? new(Locate(pods, scheme, ip, found.Port.ToString(CultureInfo.InvariantCulture)))
            : throw ApiErrors.ServiceUnavailable($"no endpoints available for service \"{request.Info.Name}\"");
    }

    /// <summary>The node's kubelet, with this server's credentials, or another port of the node, without.</summary>
    public async ValueTask<ProxyLocation> NodeAsync(SubresourceRequest request, CancellationToken ct)
    {
        var (scheme, name, port) = NameOf(request, "node");
        var kubelet = NodeAddresses.Kubelet(request.Objects, name);
        await CheckHostAsync(kubelet.IdnHost, ct).ConfigureAwait(false);
        var kubeletPort = kubelet.Port.ToString(CultureInfo.InvariantCulture);
        return port.Length == 0 || port == kubeletPort
            ? Locate(kubelets!, kubelet.Scheme, kubelet.IdnHost, kubeletPort)
            : Locate(pods, scheme, kubelet.IdnHost, port);
    }

    private static ProxyName NameOf(SubresourceRequest request, string kind) =>
        ProxyName.TryParse(request.Info.Name, out var name)
            ? name
            : throw ApiErrors.BadRequest($"invalid {kind} request \"{request.Info.Name}\"");

    private static ProxyLocation Locate(IBackendConnector connector, string scheme, string host, string port)
    {
        // A port by name means nothing in a URL: upstream's dialer fails to look it up.
        if (port.Length > 0 && !ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            throw ProxyFailure.Unreachable($"dial tcp: lookup tcp/{port}: unknown port");
        }

        var authority = NodeAddresses.Host(host) + (port.Length == 0 ? "" : ":" + port);
        return new ProxyLocation(connector, scheme.Length == 0 ? "http" : scheme, authority);
    }

    /// <summary>An address that someone wrote into Endpoints by hand must not lead past the network's rules.</summary>
    private static bool IsOfPod(SubresourceRequest request, V1EndpointAddress address) =>
        address.TargetRef is { Name: { } name } target
        && target.Namespace == request.Namespace
        && request.Objects.Get<V1Pod>(request.Namespace, name) is { Status.PodIPs: { } own }
        && own.Any(o => o.Ip == address.Ip);

    /// <summary>All items, from a random one on and around.</summary>
    private static IEnumerable<T> FromRandom<T>(IList<T> items)
    {
        var first = items.Count == 0 ? 0 : Random.Shared.Next(items.Count);
        return Enumerable.Range(0, items.Count).Select(i => items[(first + i) % items.Count]);
    }

    /// <summary>A node names its own addresses: they must not lead to what only this machine can reach.</summary>
    private static async ValueTask CheckHostAsync(string host, CancellationToken ct)
    {
        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(host, out var ip)
                ? [ip]
                : await Dns.GetHostAddressesAsync(host, ct).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw ApiErrors.BadRequest($"lookup {host}: {Client.Streaming.DialFailure.Describe(e)}");
        }

        if (addresses.Length == 0 || !addresses.All(IsReachable))
        {
            throw NotAllowed();
        }
    }

    private static ApiException NotAllowed() => ApiErrors.BadRequest("address not allowed");

    /// <summary>Global unicast in Go's sense: private networks count, this machine and this link do not.</summary>
    private static bool IsReachable(IPAddress ip)
    {
        var address = ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip;
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return !(address.Equals(IPAddress.IPv6Any) || IPAddress.IsLoopback(address) || address.IsIPv6Multicast
                || address.IsIPv6LinkLocal);
        }

        var bytes = address.GetAddressBytes();
        var isLinkLocal = bytes is [169, 254, ..];
        var isMulticast = bytes[0] is >= 224 and <= 239;
        return !(address.Equals(IPAddress.Any) || address.Equals(IPAddress.Broadcast) || IPAddress.IsLoopback(address)
            || isLinkLocal || isMulticast);
    }
}
