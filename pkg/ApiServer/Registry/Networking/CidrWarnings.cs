using System.Net;
using System.Net.Sockets;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Networking;

/// <summary>
/// What clients are told of ranges that are legal but written so that programs read them differently
/// (apimachinery/pkg/util/validation GetWarningsForCIDR).
/// </summary>
internal static class CidrWarnings
{
    /// <summary>The warnings for a range that has passed validation; none when it is well written.</summary>
    public static IEnumerable<string> For(FieldPath path, string value)
    {
        var slash = value.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !IPAddress.TryParse(value.AsSpan(0, slash), out var address)
            || !int.TryParse(value.AsSpan(slash + 1), out var bits))
        {
            yield break;
        }

        var all = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var network = new IPNetwork(Masked(address, bits), bits);
        if (!network.BaseAddress.Equals(address))
        {
            yield return $"{path}: CIDR value \"{value}\" is ambiguous in this context (should be \"{network}\" or "
                + $"\"{address}/{all}\"?)";
        }
        else if (all == 128 && network.ToString() != value)
        {
            yield return $"{path}: IPv6 CIDR value \"{value}\" should be in RFC 5952 canonical format (\"{network}\")";
        }
    }

    /// <summary>The first address of the range that an address is in.</summary>
    public static IPAddress Masked(IPAddress address, int bits)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(bits - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xff00 >> kept);
        }

        return new IPAddress(bytes);
    }
}
