using System.Net;

namespace Kube1.Network.Hosts;

/// <summary>Routes and addresses of the host's network.</summary>
public interface IHostNetwork
{
    /// <summary>The address that the host's default route leaves from; null when there is no such route.</summary>
    IPAddress? DefaultAddress();

    /// <summary>The largest packet, in bytes, that the device of the default route takes; 1500 when there is none.</summary>
    int DefaultMtu();

    /// <summary>Gives the loopback device one more /32 address; nothing happens when it has it.</summary>
    void EnsureLoopbackAddress(IPAddress address);

    /// <summary>Takes an address from the loopback device; nothing happens when it has it not.</summary>
    void RemoveLoopbackAddress(IPAddress address);

    /// <summary>The routes that carry this protocol number: those that one owner has set.</summary>
    IReadOnlyList<GatewayRoute> ListRoutes(byte protocol);

    /// <summary>Sets a route, in place of one to the same destination.</summary>
    void ReplaceRoute(GatewayRoute route, byte protocol);

    /// <summary>Removes a route; nothing happens when it is not there.</summary>
    void RemoveRoute(GatewayRoute route, byte protocol);
}

/// <summary>A way to a range of addresses through a neighbour.</summary>
public readonly record struct GatewayRoute(IPNetwork Destination, IPAddress Gateway);
