using System.Globalization;
using System.Text;
using Kube1.Api.Json;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>Where in a URL a text stands; what must be escaped depends on it.</summary>
internal enum UrlPlace
{
    Path,
    Query,
    Host,
    Zone,
}

/// <summary>Percent-encoding as Go's net/url reads and writes it.</summary>
internal static class UrlEscapes
{
    private const string Unreserved = "-_.~";
    private const string HostPunctuation = "!$&'()*+,;=:[]<>\"";
    private const string PathPunctuation = "$&+,/:;=@";

    /// <summary>The text without escapes; null with what is wrong. Bytes that are no UTF-8 are replaced.</summary>
    public static string? Unescape(string text, UrlPlace place, out string? wrong)
    {
        wrong = null;
        var bytes = new List<byte>(text.Length);
        Span<byte> buffer = stackalloc byte[4];
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == '%')
            {
                if (!TryReadEscape(text, i, place, out var value))
                {
                    wrong = $"invalid URL escape {GoText.Quote(text.Substring(i, Math.Min(3, text.Length - i)))}";
                    return null;
                }

                bytes.Add(value);
                i += 3;
                continue;
            }

            if (place is UrlPlace.Host or UrlPlace.Zone && text[i] < 0x80 && !IsHostLetter(text[i]))
            {
                wrong = $"invalid character {GoText.Quote(text[i].ToString())} in host name";
                return null;
            }

            Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var width);
            rune = place == UrlPlace.Query && rune.Value == '+' ? new Rune(' ') : rune;
            bytes.AddRange(buffer[..rune.EncodeToUtf8(buffer)]);
            i += width;
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>A path as it was written if it may be written so, else escaped anew.</summary>
    public static string PathAsWritten(string path)
    {
        if (path.All(letter => IsPathLetter(letter) || "!'()*[]%".Contains(letter, StringComparison.Ordinal)))
        {
            return path;
        }

        // Also what was escaped is written anew, so that %41 becomes A.
        var escaped = new StringBuilder(path.Length);
        Span<byte> buffer = stackalloc byte[4];
        for (var i = 0; i < path.Length;)
        {
            if (path[i] == '%')
            {
                var value = byte.Parse(path.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                Append(escaped, value);
                i += 3;
                continue;
            }

            Rune.DecodeFromUtf16(path.AsSpan(i), out var rune, out var width);
            foreach (var value in buffer[..rune.EncodeToUtf8(buffer)])
            {
                Append(escaped, value);
            }

            i += width;
        }

        return escaped.ToString();
    }

    public static bool IsUserLetter(char letter) =>
        char.IsAsciiLetterOrDigit(letter) || "-._:~!$&'()*+,;=%@".Contains(letter, StringComparison.Ordinal);

    private static void Append(StringBuilder text, byte value)
    {
        if (IsPathLetter((char)value))
        {
            text.Append((char)value);
        }
        else
        {
            text.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));
        }
    }

    private static bool IsHostLetter(char letter) => char.IsAsciiLetterOrDigit(letter)
        || Unreserved.Contains(letter, StringComparison.Ordinal) || HostPunctuation.Contains(letter, StringComparison.Ordinal);

    private static bool IsPathLetter(char letter) => char.IsAsciiLetterOrDigit(letter)
        || Unreserved.Contains(letter, StringComparison.Ordinal) || PathPunctuation.Contains(letter, StringComparison.Ordinal);

    // In a host only bytes beyond ASCII may be escaped, in a zone also blanks and what a host may not have plainly.
    private static bool TryReadEscape(string text, int at, UrlPlace place, out byte value)
    {
        value = 0;
        if (at + 2 >= text.Length || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2]))
        {
            return false;
        }

        value = byte.Parse(text.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return value == '%' || place switch
        {
            UrlPlace.Host => value >= 0x80,
            UrlPlace.Zone => value == ' ' || (value < 0x80 && IsHostLetter((char)value)),
            _ => true,
        };
    }
}
