namespace Kube1.Controllers.ClusterAuthentications;

/// <summary>
/// How an aggregated API server authenticates requests that this one passes on: the CA of client certificates, and the
/// front proxies with their headers. Certificates are PEM.
/// </summary>
public sealed record ClusterAuthentication
{
    /// <summary>The CAs of client certificates.</summary>
    public required string ClientAuthorityPem { get; init; }

    /// <summary>The CAs of front proxies.</summary>
    public required string ProxyAuthorityPem { get; init; }

    /// <summary>The common names of front proxies; any when empty.</summary>
    public required IReadOnlyList<string> ProxyNames { get; init; }

    /// <summary>Headers with the user's name.</summary>
    public required IReadOnlyList<string> UsernameHeaders { get; init; }

    /// <summary>Headers with the user's uid.</summary>
    public required IReadOnlyList<string> UidHeaders { get; init; }

    /// <summary>Headers with the user's groups.</summary>
    public required IReadOnlyList<string> GroupHeaders { get; init; }

    /// <summary>Prefixes of headers with extra attributes.</summary>
    public required IReadOnlyList<string> ExtraHeaderPrefixes { get; init; }
}
