using System.Net;
using System.Net.Sockets;

namespace Kube1.ApiServer.Extensions.Schemas.Formats;

/// <summary>Addresses as Go's net package reads them; octets may have leading zeros, as they once could.</summary>
internal static class AddressText
{
    /// <summary>An address with dots, which an IPv6 one can have too: "::ffff:10.0.0.1".</summary>
    public static bool IsIPv4(string text) =>
        text.Contains('.', StringComparison.Ordinal) && (IsDottedQuad(text) || IsColoned(text));

    /// <summary>An address with colons.</summary>
    public static bool IsIPv6(string text) => text.Contains(':', StringComparison.Ordinal) && IsColoned(text);

    /// <summary>"10.0.0.0/8"</summary>
    public static bool IsCidr(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return false;
        }

        var address = text[..slash];
        var digits = text.AsSpan(slash + 1);
        var bits = IsDottedQuad(address) ? 32 : IsColoned(address) ? 128 : -1;
        return digits.Length > 0 && !digits.ContainsAnyExceptInRange('0', '9')
            && int.TryParse(digits, out var length) && length <= bits;
    }

    /// <summary>6, 8 or 20 octets: 00:00:5e:00:53:01, 00-00-5e-00-53-01 or 0000.5e00.5301.</summary>
    public static bool IsMac(string text)
    {
        if (text.Length < 14)
        {
            return false;
        }

        var separator = text[2] is ':' or '-' ? text[2] : text[4] == '.' ? '.' : '\0';
        var digits = separator == '.' ? 4 : 2;
        var groups = (text.Length + 1) / (digits + 1);
        if (separator == '\0' || (text.Length + 1) % (digits + 1) != 0 || groups * digits / 2 is not (6 or 8 or 20))
        {
            return false;
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (i % (digits + 1) == digits ? text[i] != separator : !char.IsAsciiHexDigit(text[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsDottedQuad(ReadOnlySpan<char> text)
    {
        var octets = 0;
        foreach (var range in text.Split('.'))
        {
            var octet = text[range];
            octets++;
            if (octet.Length == 0 || octet.ContainsAnyExceptInRange('0', '9')
                || !int.TryParse(octet, out var value) || value > 255)
            {
                return false;
            }
        }

        return octets == 4;
    }

    // .NET would also take brackets, a zone and a port.
    private static bool IsColoned(string text)
    {
        foreach (var letter in text)
        {
            if (!char.IsAsciiHexDigit(letter) && letter is not (':' or '.'))
            {
                return false;
            }
        }

        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return text.Contains(':', StringComparison.Ordinal)
            && (dot < 0 || IsDottedQuad(text.AsSpan(text.LastIndexOf(':') + 1)))
            && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;
    }
}
