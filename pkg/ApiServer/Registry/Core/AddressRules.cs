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

    /// <summary>An IPv4 address within an IPv6 address follows a prefix of this length.</summary>
    private const int MappedPrefixBits = 96;

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

    /// <summary>Checks an address; one of <paramref name="kept"/>, which were stored before, may stay as it is.</summary>
    public static void ValidateIP(string text, FieldPath path, FieldErrorList errors, ICollection<string>? kept = null)
    {
        if (kept?.Contains(text) != true && WrongIP(text) is { } wrong)
        {
            errors.Invalid(path, text, wrong);
        }
    }

    /// <summary>What is wrong with an address; null when it is sound.</summary>
    public static string? WrongIP(string text) => !TryReadIP(text, out var address, out var padded) ? NotAnAddress
        : padded ? "must not have leading 0s"
        : address.IsIPv4MappedToIPv6 ? "must not be an IPv4-mapped IPv6 address"
        : null;

    /// <summary>The same where an address can be written in one way only.</summary>
    public static string? WrongCanonicalIP(string text) => WrongIP(text)
        ?? (IPAddress.Parse(text).ToString() is var canonical && canonical != text ? NotCanonical(canonical) : null);

    /// <summary>
    /// Checks an address range: no bits may be set beyond its prefix. One of <paramref name="kept"/>, which were stored
    /// before, may stay as it is.
    /// </summary>
    public static void ValidateCidr(string text, FieldPath path, FieldErrorList errors, ICollection<string>? kept = null)
    {
        if (kept?.Contains(text) != true && WrongCidr(text) is { } wrong)
        {
            errors.Invalid(path, text, wrong);
        }
    }

    /// <summary>The same where a range can be written in one way only.</summary>
    public static void ValidateCanonicalCidr(string text, FieldPath path, FieldErrorList errors)
    {
        if (WrongCidr(text) is { } wrong)
        {
            errors.Invalid(path, text, wrong);
        }
        else if (TryReadCidr(text, out var address, out var bits, out _) && Shown(address, bits) is var canonical
            && canonical != text)
        {
            errors.Invalid(path, text, NotCanonical(canonical));
        }
    }

    /// <summary>Checks the address of an interface, together with the length of its network's prefix.</summary>
    public static void ValidateInterface(string text, FieldPath path, FieldErrorList errors)
    {
        if (!TryReadCidr(text, out var address, out var bits, out _))
        {
            errors.Invalid(path, text, "must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)");
            return;
        }

        var mapped = address.IsIPv4MappedToIPv6 && bits >= MappedPrefixBits;
        var canonical = mapped ? Shown(address.MapToIPv4(), bits - MappedPrefixBits) : Shown(address, bits);
        if (canonical != text)
        {
            errors.Invalid(path, text, NotCanonical(canonical));
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

    /// <summary>A range that programs read differently, or one of the newer family that is written unlike others write it.</summary>
    public static string? WarningForCidr(string text, FieldPath path)
    {
        if (!TryReadCidr(text, out var address, out var bits, out _))
        {
            return null;
        }

        var range = Shown(Masked(address, bits), bits);
        if (!Masked(address, bits).Equals(address))
        {
            var all = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
            return $"{path}: CIDR value \"{text}\" is ambiguous in this context (should be \"{range}\" or "
                + $"\"{address}/{all}\"?)";
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6 && range != text
            ? $"{path}: IPv6 CIDR value \"{text}\" should be in RFC 5952 canonical format (\"{range}\")"
            : null;
    }

    /// <summary>Whether the text is an address of the newer family; anything else is taken for the older one.</summary>
    public static bool IsIPv6(string text) =>
        TryReadIP(text, out var address, out _) && address.AddressFamily == AddressFamily.InterNetworkV6
        && !address.IsIPv4MappedToIPv6;

    /// <summary>Whether the text is an address, however oddly written.</summary>
    public static bool IsIP(string text) => TryReadIP(text, out _, out _);

    /// <summary>Whether the text is an address and a prefix length, however oddly written.</summary>
    public static bool IsCidr(string text) => TryReadCidr(text, out _, out _, out _);

    /// <summary>Whether both texts are ranges, of one family.</summary>
    public static bool IsSameFamily(string one, string other) => TryReadCidr(one, out var first, out _, out _)
        && TryReadCidr(other, out var second, out _, out _) && first.AddressFamily == second.AddressFamily;

    /// <summary>Whether one range lies in another and is smaller.</summary>
    public static bool IsStrictlyWithin(string inner, string outer) =>
        TryReadCidr(inner, out var address, out var bits, out _) && TryReadCidr(outer, out var around, out var largeBits, out _)
        && address.AddressFamily == around.AddressFamily && bits > largeBits
        && Masked(address, largeBits).Equals(Masked(around, largeBits));

    private static string? WrongCidr(string text) => !TryReadCidr(text, out var address, out var bits, out var padded) ? NotARange
        : padded ? "must not have leading 0s in IP or prefix length"
        : address.IsIPv4MappedToIPv6 ? "must not have an IPv4-mapped IPv6 address"
        : !Masked(address, bits).Equals(address) ? "must not have bits set beyond the prefix length"
        : null;

    private static string NotCanonical(string canonical) => $"must be in canonical form (\"{canonical}\")";

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
