using System.Text;
using Kube1.Api.Json;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>
/// A URL in its parts, as Go's net/url takes it apart, with its errors. What has no scheme has no host.
/// </summary>
internal sealed record GoUrl
{
    public string Scheme { get; private init; } = "";

    /// <summary>What follows the scheme where that is no path: mailto:<b>a@b</b>.</summary>
    public string Opaque { get; private init; } = "";

    /// <summary>Null where there is no "@".</summary>
    public string? User { get; private init; }

    /// <summary>With the port.</summary>
    public string Host { get; private init; } = "";

    /// <summary>As it was written where that is sound, else with all escapes that it needs.</summary>
    public string EscapedPath { get; private init; } = "";

    public string Query { get; private init; } = "";

    /// <summary>Whether there is a "?" with nothing behind it.</summary>
    public bool ForceQuery { get; private init; }

    public string Fragment { get; private init; } = "";

    /// <summary>Without the port, and without the brackets of an IPv6 address.</summary>
    public string Hostname
    {
        get
        {
            var host = PortAt is var colon and >= 0 ? Host[..colon] : Host;
            return host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
        }
    }

    public string Port => PortAt is var colon and >= 0 ? Host[(colon + 1)..] : "";

    private int PortAt => Host.LastIndexOf(':') is var colon and >= 0 && IsOptionalPort(Host.AsSpan(colon)) ? colon : -1;

    /// <summary>An absolute URI or an absolute path, in which "#" means nothing; else null and an error.</summary>
    public static GoUrl? ParseRequest(string text, out string? error) => Parse(text, true, out var wrong) is { } url
        ? Succeed(url, out error)
        : Fail(text, wrong!, out error);

    /// <summary>Any reference with its fragment; else null and an error.</summary>
    public static GoUrl? Parse(string text, out string? error)
    {
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        var body = hash < 0 ? text : text[..hash];
        if (Parse(body, false, out var wrong) is not { } url)
        {
            return Fail(body, wrong!, out error);
        }

        var fragment = hash < 0 ? "" : text[(hash + 1)..];
        return UrlEscapes.Unescape(fragment, UrlPlace.Path, out wrong) is { } plain
            ? Succeed(url with { Fragment = plain }, out error)
            : Fail(text, wrong!, out error);
    }

    /// <summary>The query's keys with their values, in order; parts that are not sound are left out.</summary>
    public Dictionary<string, List<string>> ReadQuery()
    {
        var query = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var part in Query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (!part.Contains(';', StringComparison.Ordinal)
                && UrlEscapes.Unescape(equals < 0 ? part : part[..equals], UrlPlace.Query, out _) is { } key
                && UrlEscapes.Unescape(equals < 0 ? "" : part[(equals + 1)..], UrlPlace.Query, out _) is { } value)
            {
                if (!query.TryGetValue(key, out var values))
                {
                    query[key] = values = [];
                }

                values.Add(value);
            }
        }

        return query;
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(Scheme).Append(Scheme.Length > 0 ? ":" : "").Append(Opaque);
        if (Host.Length > 0 || User is not null)
        {
            text.Append("//").Append(User).Append(User is null ? "" : "@").Append(Host);
        }

