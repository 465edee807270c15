using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Streaming.Proxies;

/// <summary>The headers that pass through a proxy, and those that it adds.</summary>
internal static class ProxyHeaders
{
    private const string TokenProtocol = "base64url.bearer.authorization.k8s.io.";

    // A page behind the proxy has the API server's origin: it does not say who else may read it.
    private static readonly HashSet<string> CrossOrigin = new(StringComparer.OrdinalIgnoreCase)
    {
        "Access-Control-Allow-Credentials", "Access-Control-Allow-Headers", "Access-Control-Allow-Methods",
        "Access-Control-Allow-Origin",
    };

    /// <summary>The client's headers without its credentials and what belongs to its connection; X-Forwarded-For has
    /// one address more.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfRequest(HttpContext http)
    {
        var headers = http.Request.Headers;
        var named = Named(headers.Connection);
        foreach (var (name, values) in headers)
        {
            // Expect has been answered by this server, or will be when the body is read.
            if (!HopHeaders.IsForwarded(name) || named.Contains(name)
                || name.Equals("X-Forwarded-For", StringComparison.OrdinalIgnoreCase)
                || name.Equals("Expect", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var isProtocols = name.Equals("Sec-WebSocket-Protocol", StringComparison.OrdinalIgnoreCase);
            foreach (var value in values)
            {
                if ((isProtocols ? WithoutToken(value ?? "") : value ?? "") is var kept && (kept.Length > 0 || !isProtocols))
                {
                    yield return new(name, kept);
                }
            }
        }

        if (http.Connection.RemoteIpAddress is { } remote)
        {
            var client = (remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote).ToString();
            yield return new("X-Forwarded-For", string.Join(", ", headers["X-Forwarded-For"].Append(client)));
        }
    }

    /// <summary>Adds a server's headers to the answer; those that the pipeline has set stay beside them.</summary>
    public static void CopyTo(HttpResponse response, HttpResponseMessage answer)
    {
        CopyTo(response, answer.Headers.NonValidated);
        CopyTo(response, answer.Content.Headers.NonValidated);
    }

    private static void CopyTo(HttpResponse response, HttpHeadersNonValidated headers)
    {
        var all = headers.Select(h => KeyValuePair.Create(h.Key, h.Value.AsEnumerable())).ToList();
        var named = Named(all.Where(h => h.Key.Equals("Connection", StringComparison.OrdinalIgnoreCase))
            .SelectMany(h => h.Value));
        foreach (var (name, values) in all)
        {
            // The length frames the body on this side too; the other connection-bound ones do not.
            var isLength = name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase);
            if ((isLength || !HopHeaders.IsConnectionBound(name)) && !CrossOrigin.Contains(name) && !named.Contains(name))
            {
                response.Headers.Append(name, values.ToArray());
            }
        }
    }

    private static HashSet<string> Named(IEnumerable<string?> connection) => connection
        .SelectMany(v => (v ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Browsers carry the token for this server among the protocols for the one behind.</summary>
    private static string WithoutToken(string protocols) => string.Join(", ", protocols
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Where(p => !p.StartsWith(TokenProtocol, StringComparison.Ordinal)));
}
