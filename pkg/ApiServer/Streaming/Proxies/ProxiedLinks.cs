namespace Kube1.ApiServer.Streaming.Proxies;

/// <summary>
/// Makes links of a server behind the proxy lead through the proxy (k8s.io/apimachinery/pkg/util/proxy Transport): an
/// absolute path gets the proxy's path before it; links to other hosts and relative ones stay.
/// </summary>
/// <param name="prefix">"/api/v1/namespaces/default/services/web:80/proxy"</param>
/// <param name="backend">The server's authority: "10.42.0.7:80".</param>
/// <param name="requested">The client's Host header, which the server may have used in its links.</param>
internal sealed class ProxiedLinks(string prefix, string backend, string requested)
{
    /// <summary>The link for the client; the same when it needs no change.</summary>
    public string Rewrite(string link)
    {
        var at = SchemeEnd(link);
        var host = "";
        if (link.AsSpan(at).StartsWith("//"))
        {
            var end = link.AsSpan(at + 2).IndexOfAny("/?#");
            end = end < 0 ? link.Length : at + 2 + end;
            host = link[(at + 2)..end];
            host = host[(host.LastIndexOf('@') + 1)..];
            at = end;
        }

        var isOther = host.Length > 0 && host != backend && host != requested;
        if (isOther || at >= link.Length || link[at] != '/')
        {
            return link;
        }

        var start = host.Length > 0 && host == requested ? link[..at] : "";
        var path = link[at..];
        return start + (path.StartsWith(prefix, StringComparison.Ordinal) ? "" : prefix) + path;
    }

    /// <summary>Where the scheme with its colon ends (RFC 3986 section 3.1); 0 without one.</summary>
    private static int SchemeEnd(string link)
    {
        for (var i = 0; i < link.Length; i++)
        {
            if (link[i] == ':')
            {
                return i == 0 ? 0 : i + 1;
            }

            var inScheme = char.IsAsciiLetter(link[i])
                || (i > 0 && (char.IsAsciiDigit(link[i]) || link[i] is '+' or '-' or '.'));
            if (!inScheme)
            {
                return 0;
            }
        }

        return 0;
    }
}
