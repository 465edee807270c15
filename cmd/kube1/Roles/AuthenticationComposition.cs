using Kube1.ApiServer.Auth.FrontProxies;
using Kube1.ApiServer.Auth.Oidc;
using Kube1.Cluster.Configuration;
using Kube1.Cluster.Pki;
using Kube1.Controllers.ClusterAuthentications;

namespace Kube1.Cmd.Roles;

/// <summary>
/// The settings of authentication, as the API server takes them. The cluster's own front proxy is always trusted, because
/// the API server is one to aggregated API servers; those of the settings come on top.
/// </summary>
internal sealed class AuthenticationComposition(AuthenticationConfig config, ClusterPki pki) : IDisposable
{
    private readonly HttpClient? _issuer =
        config.OidcIssuer is null ? null : OidcBackchannel.Create(config.OidcAuthorities);

    /// <summary>Who may name users in headers.</summary>
    public FrontProxyOptions FrontProxy()
    {
        List<FrontProxyTrust> proxies =
            [new FrontProxyTrust([pki.FrontProxyAuthority.Certificate], [ClusterPki.FrontProxyName])];
        if (config.ProxyAuthorities is { } authorities)
        {
            proxies.Add(new FrontProxyTrust(authorities, config.ProxyNames));
        }

        var standard = new FrontProxyOptions { Proxies = proxies };
        return standard with
        {
            UsernameHeaders = Or(config.ProxyUsernameHeaders, standard.UsernameHeaders),
            UidHeaders = Or(config.ProxyUidHeaders, standard.UidHeaders),
            GroupHeaders = Or(config.ProxyGroupHeaders, standard.GroupHeaders),
            ExtraHeaderPrefixes = Or(config.ProxyExtraPrefixes, standard.ExtraHeaderPrefixes),
        };
    }

    /// <summary>The issuer of ID tokens; null for none.</summary>
    public OidcOptions? Oidc() => config.OidcIssuer is not { } issuer ? null : new OidcOptions
    {
        Issuer = issuer,
        IssuerText = config.OidcIssuerText,
        ClientId = config.OidcClientId!,
        UsernameClaim = config.OidcUsernameClaim,
        UsernamePrefix = config.OidcUsernamePrefix,
        GroupsClaim = config.OidcGroupsClaim,
        GroupsPrefix = config.OidcGroupsPrefix,
        Algorithms = Or(config.OidcSigningAlgorithms, ["RS256"]),
        RequiredClaims = config.OidcRequiredClaims,
        Http = _issuer!,
    };

    /// <summary>What aggregated API servers are told. Without names for the added proxies, any name may come.</summary>
    public ClusterAuthentication Published()
    {
        var proxy = FrontProxy();
        return new ClusterAuthentication
        {
            ClientAuthorityPem = pki.AuthorityPem,
            ProxyAuthorityPem = string.Concat(
                proxy.Proxies.SelectMany(p => p.Authorities).Select(c => c.ExportCertificatePem() + "\n")),
            ProxyNames = proxy.Proxies.Any(p => p.AllowedNames.Count == 0)
                ? []
                : [.. proxy.Proxies.SelectMany(p => p.AllowedNames).Distinct()],
            UsernameHeaders = proxy.UsernameHeaders,
            UidHeaders = proxy.UidHeaders,
            GroupHeaders = proxy.GroupHeaders,
            ExtraHeaderPrefixes = proxy.ExtraHeaderPrefixes,
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _issuer?.Dispose();

    private static IReadOnlyList<string> Or(List<string> given, IReadOnlyList<string> standard) =>
        given.Count > 0 ? given : standard;
}
