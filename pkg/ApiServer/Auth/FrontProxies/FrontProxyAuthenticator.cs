using System.Security.Cryptography.X509Certificates;
using Kube1.ApiServer.Auth.Certificates;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Auth.FrontProxies;

/// <summary>
/// A proxy that has authenticated the user itself, shows its own certificate and names the user in headers
/// (k8s.io/apiserver/pkg/authentication/request/headerrequest).
/// </summary>
internal sealed class FrontProxyAuthenticator : IAuthenticator
{
    private readonly FrontProxyOptions _options;
    private readonly List<(CertificateTrust<CertificateSubject> Trust, IReadOnlyList<string> Names)> _proxies;

    public FrontProxyAuthenticator(FrontProxyOptions options, TimeProvider time)
    {
        _options = options;
        _proxies =
        [
            .. options.Proxies.Select(p => (
                new CertificateTrust<CertificateSubject>(p.Authorities, time, static (subject, _) => subject),
                p.AllowedNames)),
        ];
    }

    /// <inheritdoc/>
    public ValueTask<AuthenticationResult> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Authenticate(context));

    private AuthenticationResult Authenticate(HttpContext context)
    {
        // The header first: nearly no request has it, and the certificates of others are not known to this trust, so
        // that each request would build a chain.
        var headers = context.Request.Headers;
        var name = First(headers, _options.UsernameHeaders);
        if (name.Length == 0 || context.Connection.ClientCertificate is not { } certificate)
        {
            return AuthenticationResult.NoCredentials;
        }

        return !IsProxy(certificate)
            ? AuthenticationResult.Rejected
            : AuthenticationResult.Of(new UserInfo(name)
            {
                Uid = First(headers, _options.UidHeaders),
                Groups = GroupsOf(name, headers),
                Extra = ExtraHeaders.Read(headers, _options.ExtraHeaderPrefixes),
            });
    }

    private bool IsProxy(X509Certificate2 certificate) => _proxies.Exists(p =>
        p.Trust.Verify(certificate) is { } subject && (p.Names.Count == 0 || p.Names.Contains(subject.CommonName)));

    private IReadOnlyList<string> GroupsOf(string name, IHeaderDictionary headers)
    {
        List<string> groups =
        [
            .. _options.GroupHeaders.SelectMany(h => headers[h]).OfType<string>().Where(g => g.Length > 0),
        ];
        return name == UserInfo.Anonymous.Name ? groups : UserInfo.WithAuthenticated(groups);
    }

    private static string First(IHeaderDictionary headers, IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (headers[name] is [{ Length: > 0 } value, ..])
            {
                return value;
            }
        }

        return "";
    }
}
