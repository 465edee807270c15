using System.Security.Cryptography.X509Certificates;

namespace Kube1.Cluster.Configuration;

/// <summary>Whom the API server lets in besides the cluster's own: upstream's --oidc-* and --requestheader-* flags.</summary>
public sealed class AuthenticationConfig
{
    /// <summary>The issuer of ID tokens; null for none.</summary>
    public Uri? OidcIssuer { get; set; }

    /// <summary>The issuer as written: what tokens must say.</summary>
    public string OidcIssuerText { get; set; } = "";

    /// <summary>The audience of ID tokens; null when not given.</summary>
    public string? OidcClientId { get; set; }

    /// <summary>The CAs of the issuer's server; null for those of the host.</summary>
    public X509Certificate2Collection? OidcAuthorities { get; set; }

    /// <summary>The claim that is the user's name.</summary>
    public string OidcUsernameClaim { get; set; } = "sub";

    /// <summary>What stands before the name; null for the issuer and "#", "-" for nothing.</summary>
    public string? OidcUsernamePrefix { get; set; }

    /// <summary>The claim that lists the groups; empty for none.</summary>
    public string OidcGroupsClaim { get; set; } = "";

    /// <summary>What stands before each group.</summary>
    public string OidcGroupsPrefix { get; set; } = "";

    /// <summary>The algorithms that ID tokens may be signed with; RS256 when empty.</summary>
    public List<string> OidcSigningAlgorithms { get; } = [];

    /// <summary>Claims that ID tokens must have.</summary>
    public Dictionary<string, string> OidcRequiredClaims { get; } = new(StringComparer.Ordinal);

    /// <summary>The CAs of front proxies besides the cluster's own; null for none.</summary>
    public X509Certificate2Collection? ProxyAuthorities { get; set; }

    /// <summary>The common names that those proxies may have; any when empty.</summary>
    public List<string> ProxyNames { get; } = [];

    /// <summary>Headers with the user's name; X-Remote-User when empty.</summary>
    public List<string> ProxyUsernameHeaders { get; } = [];

    /// <summary>Headers with the user's uid; X-Remote-Uid when empty.</summary>
    public List<string> ProxyUidHeaders { get; } = [];

    /// <summary>Headers with the user's groups; X-Remote-Group when empty.</summary>
    public List<string> ProxyGroupHeaders { get; } = [];

    /// <summary>Prefixes of headers with extra attributes; X-Remote-Extra- when empty.</summary>
    public List<string> ProxyExtraPrefixes { get; } = [];

    /// <summary>Whether any of the settings for ID tokens was given.</summary>
    internal bool IsOidcSet => OidcIssuer is not null || OidcClientId is not null || OidcAuthorities is not null
        || OidcUsernameClaim != "sub" || OidcUsernamePrefix is not null || OidcGroupsClaim.Length > 0
        || OidcGroupsPrefix.Length > 0 || OidcSigningAlgorithms.Count > 0 || OidcRequiredClaims.Count > 0;
}