        text.Append(EscapedPath).Append(ForceQuery || Query.Length > 0 ? "?" : "").Append(Query);
        return text.Append(Fragment.Length > 0 ? "#" : "").Append(Fragment).ToString();
    }

    private static GoUrl Succeed(GoUrl url, out string? error)
    {
        error = null;
        return url;
    }

    private static GoUrl? Fail(string text, string wrong, out string? error)
    {
        error = $"parse {GoText.Quote(text)}: {wrong}";
        return null;
    }

    private static GoUrl? Parse(string text, bool isRequest, out string? wrong)
    {
        wrong = text.AsSpan().IndexOfAnyInRange('\0', '\x1f') >= 0 || text.Contains('\x7f', StringComparison.Ordinal)
            ? "net/url: invalid control character in URL"
            : text.Length == 0 && isRequest ? "empty url" : null;
        if (wrong is not null || text == "*")
        {
            return wrong is null ? new GoUrl { EscapedPath = "*" } : null;
        }

        if (SplitScheme(text) is not { } scheme)
        {
            wrong = "missing protocol scheme";
            return null;
        }

        var rest = scheme == 0 ? text : text[(scheme + 1)..];
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var url = new GoUrl
        {
            Scheme = text[..scheme].ToLowerInvariant(),
            Query = question < 0 ? "" : rest[(question + 1)..],
            ForceQuery = question >= 0 && question == rest.Length - 1,
        };
        return ParseHierarchy(url, question < 0 ? rest : rest[..question], isRequest, out wrong);
    }

    // The length of the scheme: 0 where there is none, null where only the colon is there.
    private static int? SplitScheme(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (letter == ':')
            {
                return i == 0 ? null : i;
            }

            if (!char.IsAsciiLetter(letter) && (i == 0 || (!char.IsAsciiDigit(letter) && letter is not ('+' or '-' or '.'))))
            {
                return 0;
            }
        }

        return 0;
    }

    private static GoUrl? ParseHierarchy(GoUrl url, string rest, bool isRequest, out string? wrong)
    {
        wrong = null;
        if (!rest.StartsWith('/'))
        {
            if (url.Scheme.Length > 0)
            {
                return url with { Opaque = rest };
            }

            wrong = isRequest ? "invalid URI for request"
                : rest.Split('/')[0].Contains(':', StringComparison.Ordinal)
                    ? "first path segment in URL cannot contain colon"
                    : null;
            if (wrong is not null)
            {
                return null;
            }
        }

        if (rest.StartsWith("//", StringComparison.Ordinal)
            && (url.Scheme.Length > 0 || (!isRequest && !rest.StartsWith("///", StringComparison.Ordinal))))
        {
            var end = rest.IndexOf('/', 2) is var slash and >= 0 ? slash : rest.Length;
            if (ParseAuthority(url, rest[2..end], out wrong) is not { } withHost)
            {
                return null;
            }

            (url, rest) = (withHost, rest[end..]);
        }

        return UrlEscapes.Unescape(rest, UrlPlace.Path, out wrong) is not null
            ? url with { EscapedPath = UrlEscapes.PathAsWritten(rest) }
            : null;
    }

    private static GoUrl? ParseAuthority(GoUrl url, string authority, out string? wrong)
    {
        var at = authority.LastIndexOf('@');
        var user = at < 0 ? null : authority[..at];
        if (ParseHost(authority[(at + 1)..], out wrong) is not { } host)
        {
            return null;
        }

        if (user is not null && !user.All(UrlEscapes.IsUserLetter))
        {
            wrong = "net/url: invalid userinfo";
            return null;
        }

        return user is null || UrlEscapes.Unescape(user, UrlPlace.Path, out wrong) is not null
            ? url with { Host = host, User = user }
            : null;
    }

    private static string? ParseHost(string host, out string? wrong)
    {
        var close = -1;
        if (host.StartsWith('['))
        {
            close = host.LastIndexOf(']');
            if (close < 0)
            {
                wrong = "missing ']' in host";
                return null;
            }
        }

        var port = close >= 0 ? close + 1 : host.LastIndexOf(':');
        if (port >= 0 && !IsOptionalPort(host.AsSpan(port)))
        {
            wrong = $"invalid port {GoText.Quote(host[port..])} after host";
            return null;
        }

        var zone = close >= 0 ? host[..close].IndexOf("%25", StringComparison.Ordinal) : -1;
        return zone < 0
            ? UrlEscapes.Unescape(host, UrlPlace.Host, out wrong)
            : UrlEscapes.Unescape(host[..zone], UrlPlace.Host, out wrong) is { } before
                && UrlEscapes.Unescape(host[zone..close], UrlPlace.Zone, out wrong) is { } inside
                && UrlEscapes.Unescape(host[close..], UrlPlace.Host, out wrong) is { } behind
                ? before + inside + behind
                : null;
    }

    private static bool IsOptionalPort(ReadOnlySpan<char> port) =>
        port.Length == 0 || (port[0] == ':' && !port[1..].ContainsAnyExceptInRange('0', '9'));
}
