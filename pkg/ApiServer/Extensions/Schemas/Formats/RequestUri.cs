namespace Kube1.ApiServer.Extensions.Schemas.Formats;

/// <summary>What a request line may have: an absolute URI, or an absolute path (Go's url.ParseRequestURI).</summary>
internal static class RequestUri
{
    private const string HostPunctuation = "-_.~!$&'()*+,;=:[]<>\"";
    private const string UserPunctuation = "-._:~!$&'()*+,;=%@";

    /// <summary>Whether the text is one.</summary>
    public static bool IsValid(string text)
    {
        foreach (var letter in text)
        {
            if (letter is < ' ' or '\x7F')
            {
                return false;
            }
        }

        if (text is "" or "*")
        {
            return text == "*";
        }

        if (!TrySplitScheme(text, out var scheme, out var rest))
        {
            return false;
        }

        var query = rest.IndexOf('?');
        rest = query < 0 ? rest : rest[..query];
        if (rest.Length == 0 || rest[0] != '/')
        {
            return scheme.Length > 0;
        }

        if (scheme.Length > 0 && rest.StartsWith("//"))
        {
            rest = rest[2..];
            var slash = rest.IndexOf('/');
            var authority = slash < 0 ? rest : rest[..slash];
            rest = rest[authority.Length..];
            if (!IsAuthority(authority))
            {
                return false;
            }
        }

        return HasSoundEscapes(rest);
    }

    // Without a colon, or with something before it that is no scheme, there is none.
    private static bool TrySplitScheme(string text, out ReadOnlySpan<char> scheme, out ReadOnlySpan<char> rest)
    {
        scheme = default;
        rest = text;
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (char.IsAsciiLetter(letter) || (i > 0 && (char.IsAsciiDigit(letter) || letter is '+' or '-' or '.')))
            {
                continue;
            }

            if (letter == ':')
            {
                scheme = text.AsSpan(0, i);
                rest = text.AsSpan(i + 1);
                return i > 0;
            }

            return true;
        }

        return true;
    }

    private static bool IsAuthority(ReadOnlySpan<char> authority)
    {
        var at = authority.LastIndexOf('@');
        foreach (var letter in at < 0 ? default : authority[..at])
        {
            if (!char.IsAsciiLetterOrDigit(letter) && !UserPunctuation.Contains(letter, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return (at < 0 || HasSoundEscapes(authority[..at])) && IsHost(authority[(at + 1)..]);
    }

    private static bool IsHost(ReadOnlySpan<char> host)
    {
        if (host.StartsWith("["))
        {
            var close = host.LastIndexOf(']');
            if (close < 0 || !IsPort(host[(close + 1)..]))
            {
                return false;
            }

            var zone = host[..close].IndexOf("%25");
            return zone < 0
                ? IsHostText(host[..close])
                : IsHostText(host[..zone]) && HasSoundEscapes(host[zone..close]);
        }

        var colon = host.LastIndexOf(':');
        return (colon < 0 || IsPort(host[colon..])) && IsHostText(host);
    }

    private static bool IsPort(ReadOnlySpan<char> port) =>
        port.Length == 0 || (port[0] == ':' && !port[1..].ContainsAnyExceptInRange('0', '9'));

    // Only bytes beyond ASCII may be written as escapes.
    private static bool IsHostText(ReadOnlySpan<char> host)
    {
        for (var i = 0; i < host.Length; i++)
        {
            if (host[i] == '%')
            {
                if (!IsEscape(host[i..]) || Convert.ToInt32(host[i + 1].ToString(), 16) < 8)
                {
                    return false;
                }

                i += 2;
            }
            else if (host[i] < 0x80 && !char.IsAsciiLetterOrDigit(host[i])
                && !HostPunctuation.Contains(host[i], StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    private static bool HasSoundEscapes(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOf('%'); at >= 0; at = text.IndexOf('%'))
        {
            if (!IsEscape(text[at..]))
            {
                return false;
            }

            text = text[(at + 3)..];
        }

        return true;
    }

    private static bool IsEscape(ReadOnlySpan<char> text) =>
        text.Length >= 3 && char.IsAsciiHexDigit(text[1]) && char.IsAsciiHexDigit(text[2]);
}
