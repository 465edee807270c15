using System.Collections.Concurrent;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kube1.ApiServer.Auth.Certificates;

/// <summary>
/// The client certificates that a set of CAs vouches for. A chain is built once a certificate; what was read from it is
/// kept, its times are looked at each time.
/// </summary>
/// <param name="authorities">The roots.</param>
/// <param name="time">The clock.</param>
/// <param name="read">What a trusted certificate says, by its subject and SHA-256; null when that does not do.</param>
internal sealed class CertificateTrust<T>(
    X509Certificate2Collection authorities, TimeProvider time, Func<CertificateSubject, string, T?> read) where T : class
{
    /// <summary>More than the nodes and people of a large cluster; at the bound the cache starts again.</summary>
    private const int CacheBound = 8192;

    private const string ClientAuthenticationOid = "1.3.6.1.5.5.7.3.2";

    private readonly ConcurrentDictionary<string, Vouched> _vouched = new(StringComparer.Ordinal);

    /// <summary>What a certificate says; null when it is not to be trusted now.</summary>
    public T? Verify(X509Certificate2 certificate)
    {
        var fingerprint = Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span));
        var now = time.GetUtcNow();
        if (!_vouched.TryGetValue(fingerprint, out var vouched))
        {
            if (Chain(certificate, now) is not var (notBefore, notAfter) || Read(certificate, fingerprint) is not { } said)
            {
                return null;
            }

            vouched = new Vouched(said, notBefore, notAfter);
            if (_vouched.Count >= CacheBound)
            {
                _vouched.Clear();
            }

            _vouched[fingerprint] = vouched;
        }

        return now.UtcDateTime >= vouched.NotBefore && now.UtcDateTime <= vouched.NotAfter ? vouched.Said : null;
    }

    // When all of the certificate's chain is valid; null when there is no chain to trust. A CA may end before what it
    // has issued.
    private (DateTime NotBefore, DateTime NotAfter)? Chain(X509Certificate2 certificate, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthenticationOid));
        return chain.Build(certificate)
            ? (chain.ChainElements.Max(e => e.Certificate.NotBefore.ToUniversalTime()),
                chain.ChainElements.Min(e => e.Certificate.NotAfter.ToUniversalTime()))
            : null;
    }

    private T? Read(X509Certificate2 certificate, string fingerprint)
    {
        try
        {
            return read(SubjectNameReader.Read(certificate.SubjectName), fingerprint);
        }
        catch (AsnContentException)
        {
            // A name that cannot be read names nobody.
            return null;
        }
    }

    private sealed record Vouched(T Said, DateTime NotBefore, DateTime NotAfter);
}
