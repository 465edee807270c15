using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Auth.Certificates;

/// <summary>
/// Client certificates of the cluster's CA: CN is the user, each O a group. The TLS handshake lets any certificate
/// through, so that a bad one gets a 401 Status here.
/// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#x509-client-certificates
/// </summary>
internal sealed class CertificateAuthenticator(X509Certificate2Collection authorities, TimeProvider time) : IAuthenticator
{
    private readonly CertificateTrust<UserInfo> _trust = new(authorities, time, UserOf);

    /// <inheritdoc/>
    public ValueTask<AuthenticationResult> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(context.Connection.ClientCertificate is { } certificate
            ? Authenticate(certificate)
            : AuthenticationResult.NoCredentials);

    /// <summary>Judges one certificate.</summary>
    public AuthenticationResult Authenticate(X509Certificate2 certificate) =>
        _trust.Verify(certificate) is { } user ? AuthenticationResult.Of(user) : AuthenticationResult.Rejected;

    /// <summary>Null for a subject without a name, or with more than one uid or an empty one.</summary>
    private static UserInfo? UserOf(CertificateSubject subject, string fingerprint) =>
        subject.CommonName.Length == 0 || subject.Uids is not ([] or [{ Length: > 0 }])
            ? null
            : new UserInfo(subject.CommonName)
            {
                Uid = subject.Uids is [var uid] ? uid : "",
                Groups = UserInfo.WithAuthenticated(subject.Organizations),
                Extra = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
                {
                    [UserInfo.CredentialIdKey] = ["X509SHA256=" + fingerprint],
                },
            };
}
