using System.Buffers.Binary;
using System.ComponentModel;
using System.Net;
using Kube1.Network.Hosts;

namespace Kube1.Runtimes.Linux.Netlink;

/// <summary>
/// The kernel's connection tracking through ctnetlink, without the conntrack program. Source: the kernel's
/// include/uapi/linux/netfilter/nfnetlink_conntrack.h.
/// </summary>
public sealed class LinuxConnectionTracking : IConnectionTracking
{
    private const byte FamilyInet = 2;
    private const int HeaderBytes = 4;
    private const ushort Subsystem = 1 << 8;
    private const ushort NewEntry = Subsystem | 0;
    private const ushort GetEntries = Subsystem | 1;
    private const ushort DeleteEntry = Subsystem | 2;
    private const ushort OriginalTuple = 1;
    private const ushort ReplyTuple = 2;
    private const ushort EntryId = 12;
    private const ushort EntryZone = 18;
    private const ushort TupleAddresses = 1;
    private const ushort TupleProtocol = 2;
    private const ushort SourceAddress = 1;
    private const ushort DestinationAddress = 2;
    private const ushort ProtocolNumber = 1;
    private const ushort DestinationPort = 3;
    private const byte Udp = 17;
    private const int ErrnoNoEntry = 2;

    /// <inheritdoc/>
    public IReadOnlyList<TrackedFlow> ListUdp()
    {
        var flows = new List<TrackedFlow>();
        using var socket = new NetlinkSocket(NetlinkSocket.Netfilter);
        socket.Dump(new NetlinkMessage(GetEntries, Header()), (type, payload) =>
        {
            if (type == NewEntry && Read(payload) is { } flow)
            {
                flows.Add(flow);
            }
        });
        return flows;
    }

    /// <inheritdoc/>
    public void Forget(TrackedFlow flow)
    {
        // The identity is the attributes that name the entry, as the kernel gave them.
        var message = new NetlinkMessage(DeleteEntry, [.. Header(), .. flow.Identity.Span]);
        using var socket = new NetlinkSocket(NetlinkSocket.Netfilter);
        var errno = socket.Execute(message);
        if (errno is not (0 or ErrnoNoEntry))
        {
            throw new IOException(
                $"the kernel refused to forget the flow to {flow.Destination} port {flow.DestinationPort}: "
                + new Win32Exception(errno).Message);
        }
    }

    /// <summary>struct nfgenmsg: family, version, resource.</summary>
    private static byte[] Header() => [FamilyInet, 0, 0, 0];

    private static TrackedFlow? Read(ReadOnlyMemory<byte> payload)
    {
        var entry = NetlinkMessage.Attributes(payload, HeaderBytes);
        if (!entry.TryGetValue(OriginalTuple, out var original) || !entry.TryGetValue(ReplyTuple, out var reply))
        {
            return null;
        }

        var (protocol, destination, port, _) = ReadTuple(original);
        var (_, _, _, answerer) = ReadTuple(reply);
        return protocol == Udp && destination is not null && answerer is not null
            ? new TrackedFlow(destination, port, answerer, Identity(entry, original))
            : null;
    }

    private static (byte Protocol, IPAddress? Destination, int Port, IPAddress? Source) ReadTuple(ReadOnlyMemory<byte> tuple)
    {
        var parts = NetlinkMessage.Attributes(tuple, 0);
        var addresses = parts.TryGetValue(TupleAddresses, out var a) ? NetlinkMessage.Attributes(a, 0) : [];
        var protocol = parts.TryGetValue(TupleProtocol, out var p) ? NetlinkMessage.Attributes(p, 0) : [];
        return (
            protocol.TryGetValue(ProtocolNumber, out var number) && number.Length > 0 ? number.Span[0] : (byte)0,
            addresses.TryGetValue(DestinationAddress, out var destination) ? new IPAddress(destination.Span) : null,
            protocol.TryGetValue(DestinationPort, out var port) ? BinaryPrimitives.ReadUInt16BigEndian(port.Span) : 0,
            addresses.TryGetValue(SourceAddress, out var source) ? new IPAddress(source.Span) : null);
    }

    private static byte[] Identity(Dictionary<ushort, ReadOnlyMemory<byte>> entry, ReadOnlyMemory<byte> original)
    {
        var attributes = new NetlinkMessage(DeleteEntry, []).Attribute(OriginalTuple | NetlinkMessage.Nested, original.Span);
        foreach (var kind in new[] { EntryId, EntryZone })
        {
            if (entry.TryGetValue(kind, out var value))
            {
                attributes.Attribute(kind, value.Span);
            }
        }

        return attributes.Body();
    }
}
