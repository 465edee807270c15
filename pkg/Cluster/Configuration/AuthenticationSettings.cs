using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kube1.Cluster.Configuration;

/// <summary>The settings of <see cref="AuthenticationConfig"/>; lists are repeated or separated by commas.</summary>
internal static class AuthenticationSettings
{
    private static readonly string[] Algorithms =
        ["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"];

    /// <summary>In the order in which `--help` shows them.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new("oidc-issuer-url", "Issuer of OpenID Connect ID tokens that are let in (default: none)", "URL",
            SettingScope.Server, (c, v) => (c.Authentication.OidcIssuer, c.Authentication.OidcIssuerText) = (HttpsUrl(v), v)),
        new("oidc-client-id", "Audience that ID tokens must have", "ID", SettingScope.Server,
            (c, v) => c.Authentication.OidcClientId = NonEmpty(v)),
        new("oidc-ca-file", "CAs that the issuer's server is checked with (default: the host's)", "FILE", SettingScope.Server,
            (c, v) => c.Authentication.OidcAuthorities = Certificates(v)),
        new("oidc-username-claim", "Claim that is the user's name (default sub)", "CLAIM", SettingScope.Server,
            (c, v) => c.Authentication.OidcUsernameClaim = NonEmpty(v)),
        new("oidc-username-prefix", "Put before names; - for nothing (default: the issuer and #, nothing for email)", "PREFIX",
            SettingScope.Server, (c, v) => c.Authentication.OidcUsernamePrefix = NonEmpty(v)),
        new("oidc-groups-claim", "Claim that lists the user's groups (default: none)", "CLAIM", SettingScope.Server,
            (c, v) => c.Authentication.OidcGroupsClaim = NonEmpty(v)),
        new("oidc-groups-prefix", "Put before groups (default: nothing)", "PREFIX", SettingScope.Server,
            (c, v) => c.Authentication.OidcGroupsPrefix = NonEmpty(v)),
        new("oidc-signing-algs", "Algorithms that ID tokens may be signed with (default RS256)", "ALG", SettingScope.Server,
            (c, v) => c.Authentication.OidcSigningAlgorithms.AddRange(List(v).Select(Algorithm))) { Repeatable = true },
        new("oidc-required-claim", "Claim that ID tokens must have with this value", "KEY=VALUE", SettingScope.Server,
            AddRequiredClaim) { Repeatable = true },
        new("requestheader-client-ca-file", "CAs of proxies that may name users in headers (default: the cluster's own)",
            "FILE", SettingScope.Server, (c, v) => c.Authentication.ProxyAuthorities = Certificates(v)),
        new("requestheader-allowed-names", "Common names that those proxies may have (default: any)", "NAME",
            SettingScope.Server, (c, v) => c.Authentication.ProxyNames.AddRange(List(v))) { Repeatable = true },
        new("requestheader-username-headers", "Headers with the user's name (default X-Remote-User)", "HEADER",
            SettingScope.Server, (c, v) => c.Authentication.ProxyUsernameHeaders.AddRange(List(v))) { Repeatable = true },
        new("requestheader-uid-headers", "Headers with the user's uid (default X-Remote-Uid)", "HEADER",
            SettingScope.Server, (c, v) => c.Authentication.ProxyUidHeaders.AddRange(List(v))) { Repeatable = true },
        new("requestheader-group-headers", "Headers with the user's groups (default X-Remote-Group)", "HEADER",
            SettingScope.Server, (c, v) => c.Authentication.ProxyGroupHeaders.AddRange(List(v))) { Repeatable = true },
        new("requestheader-extra-headers-prefix", "Prefixes of headers with more of the user (default X-Remote-Extra-)",
            "PREFIX", SettingScope.Server, (c, v) => c.Authentication.ProxyExtraPrefixes.AddRange(List(v)))
            { Repeatable = true },
    ];

    /// <summary>Throws <see cref="ConfigException"/> for settings that do not go together.</summary>
    public static void CheckTogether(AuthenticationConfig config)
    {
        if (config.IsOidcSet && (config.OidcIssuer is null || config.OidcClientId is null))
        {
            throw new ConfigException(
                "--oidc-issuer-url and --oidc-client-id must be specified together when any --oidc-* flags are set");
        }
    }

    private static string NonEmpty(string text) => text.Length > 0 ? text : throw new FormatException("it is empty");

    private static Uri HttpsUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps
        && url.UserInfo.Length + url.Query.Length + url.Fragment.Length == 0
            ? url
            : throw new FormatException("a URL such as https://issuer.example.com is expected, without user, query and fragment");

    private static IEnumerable<string> List(string text)
    {
        var items = text.Split(',', StringSplitOptions.TrimEntries);
        return items.All(i => i.Length > 0) ? items : throw new FormatException("an item of the list is empty");
    }

    private static string Algorithm(string text) => Algorithms.Contains(text)
        ? text
        : throw new FormatException($"one of {string.Join(", ", Algorithms)} is expected");

    private static void AddRequiredClaim(ClusterConfig config, string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        if (at <= 0)
        {
            throw new FormatException("KEY=VALUE is expected");
        }

        config.Authentication.OidcRequiredClaims[text[..at]] = text[(at + 1)..];
    }

    private static X509Certificate2Collection Certificates(string path)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPemFile(NonEmpty(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new FormatException(e.Message, e);
        }

        return found.Count > 0 ? found : throw new FormatException("a file with certificates in PEM is expected");
    }
}
