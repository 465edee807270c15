using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Auth.Certificates;
using Kube1.ApiServer.Auth.FrontProxies;
using Kube1.ApiServer.Auth.Impersonations;
using Kube1.ApiServer.Auth.Nodes;
using Kube1.ApiServer.Auth.Oidc;
using Kube1.ApiServer.Auth.Rbac;
using Kube1.ApiServer.Auth.Reviews;
using Kube1.ApiServer.Auth.Tokens;
using Kube1.ApiServer.Extensions.Webhooks;
using Kube1.ApiServer.Registry;
using Kube1.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.ApiServer.Auth;

/// <summary>What the API server's security is made from.</summary>
public sealed record SecurityOptions
{
    /// <summary>Client certificates signed by these are believed; they are also what joining nodes are given.</summary>
    public required X509Certificate2Collection ClientCas { get; init; }

    /// <summary>Signs ServiceAccount tokens: P-256.</summary>
    public required ECDsa ServiceAccountKey { get; init; }

    /// <summary>The issuer and default audience of ServiceAccount tokens.</summary>
    public string ServiceAccountIssuer { get; init; } = "https://kubernetes.default.svc.cluster.local";

    /// <summary>Which admission plug-ins run, and how.</summary>
    public AdmissionSettings Admission { get; init; } = new();

    /// <summary>The way to webhooks, by default from this machine.</summary>
    public IServiceDialer Services { get; init; } = new SocketDialer();

    /// <summary>Proxies that name users in headers; null for none.</summary>
    public FrontProxyOptions? FrontProxy { get; init; }

    /// <summary>The issuer of ID tokens; null for none.</summary>
    public OidcOptions? Oidc { get; init; }

    /// <summary>Where admission logs, and where it is told that an issuer cannot be reached.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;
}

/// <summary>
/// Authentication, authorization and admission of one API server, composed by hand. Questions about objects go to the
/// registry, which exists only once the server does: until its bootstrap step has run, no request may come.
/// </summary>
public sealed class SecurityComposition
{
    /// <summary>Where anybody gets the cluster CA's certificate (PEM): a joining node checks it against its token's pin.</summary>
    public const string AuthorityPath = "/v1-kube1/cacerts";

    private IObjectRegistry? _objects;

    private SecurityComposition()
    {
    }

    /// <summary>Composes the security of a server over this store.</summary>
    public static ApiServerSecurity Create(SecurityOptions options, Store store, TimeProvider time) =>
        new SecurityComposition().Compose(options, store, time);

    /// <summary>The CA certificates as PEM: the body of <see cref="AuthorityPath"/>.</summary>
    public static byte[] AuthorityPem(X509Certificate2Collection authorities) =>
        Encoding.ASCII.GetBytes(string.Concat(authorities.Select(c => c.ExportCertificatePem() + "\n")));

    private ApiServerSecurity Compose(SecurityOptions options, Store store, TimeProvider time)
    {
        var issuer = new ServiceAccountTokenIssuer(options.ServiceAccountKey, options.ServiceAccountIssuer);
        var tokens = new TokenAuthenticator(
            new ServiceAccountTokenVerifier(issuer, () => Objects, time), new BootstrapTokenVerifier(() => Objects, time),
            options.Oidc is { } oidc
                ? new OidcTokenVerifier(oidc, time, options.Loggers.CreateLogger<OidcTokenVerifier>())
                : null,
            issuer.Issuer);
        var policy = BootstrapPolicy.Load();
        var nodeRole = new CompiledRole(policy.ClusterRoles.Single(r => r.Metadata.Name == "system:node").Rules);
        var rbac = new RbacAuthorizer(store);
        var authorizer = new AuthorizerChain([new NodeAuthorizer(new NodeGraph(store), nodeRole), rbac]);
        var authenticator = new RequestAuthenticator(
            options.FrontProxy is { } proxy ? new FrontProxyAuthenticator(proxy, time) : null,
            new CertificateAuthenticator(options.ClientCas, time), tokens,
            new FrontProxyHeaders(options.FrontProxy ?? new FrontProxyOptions { Proxies = [] }));
        var admission = new AdmissionContext
        {
            Authorizer = authorizer, Rbac = rbac, Objects = () => Objects, Time = time, Settings = options.Admission,
            Store = store, Services = options.Services, Loggers = options.Loggers,
        };
        return new ApiServerSecurity(authenticator, authorizer, AdmissionPlugins.Create(admission))
        {
            Impersonate = new Impersonation(authorizer).Apply,
            AuthorityPem = AuthorityPem(options.ClientCas),
            JsonWebKeySet = Encoding.UTF8.GetBytes(issuer.KeySetJson()),
            OpenIdConfiguration = Encoding.UTF8.GetBytes(
                issuer.DiscoveryJson(issuer.Issuer.TrimEnd('/') + "/openid/v1/jwks")),
            RegisterHandlers = catalog => ReviewHandlers.Add(
                catalog, issuer, tokens, authorizer, rbac, time),
            BootstrapAsync = async (objects, cancellationToken) =>
            {
                _objects = objects;
                await new BootstrapReconciler(objects, policy).RunAsync(cancellationToken).ConfigureAwait(false);
            },
        };
    }

    private IObjectRegistry Objects =>
        _objects ?? throw new InvalidOperationException("a request came before ApiServerSecurity.BootstrapAsync had run");
}
