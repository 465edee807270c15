using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.ApiServer.Streaming.Proxies;

/// <summary>
/// The path of a proxy request, split at "/proxy". Held decoded, one character a byte, and escaped again when sent: what
/// the client escaped need not be what the path needs, and upstream normalizes it so too.
/// </summary>
/// <param name="Prefix">"/api/v1/namespaces/default/services/web:80/proxy"</param>
/// <param name="Rest">What follows: "", "/" or "/healthz"; cleaned of empty and dot segments.</param>
internal readonly record struct ProxyPath(string Prefix, string Rest)
{
    /// <summary>As it goes over the wire to the server behind.</summary>
    public string Escaped => Rest.Length == 0 ? "/" : Escape(Rest);

    /// <summary>The whole, as the client would ask for it.</summary>
    public string Forwarded => Prefix + Escape(Rest);

    /// <summary>
    /// Splits where the request was split when it was parsed and authorized: <paramref name="parsed"/> is what stood
    /// behind the subresource then, escaped slashes still escaped.
    /// </summary>
    public static ProxyPath Of(HttpContext http, string parsed)
    {
        var segments = Segments(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        var rest = parsed.Length == 0 ? 0 : parsed.Split('/').Length;
        var path = new StringBuilder();
        foreach (var segment in segments[^rest..])
        {
            path.Append('/').Append(segment);
        }

        if (http.Request.Path.Value?.EndsWith('/') == true)
        {
            path.Append('/');
        }

        return new ProxyPath("/" + string.Join('/', segments[..^rest]), Clean(path.ToString()));
    }

    /// <summary>The path's segments as the server reads them: without empty ones, and with dot segments resolved before
    /// escaped slashes are slashes (RFC 3986 section 5.2.4).</summary>
    private static string[] Segments(string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        if (!path.StartsWith('/'))
        {
            // The absolute form, "https://host/path" (RFC 9112 section 3.2.2).
            var authority = path.IndexOf("://", StringComparison.Ordinal) + "://".Length;
            path = path.IndexOf('/', authority) is var start and >= 0 ? path[start..] : "/";
        }

        var kept = new List<string>();
        foreach (var segment in path[1..].Split('/').Select(Unescape))
        {
            if (segment == "..")
            {
                kept.RemoveRange(Math.Max(0, kept.Count - 1), Math.Min(1, kept.Count));
            }
            else if (segment != ".")
            {
                kept.Add(segment);
            }
        }

        return [.. kept.Where(s => s.Length > 0)];
    }

    /// <summary>Go's path.Clean on a rooted path, but a slash at the end stays.</summary>
    private static string Clean(string path)
    {
        if (path.Length == 0)
        {
            return "";
        }

        var kept = new List<string>();
        foreach (var segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment == "..")
            {
                kept.RemoveRange(Math.Max(0, kept.Count - 1), Math.Min(1, kept.Count));
            }
            else if (segment != ".")
            {
                kept.Add(segment);
            }
        }

        return kept.Count == 0 ? "/" : "/" + string.Join('/', kept) + (path.EndsWith('/') ? "/" : "");
    }

    private static string Unescape(string path)
    {
        var bytes = new StringBuilder(path.Length);
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '%' && i + 2 < path.Length
                && byte.TryParse(path.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                bytes.Append((char)code);
                i += 2;
            }
            else
            {
                bytes.Append(path[i]);
            }
        }

        return bytes.ToString();
    }

    /// <summary>
    /// A path, one character a byte, as it goes over the wire: Go's net/url leaves RFC 3986's unreserved and most of its
    /// reserved characters as they are.
    /// </summary>
    public static string Escape(string path)
    {
        var text = new StringBuilder(path.Length);
        foreach (var c in path)
        {
            if (char.IsAsciiLetterOrDigit(c) || "-_.~$&+,/:;=@".Contains(c, StringComparison.Ordinal))
            {
                text.Append(c);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}");
            }
        }

        return text.ToString();
    }
}
