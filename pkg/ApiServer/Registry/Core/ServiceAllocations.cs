using System.Net;
using System.Runtime.CompilerServices;
using Kube1.Api.Models;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>
/// Cluster IPs and node ports of one server. What the stored Services hold is taken; what a request under way has picked
/// is taken too, until it is stored or has failed. So nothing has to be rebuilt at start, and nothing can leak.
/// </summary>
internal sealed class ServiceAllocations
{
    private static readonly ConditionalWeakTable<IObjectReader, ServiceAllocations> Servers = [];

    private readonly Lock _gate = new();
    private readonly HashSet<string> _pending = new(StringComparer.Ordinal);

    /// <summary>The allocations of the server that this reader reads.</summary>
    public static ServiceAllocations Of(IObjectReader objects) => Servers.GetValue(objects, _ => new ServiceAllocations());

    /// <summary>Takes a given address; false when it is taken.</summary>
    public bool TryTakeAddress(IObjectReader objects, IPAddress address, string? ownUid)
    {
        lock (_gate)
        {
            return !UsedAddresses(objects, ownUid).Contains(address.ToString()) && _pending.Add(address.ToString());
        }
    }

    /// <summary>Takes a free address of the range; null when there is none left.</summary>
    public IPAddress? TakeAddress(IObjectReader objects, IPNetwork range)
    {
        lock (_gate)
        {
            var used = UsedAddresses(objects, null);

            // Without the network's own address and the last one, as upstream.
            var size = (int)Math.Min((1L << (32 - range.PrefixLength)) - 2, int.MaxValue);
            var start = Pick(size, StaticBand(size, 16, 256), offset =>
            {
                var text = At(range, offset + 1).ToString();
                return !used.Contains(text) && !_pending.Contains(text);
            });
            if (start is not { } found)
            {
                return null;
            }

            var address = At(range, found + 1);
            _pending.Add(address.ToString());
            return address;
        }
    }

    /// <summary>Takes a given node port; false when it is taken.</summary>
    public bool TryTakePort(IObjectReader objects, int port, string protocol, string? ownUid)
    {
        lock (_gate)
        {
            return !UsedPorts(objects, ownUid).Contains((port, protocol)) && _pending.Add(PortKey(port, protocol));
        }
    }

    /// <summary>Takes a free node port, free for all protocols; null when there is none left.</summary>
    public int? TakePort(IObjectReader objects, int first, int last, string protocol)
    {
        lock (_gate)
        {
            var used = UsedPorts(objects, null).Select(p => p.Port).ToHashSet();
            var found = Pick(last - first + 1, StaticBand(last - first + 1, 16, 128, 32), offset =>
                !used.Contains(first + offset) && !_pending.Any(p => p.StartsWith($"{first + offset}/", StringComparison.Ordinal)));
            if (found is not { } offset)
            {
                return null;
            }

            _pending.Add(PortKey(first + offset, protocol));
            return first + offset;
        }
    }

    /// <summary>The request is over: what it picked is in the store now, or free again.</summary>
    public void Release(IEnumerable<string> taken)
    {
        lock (_gate)
        {
            _pending.ExceptWith(taken);
        }
    }

    /// <summary>The name under which a port is released.</summary>
    public static string PortKey(int port, string protocol) => $"{port}/{protocol}";

    /// <summary>
    /// The lower part of a range is dealt out last, so that addresses and ports which users choose themselves are likely
    /// to be free there (KEP-3070, KEP-3668).
    /// </summary>
    private static int StaticBand(int size, int least, int most, int share = 16) =>
        size <= least ? 0 : Math.Clamp(size / share, least, most);

    private static int? Pick(int size, int band, Func<int, bool> isFree) =>
        PickFrom(band, size, isFree) ?? PickFrom(0, band, isFree);

    /// <summary>The first free one from a random place on, around the end.</summary>
    private static int? PickFrom(int from, int to, Func<int, bool> isFree)
    {
        if (from >= to)
        {
            return null;
        }

        var start = Random.Shared.Next(from, to);
        for (var i = 0; i < to - from; i++)
        {
            var offset = from + ((start - from + i) % (to - from));
            if (isFree(offset))
            {
                return offset;
            }
        }

        return null;
    }

    private static IPAddress At(IPNetwork range, int offset)
    {
        var bytes = range.BaseAddress.GetAddressBytes();
        var number = ((uint)bytes[0] << 24 | (uint)bytes[1] << 16 | (uint)bytes[2] << 8 | bytes[3]) + (uint)offset;
        return new IPAddress([(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
    }

    private static HashSet<string> UsedAddresses(IObjectReader objects, string? exceptUid) =>
        Others(objects, exceptUid).SelectMany(s => s.Spec?.ClusterIPs ?? []).ToHashSet(StringComparer.Ordinal);

    private static HashSet<(int Port, string Protocol)> UsedPorts(IObjectReader objects, string? exceptUid)
    {
        var used = new HashSet<(int, string)>();
        foreach (var service in Others(objects, exceptUid))
        {
            foreach (var port in service.Spec?.Ports ?? [])
            {
                if (port.NodePort is > 0 and { } number)
                {
                    used.Add((number, port.Protocol ?? "TCP"));
                }
            }

            if (service.Spec?.HealthCheckNodePort is > 0 and { } health)
            {
                used.Add((health, "TCP"));
            }
        }

        return used;
    }

    private static IEnumerable<V1Service> Others(IObjectReader objects, string? exceptUid) =>
        objects.List<V1Service>(null).Where(s => exceptUid is null || s.Metadata.Uid != exceptUid);
}
