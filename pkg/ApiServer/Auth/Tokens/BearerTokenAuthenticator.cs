using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Auth.Tokens;

/// <summary>The token of an Authorization header; one of another scheme is no credential of ours.</summary>
internal sealed class BearerTokenAuthenticator(TokenAuthenticator tokens) : IAuthenticator
{
    private readonly string[] _audiences = [tokens.Audience];

    /// <inheritdoc/>
    public async ValueTask<AuthenticationResult> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken)
    {
        // Of several headers the first counts, as in Go.
        if (context.Request.Headers.Authorization is not [{ } header, ..]
            || header.Trim().Split(' ', 3) is not [var scheme, { Length: > 0 } token, ..]
            || !scheme.Equals("bearer", StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticationResult.NoCredentials;
        }

        var verified = await tokens.AuthenticateAsync(token, _audiences, cancellationToken).ConfigureAwait(false);
        if (verified.Stale is { } stale)
        {
            context.Features.Set(stale);
        }

        return verified.User is { } user ? AuthenticationResult.Of(user) : AuthenticationResult.Rejected;
    }
}
