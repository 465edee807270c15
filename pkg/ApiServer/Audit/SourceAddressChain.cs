using System.Net;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Audit;

/// <summary>
/// Where a request came from: what proxies say of it, and last the connection's own address, the only one that nobody can
/// make up (k8s.io/apimachinery/pkg/util/net SourceIPs).
/// </summary>
internal static class SourceAddressChain
{
    /// <summary>The addresses in order.</summary>
    public static IReadOnlyList<string> Of(HttpContext http)
    {
        // The server's own parts come from this machine.
        var remote = http.Connection.RemoteIpAddress is not { } address ? IPAddress.Loopback
            : address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var headers = http.Request.Headers;
        if (headers["X-Forwarded-For"].Count == 0 && headers["X-Real-Ip"].Count == 0)
        {
            return [remote.ToString()];
        }

        var chain = new List<IPAddress>();
        foreach (var text in (headers["X-Forwarded-For"] is [{ } forwarded, ..] ? forwarded : "").Split(','))
        {
            if (Parse(text.Trim()) is { } hop)
            {
                chain.Add(hop);
            }
        }

        if (Parse(headers["X-Real-Ip"] is [{ } real, ..] ? real : "") is { } client && !chain.Contains(client))
        {
            chain.Add(client);
        }

        if (chain.Count == 0 || !chain[^1].Equals(remote))
        {
            chain.Add(remote);
        }

        return [.. chain.Select(a => a.ToString())];
    }

    // Not what .NET takes for an address besides: "1", "0x7f.1", "[::1]:80", "fe80::1%eth0".
    private static IPAddress? Parse(string text) =>
        IPAddress.TryParse(text, out var address)
        && (text.Contains(':', StringComparison.Ordinal)
            ? !text.AsSpan().ContainsAny('[', '%')
            : text.Count(c => c == '.') == 3 && text.All(c => char.IsAsciiDigit(c) || c == '.'))
            ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address
            : null;
}
