using System.Buffers.Text;
using System.Text;
using Kube1.ApiServer.Http;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Auth.Tokens;

/// <summary>
/// WebSocket clients in browsers cannot set headers: the token hides in the list of protocols
/// (k8s.io/apiserver/pkg/authentication/request/websocket).
/// </summary>
internal sealed class WebSocketTokenAuthenticator(TokenAuthenticator tokens) : IAuthenticator
{
    private const string Prefix = "base64url.bearer.authorization.k8s.io.";

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly string[] _audiences = [tokens.Audience];

    /// <inheritdoc/>
    public async ValueTask<AuthenticationResult> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (!OpensWebSocket(context))
        {
            return AuthenticationResult.NoCredentials;
        }

        List<string> encoded = [], others = [];
        foreach (var protocol in context.Request.Headers.SecWebSocketProtocol
            .SelectMany(h => (h ?? "").Split(',', StringSplitOptions.TrimEntries)))
        {
            (protocol.StartsWith(Prefix, StringComparison.Ordinal) ? encoded : others).Add(protocol);
        }

        if (encoded.Count == 0)
        {
            return AuthenticationResult.NoCredentials;
        }

        // The server must choose a protocol in its answer, and that must not be the token.
        if (encoded is not [var only] || others.Count == 0 || Decode(only[Prefix.Length..]) is not { Length: > 0 } token)
        {
            return AuthenticationResult.Rejected;
        }

        var verified = await tokens.AuthenticateAsync(token, _audiences, cancellationToken).ConfigureAwait(false);
        if (verified.User is not { } user)
        {
            return AuthenticationResult.Rejected;
        }

        context.Request.Headers.SecWebSocketProtocol = string.Join(",", others);
        return AuthenticationResult.Of(user);
    }

    private static bool OpensWebSocket(HttpContext context) => ExtendedConnect.Of(context) is not null
        || context.Request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase);

    private static string? Decode(string encoded)
    {
        try
        {
            return Strict.GetString(Base64Url.DecodeFromChars(encoded));
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            return null;
        }
    }
}
