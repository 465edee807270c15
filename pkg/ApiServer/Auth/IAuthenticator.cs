using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Auth;

/// <summary>What became of a request's credentials.</summary>
public enum AuthenticationOutcome
{
    /// <summary>There were none that this authenticator knows; the next one, or the anonymous user, takes over.</summary>
    NoCredentials,

    /// <summary>They are good.</summary>
    Authenticated,

    /// <summary>They are bad: 401.</summary>
    Rejected,
}

/// <summary>The outcome, and the user when it is <see cref="AuthenticationOutcome.Authenticated"/>.</summary>
public readonly record struct AuthenticationResult(AuthenticationOutcome Outcome, UserInfo? User)
{
    /// <summary>No credentials of a known form.</summary>
    public static AuthenticationResult NoCredentials => new(AuthenticationOutcome.NoCredentials, null);

    /// <summary>Bad credentials.</summary>
    public static AuthenticationResult Rejected => new(AuthenticationOutcome.Rejected, null);

    /// <summary>Good credentials.</summary>
    public static AuthenticationResult Of(UserInfo user) => new(AuthenticationOutcome.Authenticated, user);
}

/// <summary>Tells who makes a request: client certificate, bearer token, front proxy.</summary>
public interface IAuthenticator
{
    /// <summary>Judges the credentials of one request.</summary>
    ValueTask<AuthenticationResult> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken);
}
