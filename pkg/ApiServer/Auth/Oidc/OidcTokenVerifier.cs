using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kube1.Api.Json;
using Kube1.ApiServer.Auth.Tokens;
using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Auth.Oidc;

/// <summary>
/// ID tokens of one OpenID Connect issuer: issuer, audience, times, signature, then the claims that make the user. Groups
/// that stand elsewhere (distributed claims) are not fetched: a token that has them so is refused.
/// </summary>
internal sealed class OidcTokenVerifier(OidcOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>As upstream's cache of tokens: so long a key that was withdrawn still counts.</summary>
    private static readonly TimeSpan CacheTime = TimeSpan.FromSeconds(10);

    /// <summary>More than the people of a large company; at the bound the cache starts again.</summary>
    private const int CacheBound = 8192;

    /// <summary>Clocks of issuers run ahead at times: go-oidc's allowance.</summary>
    private const long NotBeforeLeewaySeconds = 300;

    private readonly OidcKeySet _keys = new(options, time, logger);
    private readonly ConcurrentDictionary<string, VerifiedUser> _verified = new(StringComparer.Ordinal);

    /// <summary>Whether the token says that it is of this issuer.</summary>
    public bool IsOurs(JsonWebToken token) => token.Issuer == options.IssuerText;

    /// <summary>Judges a token. An error is in upstream's words, for TokenReview.</summary>
    public async ValueTask<(UserInfo? User, string Error)> VerifyAsync(
        string text, JsonWebToken token, CancellationToken cancellationToken)
    {
        var fingerprint = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        var now = time.GetUtcNow();
        if (_verified.TryGetValue(fingerprint, out var verified) && now < verified.Until)
        {
            return (verified.User, "");
        }

        try
        {
            var claims = new OidcClaims(token.Claims);
            var expires = Check(token, claims, now);
            if (!await _keys.VerifiesAsync(token, cancellationToken).ConfigureAwait(false))
            {
                throw new OidcException(_keys.IsReady
                    ? "verify token: failed to verify signature: failed to verify id token signature"
                    : "authenticator not initialized");
            }

            var user = UserOf(claims);
            Remember(fingerprint, new VerifiedUser(user, Earlier(now + CacheTime, expires)));
            return (user, "");
        }
        catch (OidcException e)
        {
            return (null, "oidc: " + e.Message);
        }
    }

    /// <summary>What needs no key comes first, so that a token that is old or for others makes nobody ask the issuer.</summary>
    private DateTimeOffset Check(JsonWebToken token, OidcClaims claims, DateTimeOffset now)
    {
        var audiences = claims.Texts("aud");
        if (!audiences.Contains(options.ClientId))
        {
            throw new OidcException(
                $"verify token: oidc: expected audience {GoText.Quote(options.ClientId)} got "
                + $"[{string.Join(" ", audiences.Select(GoText.Quote))}]");
        }

        var expires = claims.Time("exp") ?? DateTimeOffset.MinValue;
        if (expires < now)
        {
            throw new OidcException($"verify token: oidc: token is expired (Token Expiry: {Show(expires)})");
        }

        if (claims.Time("nbf") is { } from && now.AddSeconds(NotBeforeLeewaySeconds) < from)
        {
            throw new OidcException(
                $"verify token: oidc: current time {Show(now)} before the nbf (not before) time: {Show(from)}");
        }

        return options.Algorithms.Contains(token.Algorithm)
            ? expires
            : throw new OidcException(
                $"verify token: oidc: malformed jwt: unexpected signature algorithm {GoText.Quote(token.Algorithm)}; expected "
                + $"[{string.Join(" ", options.Algorithms.Select(GoText.Quote))}]");
    }

    private UserInfo UserOf(OidcClaims claims)
    {
        var name = claims.Username(options.UsernameClaim);
        if (options.UsernameClaim == "email" && claims.EmailVerified == false)
        {
            throw new OidcException("email not verified");
        }

        foreach (var (claim, wanted) in options.RequiredClaims)
        {
            claims.Require(claim, wanted);
        }

        IEnumerable<string> groups = options.GroupsClaim.Length == 0
            ? []
            : claims.Groups(options.GroupsClaim).Select(g => options.GroupsPrefix + g);
        return new UserInfo(options.EffectiveUsernamePrefix + name)
        {
            Groups = UserInfo.WithAuthenticated([.. groups]),
            Extra = claims.Id is { Length: > 0 } id
                ? new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal) { [UserInfo.CredentialIdKey] = ["JTI=" + id] }
                : new Dictionary<string, IReadOnlyList<string>>(),
        };
    }

    private void Remember(string fingerprint, VerifiedUser user)
    {
        if (_verified.Count >= CacheBound)
        {
            _verified.Clear();
        }

        _verified[fingerprint] = user;
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static string Show(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss '+0000 UTC'", CultureInfo.InvariantCulture);

    private sealed record VerifiedUser(UserInfo User, DateTimeOffset Until);
}

/// <summary>Why a token does not do.</summary>
internal sealed class OidcException(string message) : Exception(message);
