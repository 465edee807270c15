using System.Net.Security;

namespace Kube1.Client.Streaming;

/// <summary>An HTTP/1.1 request that asks for a protocol upgrade (RFC 9110 section 7.8).</summary>
public sealed record UpgradeRequest
{
    /// <summary>Where to: http or https, host, port, path and query as they go over the wire.</summary>
    public required Uri Uri { get; init; }

    /// <summary>The method; the kubelet and CRI stream servers take GET and POST alike.</summary>
    public string Method { get; init; } = "POST";

    /// <summary>The value of the Upgrade header.</summary>
    public string Protocol { get; init; } = "SPDY/3.1";

    /// <summary>The value of the Host header; null for the URI's authority.</summary>
    public string? Host { get; init; }

    /// <summary>Further headers; Host, Connection and Upgrade are written by the dialer.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>TLS settings for https; null uses the system's trust and no client certificate.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>How long connecting may take; by default as long as for a peer on this machine or its network.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the answer may take, <see cref="Timeout.InfiniteTimeSpan"/> for no limit; by default so long that the peer
    /// can ask its container runtime first.
    /// </summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How much of a refusal's body is read; by default plenty for a Status object or a line of text.</summary>
    public int MaxRefusalBytes { get; init; } = 64 * 1024;
}
