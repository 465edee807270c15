using Kube1.ApiServer.Auth.Certificates;
using Kube1.ApiServer.Auth.FrontProxies;
using Kube1.ApiServer.Auth.Tokens;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Auth;

/// <summary>
/// All authenticators in upstream's order: front proxy, client certificate, bearer token, token of a WebSocket; the first
/// that knows the user decides. Where none does and one found bad credentials, that is 401; where there were none at all,
/// the anonymous user may ask for the few public paths.
/// </summary>
internal sealed class RequestAuthenticator(
    FrontProxyAuthenticator? frontProxy, CertificateAuthenticator certificates, TokenAuthenticator tokens,
    FrontProxyHeaders headers) : IAuthenticator
{
    private readonly IAuthenticator[] _authenticators =
    [
        .. frontProxy is null ? Array.Empty<IAuthenticator>() : [frontProxy], certificates,
        new BearerTokenAuthenticator(tokens), new WebSocketTokenAuthenticator(tokens),
    ];

    /// <summary>
    /// Upstream answers these to anybody who asks; kube1's own path is how a joining node gets the CA that its token pins.
    /// </summary>
    private static readonly string[] PublicPaths =
        ["/healthz", "/livez", "/readyz", "/version", "/version/", SecurityComposition.AuthorityPath];

    /// <inheritdoc/>
    public async ValueTask<AuthenticationResult> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var isBad = false;
        foreach (var authenticator in _authenticators)
        {
            var result = await authenticator.AuthenticateAsync(context, cancellationToken).ConfigureAwait(false);
            if (result.Outcome == AuthenticationOutcome.Authenticated)
            {
                return Accept(context, result.User!);
            }

            isBad |= result.Outcome == AuthenticationOutcome.Rejected;
        }

        return !isBad && PublicPaths.Contains(context.Request.Path.Value)
            ? Accept(context, UserInfo.Anonymous)
            : AuthenticationResult.Rejected;
    }

    /// <summary>Nothing after this may see credentials, or believe what a proxy might have said.</summary>
    private AuthenticationResult Accept(HttpContext context, UserInfo user)
    {
        context.Request.Headers.Remove("Authorization");
        headers.Remove(context.Request.Headers);
        return AuthenticationResult.Of(user);
    }
}
