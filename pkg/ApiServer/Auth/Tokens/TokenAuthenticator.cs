using Kube1.ApiServer.Auth.Oidc;

namespace Kube1.ApiServer.Auth.Tokens;

/// <summary>
/// Every kind of bearer token: ServiceAccount tokens, ID tokens of the OIDC issuer, bootstrap tokens. Each token is for one
/// of them by its form and issuer, and what that one says counts.
/// </summary>
internal sealed class TokenAuthenticator(
    ServiceAccountTokenVerifier serviceAccounts, BootstrapTokenVerifier bootstrap, OidcTokenVerifier? oidc, string audience)
{
    /// <summary>The audience of the API server itself.</summary>
    public string Audience => audience;

    /// <summary>Judges a token for any of these audiences.</summary>
    public async ValueTask<TokenVerification> AuthenticateAsync(
        string token, IReadOnlyList<string> audiences, CancellationToken cancellationToken)
    {
        if (!ServiceAccountTokenVerifier.LooksLikeToken(token))
        {
            return ForApiServer(bootstrap.Verify(token), "", audiences);
        }

        var verified = serviceAccounts.Verify(token, audiences);
        if (verified.User is not null || oidc is null || JsonWebToken.TryRead(token) is not { } read || !oidc.IsOurs(read))
        {
            return verified;
        }

        var (user, error) = await oidc.VerifyAsync(token, read, cancellationToken).ConfigureAwait(false);
        return ForApiServer(user, error, audiences);
    }

    /// <summary>A token that names no audience of ours is for the API server alone.</summary>
    private TokenVerification ForApiServer(UserInfo? user, string error, IReadOnlyList<string> audiences) =>
        user is not null && audiences.Contains(audience)
            ? new TokenVerification(user, [audience], "")
            : TokenVerification.Failed(error.Length == 0 ? "invalid bearer token" : $"[invalid bearer token, {error}]");
}
