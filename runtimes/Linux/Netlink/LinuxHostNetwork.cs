using System.Buffers.Binary;
using System.ComponentModel;
using System.Net;
using Kube1.Network.Hosts;

namespace Kube1.Runtimes.Linux.Netlink;

/// <summary>The host's network through rtnetlink. IPv4 for now, as the cluster's ranges are.</summary>
public sealed class LinuxHostNetwork : IHostNetwork
{
    private const byte FamilyInet = 2;
    private const ushort NewLink = 16;
    private const ushort GetLink = 18;
    private const ushort NewAddress = 20;
    private const ushort RemoveAddress = 21;
    private const ushort GetAddress = 22;
    private const ushort NewRoute = 24;
    private const ushort DeleteRoute = 25;
    private const ushort GetRoute = 26;
    private const ushort LinkMtu = 4;
    private const ushort AddressAddress = 1;
    private const ushort AddressLocal = 2;
    private const ushort RouteDestination = 1;
    private const ushort RouteOutput = 4;
    private const ushort RouteGateway = 5;
    private const ushort RoutePreferredSource = 7;
    private const byte MainTable = 254;
    private const byte ScopeUniverse = 0;
    private const byte ScopeHost = 254;
    private const byte TypeUnicast = 1;
    private const int LoopbackIndex = 1;
    private const int RouteHeaderBytes = 12;
    private const int LinkHeaderBytes = 16;
    private const int AddressHeaderBytes = 8;
    private const int UsualMtu = 1500;
    private const int ErrnoNoSuchProcess = 3;
    private const int ErrnoExists = 17;
    private const int ErrnoAddressNotAvailable = 99;

    /// <inheritdoc/>
    public IPAddress? DefaultAddress() => DefaultRoute() is var (index, source) && index > 0
        ? source ?? FirstAddress(index)
        : null;

    /// <inheritdoc/>
    public int DefaultMtu() => DefaultRoute() is var (index, _) && index > 0 ? Mtu(index) : UsualMtu;

    /// <inheritdoc/>
    public void EnsureLoopbackAddress(IPAddress address) => Execute(
        LoopbackAddress(NewAddress, address, NetlinkMessage.Create), $"give lo the address {address}", ErrnoExists);

    /// <inheritdoc/>
    public void RemoveLoopbackAddress(IPAddress address) => Execute(
        LoopbackAddress(RemoveAddress, address, 0), $"take the address {address} from lo", ErrnoAddressNotAvailable);

    /// <inheritdoc/>
    public IReadOnlyList<GatewayRoute> ListRoutes(byte protocol)
    {
        var routes = new List<GatewayRoute>();
        VisitRoutes((header, attributes) =>
        {
            if (header[4] == MainTable && header[5] == protocol && attributes.TryGetValue(RouteGateway, out var gateway)
                && attributes.TryGetValue(RouteDestination, out var destination))
            {
                routes.Add(new GatewayRoute(
                    new IPNetwork(new IPAddress(destination.Span), header[1]), new IPAddress(gateway.Span)));
            }
        });
        return routes;
    }

    /// <inheritdoc/>
    public void ReplaceRoute(GatewayRoute route, byte protocol) => Execute(
        Route(NewRoute, route, protocol, NetlinkMessage.Create | NetlinkMessage.Replace),
        $"set the route to {route.Destination} through {route.Gateway}");

    /// <inheritdoc/>
    public void RemoveRoute(GatewayRoute route, byte protocol) => Execute(
        Route(DeleteRoute, route, protocol, 0), $"remove the route to {route.Destination}", ErrnoNoSuchProcess);

    private static NetlinkMessage LoopbackAddress(ushort type, IPAddress address, ushort flags)
    {
        // struct ifaddrmsg: family, prefix length, flags, scope, index.
        Span<byte> header = stackalloc byte[8];
        header[0] = FamilyInet;
        header[1] = 32;
        header[3] = ScopeHost;
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], LoopbackIndex);
        return new NetlinkMessage(type, header, flags).Attribute(AddressLocal, address).Attribute(AddressAddress, address);
    }

    private static NetlinkMessage Route(ushort type, GatewayRoute route, byte protocol, ushort flags)
    {
        // struct rtmsg: family, destination and source length, tos, table, protocol, scope, type, flags.
        Span<byte> header = stackalloc byte[RouteHeaderBytes];
        header[0] = FamilyInet;
        header[1] = (byte)route.Destination.PrefixLength;
        header[4] = MainTable;
        header[5] = protocol;
        header[6] = ScopeUniverse;
        header[7] = TypeUnicast;
        return new NetlinkMessage(type, header, flags)
            .Attribute(RouteDestination, route.Destination.BaseAddress)
            .Attribute(RouteGateway, route.Gateway);
    }

    private static void Execute(NetlinkMessage message, string what, int passedOver = 0)
    {
        using var socket = new NetlinkSocket();
        var errno = socket.Execute(message);
        if (errno != 0 && errno != passedOver)
        {
            throw new IOException($"the kernel refused to {what}: {new Win32Exception(errno).Message}");
        }
    }

    private static (int Index, IPAddress? Source) DefaultRoute()
    {
        var (index, source) = (0, (IPAddress?)null);
        VisitRoutes((header, attributes) =>
        {
            // The kernel lists routes by metric, so the first default route is the one in use.
            if (index == 0 && header[1] == 0 && header[4] == MainTable && attributes.TryGetValue(RouteOutput, out var output))
            {
                index = BinaryPrimitives.ReadInt32LittleEndian(output.Span);
                source = attributes.TryGetValue(RoutePreferredSource, out var preferred) ? new IPAddress(preferred.Span) : null;
            }
        });
        return (index, source);
    }

    private static void VisitRoutes(Action<byte[], Dictionary<ushort, ReadOnlyMemory<byte>>> visit) =>
        Visit(GetRoute, NewRoute, RouteHeaderBytes, visit);

    /// <summary>Over netlink and not by .NET, which reads /sys: that shows another network namespace than the process may be in.</summary>
    private static int Mtu(int index)
    {
        var mtu = UsualMtu;
        Visit(GetLink, NewLink, LinkHeaderBytes, (header, attributes) =>
        {
            // struct ifinfomsg: the index stands at 4.
            if (BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4)) == index && attributes.TryGetValue(LinkMtu, out var value))
            {
                mtu = BinaryPrimitives.ReadInt32LittleEndian(value.Span);
            }
        });
        return mtu;
    }

    private static IPAddress? FirstAddress(int index)
    {
        IPAddress? first = null;
        Visit(GetAddress, NewAddress, AddressHeaderBytes, (header, attributes) =>
        {
            // struct ifaddrmsg: the family stands at 0, the index at 4.
            if (first is null && header[0] == FamilyInet && BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4)) == index
                && attributes.TryGetValue(AddressLocal, out var address))
            {
                first = new IPAddress(address.Span);
            }
        });
        return first;
    }

    private static void Visit(
        ushort request, ushort reply, int headerBytes, Action<byte[], Dictionary<ushort, ReadOnlyMemory<byte>>> visit)
    {
        var header = new byte[headerBytes];
        header[0] = request == GetLink ? (byte)0 : FamilyInet;
        using var socket = new NetlinkSocket();
        socket.Dump(new NetlinkMessage(request, header), (type, payload) =>
        {
            if (type == reply)
            {
                visit(payload.Span[..headerBytes].ToArray(), NetlinkMessage.Attributes(payload, headerBytes));
            }
        });
    }
}
