using System.Collections;
using System.Net;
using System.Numerics;

namespace Kube1.Controllers.NodeIpam;

/// <summary>Hands out equal parts of an address range, the lowest free one first.</summary>
internal sealed class CidrAllocator
{
    /// <summary>Parts of one range; the bitmap of as many is 8 kB.</summary>
    private const int MaxParts = 1 << 16;

    private readonly IPNetwork _range;
    private readonly int _partPrefix;
    private readonly BitArray _used;

    public CidrAllocator(IPNetwork range, int partPrefix)
    {
        if (partPrefix < range.PrefixLength || partPrefix > range.BaseAddress.GetAddressBytes().Length * 8)
        {
            throw new ArgumentException(
                $"node CIDR mask size /{partPrefix} does not fit into the cluster CIDR {range}", nameof(partPrefix));
        }

        _range = range;
        _partPrefix = partPrefix;
        _used = new BitArray((int)BigInteger.Min(MaxParts, BigInteger.One << (partPrefix - range.PrefixLength)));
    }

    /// <summary>Null when all parts are in use.</summary>
    public IPNetwork? Allocate()
    {
        for (var i = 0; i < _used.Count; i++)
        {
            if (!_used[i])
            {
                _used[i] = true;
                return Part(i);
            }
        }

        return null;
    }

    /// <summary>Marks whatever part the network is in; one outside the range is nobody's business here.</summary>
    public void Occupy(IPNetwork network) => Set(network, true);

    public void Release(IPNetwork network) => Set(network, false);

    private void Set(IPNetwork network, bool used)
    {
        if (!_range.Contains(network.BaseAddress))
        {
            return;
        }

        var index = (Number(network.BaseAddress) - Number(_range.BaseAddress)) >> PartBits;
        if (index < _used.Count)
        {
            _used[(int)index] = used;
        }
    }

    private int PartBits => (_range.BaseAddress.GetAddressBytes().Length * 8) - _partPrefix;

    private IPNetwork Part(int index)
    {
        var bytes = _range.BaseAddress.GetAddressBytes();
        var number = Number(_range.BaseAddress) + (new BigInteger(index) << PartBits);
        var text = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        Array.Clear(bytes);
        text.CopyTo(bytes, bytes.Length - text.Length);
        return new IPNetwork(new IPAddress(bytes), _partPrefix);
    }

    private static BigInteger Number(IPAddress address) =>
        new(address.GetAddressBytes(), isUnsigned: true, isBigEndian: true);
}
