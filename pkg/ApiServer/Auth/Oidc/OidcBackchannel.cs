using System.Security.Cryptography.X509Certificates;

namespace Kube1.ApiServer.Auth.Oidc;

/// <summary>The HTTP client for an issuer's documents.</summary>
public static class OidcBackchannel
{
    /// <summary>A key set is a few kilobytes.</summary>
    private const int MaxDocumentBytes = 1024 * 1024;

    /// <summary>Requests with tokens of a new key wait for this; upstream waits 30 s, which clients seldom do.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private const int MaxRedirects = 5;

    /// <summary>A client that trusts these CAs, or the host's when null.</summary>
    public static HttpClient Create(X509Certificate2Collection? authorities)
    {
        var handler = new SocketsHttpHandler { MaxAutomaticRedirections = MaxRedirects, UseCookies = false };
        if (authorities is not null)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.AddRange(authorities);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        return new HttpClient(handler) { Timeout = Timeout, MaxResponseContentBufferSize = MaxDocumentBytes };
    }
}
