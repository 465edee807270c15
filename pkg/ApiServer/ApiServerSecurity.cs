using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Registry;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer;

/// <summary>Who may come in and what he may do; made over the registry that it looks things up in.</summary>
public sealed record ApiServerSecurity(
    IAuthenticator Authenticator, IAuthorizer Authorizer, IReadOnlyList<IAdmissionPlugin> Admission)
{
    /// <summary>
    /// The user that a request is to be made as, once it is known who makes it; null when nobody may be somebody else.
    /// </summary>
    public Func<HttpContext, UserInfo, UserInfo>? Impersonate { get; init; }

    /// <summary>The document of /openid/v1/jwks; null when no tokens are issued.</summary>
    public ReadOnlyMemory<byte>? JsonWebKeySet { get; init; }

    /// <summary>The document of /.well-known/openid-configuration; null when no tokens are issued.</summary>
    public ReadOnlyMemory<byte>? OpenIdConfiguration { get; init; }

    /// <summary>The cluster CA (PEM), for joining nodes that check it against the pin in their token; null for none.</summary>
    public ReadOnlyMemory<byte>? AuthorityPem { get; init; }

    /// <summary>Registers the handlers of tokens and reviews.</summary>
    public Action<SubresourceCatalog>? RegisterHandlers { get; init; }

    /// <summary>Makes sure that the bootstrap roles and bindings are there; run at each start, before readiness.</summary>
    public Func<IObjectRegistry, CancellationToken, Task>? BootstrapAsync { get; init; }
}
