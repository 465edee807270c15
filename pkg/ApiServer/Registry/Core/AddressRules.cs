using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>Addresses and address ranges in objects, with upstream's words (KEP-4858: strictly read).</summary>
internal static class AddressRules
{
    private const string NotAnAddress = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

    private const string NotARange = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

    private static readonly SearchValues<char> AddressChars = SearchValues.Create("0123456789abcdefABCDEF:.");

    private static readonly (string Detail, IPNetwork[] Ranges)[] Special =
    [
        ("may not be in the loopback range (127.0.0.0/8, ::1/128)",
            [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")]),
        ("may not be in the link-local range (169.254.0.0/16, fe80::/10)",
            [IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("fe80::/10")]),
        ("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)",
            [IPNetwork.Parse("224.0.0.0/24"), IPNetwork.Parse("ff02::/16")]),
    ];

    /// <summary>Checks an address.</summary>
    public static void ValidateIP(string text, FieldPath path, FieldErrorList errors)
    {
        if (!TryReadIP(text, out var address, out var padded))
        {
            errors.Invalid(path, text, NotAnAddress);
        }
        else if (padded)
        {
            errors.Invalid(path, text, "must not have leading 0s");
        }
        else if (address.IsIPv4MappedToIPv6)
        {
            errors.Invalid(path, text, "must not be an IPv4-mapped IPv6 address");
        }
    }

    /// <summary>Checks an address range: no bits may be set beyond its prefix.</summary>
    public static void ValidateCidr(string text, FieldPath path, FieldErrorList errors)
    {
        if (!TryReadCidr(text, out var address, out var bits, out var padded))
        {
            errors.Invalid(path, text, NotARange);
        }
        else if (padded)
        {
            errors.Invalid(path, text, "must not have leading 0s in IP or prefix length");
        }
        else if (address.IsIPv4MappedToIPv6)
        {
            errors.Invalid(path, text, "must not have an IPv4-mapped IPv6 address");
        }
        else if (!Masked(address, bits).Equals(address))
        {
            errors.Invalid(path, text, "must not have bits set beyond the prefix length");
        }
    }

    /// <summary>Traffic to these addresses would never leave the node, or reach too many.</summary>
    public static void NotSpecial(string text, FieldPath path, FieldErrorList errors)
    {
        if (!TryReadIP(text, out var address, out _))
        {
            errors.Invalid(path, text, "must be a valid IP address");
            return;
        }

        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            errors.Invalid(path, text, $"may not be unspecified ({text})");
        }

        foreach (var (detail, ranges) in Special)
        {
            if (ranges.Any(range => range.BaseAddress.AddressFamily == address.AddressFamily && range.Contains(address)))
            {
                errors.Invalid(path, text, detail);
            }
        }
    }

    /// <summary>An address of the newer family that is not written as all others write it.</summary>
    public static string? WarningForIP(string text, FieldPath path) =>
        TryReadIP(text, out var address, out _) && address.AddressFamily == AddressFamily.InterNetworkV6
            && address.ToString() != text
            ? $"{path}: IPv6 address \"{text}\" should be in RFC 5952 canonical format (\"{address}\")"
            : null;

    /// <summary>The same for a range.</summary>
    public static string? WarningForCidr(string text, FieldPath path) =>
        TryReadCidr(text, out var address, out var bits, out _) && address.AddressFamily == AddressFamily.InterNetworkV6
            && Shown(address, bits) is var canonical && canonical != text
            ? $"{path}: IPv6 CIDR value \"{text}\" should be in RFC 5952 canonical format (\"{canonical}\")"
            : null;

    /// <summary>Whether the text is an address of the newer family; anything else is taken for the older one.</summary>
    public static bool IsIPv6(string text) =>
        TryReadIP(text, out var address, out _) && address.AddressFamily == AddressFamily.InterNetworkV6
        && !address.IsIPv4MappedToIPv6;

    /// <summary>An address and a prefix length; the bits below may be set.</summary>
    public static bool IsCidr(string text) => TryReadCidr(text, out _, out _, out var padded) && !padded;

    /// <summary>Whether one range lies in another and is smaller.</summary>
    public static bool IsStrictlyWithin(string inner, string outer) =>
        TryReadCidr(inner, out var address, out var bits, out _) && TryReadCidr(outer, out var around, out var largeBits, out _)
        && address.AddressFamily == around.AddressFamily && bits > largeBits
        && Masked(address, largeBits).Equals(Masked(around, largeBits));

    // Decimal octets may have leading zeros here; who asks decides.
    private static bool TryReadIP(string text, out IPAddress address, out bool padded)
    {
        padded = false;
        address = IPAddress.None;
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return text.AsSpan().IndexOfAnyExcept(AddressChars) < 0 && IPAddress.TryParse(text, out address!);
        }

        Span<byte> octets = stackalloc byte[4];
        var count = 0;
        foreach (var part in text.AsSpan().Split('.'))
        {
            var digits = text.AsSpan()[part];
            if (count == octets.Length || digits.Length == 0 || digits.IndexOfAnyExceptInRange('0', '9') >= 0
                || !byte.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out octets[count++]))
            {
                return false;
            }

            padded |= digits.Length > 1 && digits[0] == '0';
        }

        address = new IPAddress(octets);
        return count == octets.Length;
    }

    private static bool TryReadCidr(string text, out IPAddress address, out int bits, out bool padded)
    {
        (address, bits, padded) = (IPAddress.None, 0, false);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || !TryReadIP(text[..slash], out address, out padded))
        {
            return false;
        }

        var length = text.AsSpan(slash + 1);
        if (!int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out bits))
        {
            return false;
        }

        padded |= length.Length > 1 && length[0] == '0';
        return bits <= (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
    }

    private static IPAddress Masked(IPAddress address, int bits)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(bits - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xff << (8 - kept));
        }

        return new IPAddress(bytes);
    }

    private static string Shown(IPAddress address, int bits) => string.Create(CultureInfo.InvariantCulture, $"{address}/{bits}");
}
