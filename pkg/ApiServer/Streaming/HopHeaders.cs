namespace Kube1.ApiServer.Streaming;

/// <summary>Headers that belong to one connection and are not passed on (RFC 9110 section 7.6.1).</summary>
internal static class HopHeaders
{
    private static readonly HashSet<string> ConnectionBound = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade", "Content-Length",
    };

    // The client's credentials are for this server, not for what is behind it.
    private static readonly HashSet<string> Private = new(StringComparer.OrdinalIgnoreCase)
    {
        "Authorization", "Host", "Impersonate-User", "Impersonate-Group", "Impersonate-Uid",
        "X-Remote-User", "X-Remote-Group", "X-Remote-Uid",
    };

    private static readonly string[] PrivatePrefixes = ["Impersonate-Extra-", "X-Remote-Extra-"];

    public static bool IsConnectionBound(string name) => ConnectionBound.Contains(name);

    public static bool IsForwarded(string name) =>
        !ConnectionBound.Contains(name) && !Private.Contains(name) && !name.StartsWith(':')
        && !PrivatePrefixes.Any(p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase));
}
