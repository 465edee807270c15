using System.Net;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Streaming;

/// <summary>Where a node's kubelet listens, by Node.status.</summary>
internal static class NodeAddresses
{
    private const int DefaultKubeletPort = 10250;

    // kubeadm's --kubelet-preferred-address-types: names may not resolve on the master.
    private static readonly string[] Preferred = ["InternalIP", "ExternalIP", "Hostname", "InternalDNS", "ExternalDNS"];

    /// <exception cref="ApiException">No such node, or one without an address.</exception>
    public static Uri Kubelet(IObjectReader objects, string nodeName)
    {
        var node = objects.Get<V1Node>(null, nodeName)
            ?? throw ApiErrors.NotFound(new GroupResource("", "nodes"), nodeName);
        var port = node.Status?.DaemonEndpoints?.KubeletEndpoint?.Port is { } known and > 0
            ? known
            : DefaultKubeletPort;
        return new Uri($"https://{Host(Address(node))}:{port}");
    }

    public static string Address(V1Node node)
    {
        foreach (var type in Preferred)
        {
            if (node.Status?.Addresses?.FirstOrDefault(a => a.Type == type)?.Address is { Length: > 0 } address)
            {
                return address;
            }
        }

        var known = node.Status?.Addresses?.Count ?? 0;
        throw ApiErrors.Internal($"no preferred addresses found; known addresses: {known}");
    }

    /// <summary>An address as it stands in a URL: IPv6 in brackets.</summary>
    public static string Host(string address) =>
        IPAddress.TryParse(address, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? $"[{address}]"
            : address;
}
