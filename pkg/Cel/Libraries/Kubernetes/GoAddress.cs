using System.Globalization;
using System.Text;
using Kube1.Api.Json;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>An IP address as Go's net/netip reads and prints it, with its errors.</summary>
/// <param name="Bits">The address; of an IPv4 address the lowest 32 bits.</param>
/// <param name="IsV4">Whether it is an IPv4 address.</param>
/// <param name="Zone">What follows "%", or nothing.</param>
internal readonly record struct GoAddress(UInt128 Bits, bool IsV4, string Zone = "")
{
    private static readonly UInt128 MappedPrefix = 0xffff;

    public int BitLength => IsV4 ? 32 : 128;

    public bool IsMappedV4 => !IsV4 && Bits >> 32 == MappedPrefix;

    public bool IsUnspecified => Bits == 0;

    public bool IsLoopback => IsV4 ? Bits >> 24 == 127 : Bits == 1;

    public bool IsMulticast => IsV4 ? Bits >> 28 == 0xe : Bits >> 120 == 0xff;

    // 224.0.0.0/24; in IPv6 the flags do not count, only the scope.
    public bool IsLinkLocalMulticast => IsV4 ? Bits >> 8 == 0xe00000 : ((Bits >> 112) & 0xff0f) == 0xff02;

    public bool IsLinkLocalUnicast => IsV4 ? Bits >> 16 == 0xa9fe : ((Bits >> 112) & 0xffc0) == 0xfe80;

    public bool IsGlobalUnicast => !IsUnspecified && !(IsV4 && Bits == uint.MaxValue)
        && !IsLoopback && !IsMulticast && !IsLinkLocalUnicast;

    /// <summary>Reads an address; null, or the error.</summary>
    public static string? Parse(string text, out GoAddress address)
    {
        address = default;
        var first = text.AsSpan().IndexOfAny('.', ':', '%');
        var wrong = first < 0 ? "unable to parse IP"
            : text[first] == '%' ? "missing IPv6 address"
            : text[first] == '.' ? ParseV4(text, out address)
            : ParseV6(text, out address);
        return wrong is null ? null : $"ParseAddr({GoText.Quote(text)}): {wrong}";
    }

    /// <summary>The address with only the first bits.</summary>
    public GoAddress Masked(int bits) => this with { Bits = bits == 0 ? 0 : Bits >> (BitLength - bits) << (BitLength - bits) };

    // RFC 5952: lower case, the longest run of zeros as "::".
    public override string ToString()
    {
        if (IsV4)
        {
            return string.Create(
                CultureInfo.InvariantCulture, $"{Group(24, 8)}.{Group(16, 8)}.{Group(8, 8)}.{Group(0, 8)}");
        }

        var (start, length) = LongestZeros();
        var text = new StringBuilder();
        for (var i = 0; i < 8; i++)
        {
            if (i == start && length > 1)
            {
                text.Append("::");
                i += length - 1;
                continue;
            }

            text.Append(text.Length > 0 && text[^1] != ':' ? ":" : "")
                .Append(Group(112 - (16 * i), 16).ToString("x", CultureInfo.InvariantCulture));
        }

        return text.Append(Zone.Length > 0 ? "%" : "").Append(Zone).ToString();
    }

    private uint Group(int shift, int bits) => (uint)(Bits >> shift) & ((1u << bits) - 1);

    private (int Start, int Length) LongestZeros()
    {
        var (start, length) = (0, 0);
        for (var i = 0; i < 8; i++)
        {
            var end = i;
            while (end < 8 && Group(112 - (16 * end), 16) == 0)
            {
                end++;
            }

            if (end - i > length)
            {
                (start, length) = (i, end - i);
            }
        }

        return (start, length);
    }

    private static string? ParseV4(ReadOnlySpan<char> text, out GoAddress address)
    {
        address = default;
        var (bits, value, digits, fields) = (0u, 0u, 0, 1);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '.')
            {
                if (i == 0 || i == text.Length - 1 || text[i - 1] == '.')
                {
                    return At("IPv4 field must have at least one digit", text[i..]);
                }

                if (fields == 4)
                {
                    return "IPv4 address too long";
                }

                (bits, value, digits, fields) = ((bits << 8) | value, 0, 0, fields + 1);
                continue;
            }

            if (!char.IsAsciiDigit(text[i]))
            {
                return At("unexpected character", text[i..]);
            }

            if (digits == 1 && value == 0)
            {
                return "IPv4 field has octet with leading zero";
            }

            value = (value * 10) + (uint)(text[i] - '0');
            digits++;
            if (value > byte.MaxValue)
            {
                return "IPv4 field has value >255";
            }
        }

        address = new GoAddress((bits << 8) | value, true);
        return fields < 4 ? "IPv4 address too short" : null;
    }

    private static string? ParseV6(string text, out GoAddress address)
    {
        address = default;
        var percent = text.IndexOf('%', StringComparison.Ordinal);
        if (percent == text.Length - 1)
        {
            return "zone must be a non-empty string";
        }

        var zone = percent < 0 ? "" : text[(percent + 1)..];
        var rest = percent < 0 ? text : text[..percent];
        var gap = -1;
        if (rest.StartsWith("::", StringComparison.Ordinal))
        {
            (gap, rest) = (0, rest[2..]);
        }

        var groups = new List<uint>(8);
        if (rest.Length > 0 || gap < 0)
        {
            if (ReadGroups(ref rest, groups, ref gap) is { } wrong)
            {
                return wrong;
            }
        }

        if (rest.Length > 0)
        {
            return At("trailing garbage after address", rest);
        }

        if (groups.Count < 8 && gap < 0)
        {
            return "address string too short";
        }

        if (groups.Count == 8 && gap >= 0)
        {
            return "the :: must expand to at least one field of zeros";
        }

        groups.InsertRange(Math.Max(0, gap), Enumerable.Repeat(0u, 8 - groups.Count));
        address = new GoAddress(groups.Aggregate(UInt128.Zero, (bits, group) => (bits << 16) | group), false, zone);
        return null;
    }

    private static string? ReadGroups(ref string rest, List<uint> groups, ref int gap)
    {
        while (groups.Count < 8)
        {
            var digits = 0;
            while (digits < rest.Length && char.IsAsciiHexDigit(rest[digits]))
            {
                digits++;
                if (digits > 4)
                {
                    return At("each group must have 4 or fewer digits", rest);
                }
            }

            if (digits == 0)
            {
                return At("each colon-separated field must have at least one digit", rest);
            }

            if (digits < rest.Length && rest[digits] == '.')
            {
                return ReadEmbedded(ref rest, groups, gap);
            }

            groups.Add(uint.Parse(rest.AsSpan(0, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            rest = rest[digits..];
            if (rest.Length == 0)
            {
                return null;
            }

            if (rest[0] != ':' || rest.Length == 1)
            {
                return At(
                    rest[0] != ':' ? "unexpected character, want colon" : "colon must be followed by more characters", rest);
            }

            rest = rest[1..];
            if (rest[0] == ':')
            {
                if (gap >= 0)
                {
                    return At("multiple :: in address", rest);
                }

                (gap, rest) = (groups.Count, rest[1..]);
                if (rest.Length == 0)
                {
                    return null;
                }
            }
        }

        return null;
    }

    // An IPv4 address in place of the last two groups.
    private static string? ReadEmbedded(ref string rest, List<uint> groups, int gap)
    {
        if (gap < 0 && groups.Count != 6)
        {
            return At("embedded IPv4 address must replace the final 2 fields of the address", rest);
        }

        if (groups.Count > 6)
        {
            return At("too many hex fields to fit an embedded IPv4 at the end of the address", rest);
        }

        if (ParseV4(rest, out var embedded) is { } wrong)
        {
            return wrong;
        }

        groups.Add((uint)(embedded.Bits >> 16));
        groups.Add((uint)embedded.Bits & 0xffff);
        rest = "";
        return null;
    }

    private static string At(string wrong, ReadOnlySpan<char> rest) => $"{wrong} (at {GoText.Quote(rest.ToString())})";
}
