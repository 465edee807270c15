using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kube1.ApiServer.Extensions.Webhooks;

/// <summary>
/// Whose certificates the server of a webhook or of an aggregated API may show: those of a bundle and no others, those
/// that the system trusts, or any. Refusals have the words of Go's crypto/x509, which clients know.
/// </summary>
internal sealed class ServerTrust(X509Certificate2Collection? bundle, TimeProvider time)
{
    private const string ServerAuthenticationOid = "1.3.6.1.5.5.7.3.1";

    private const X509ChainStatusFlags TimeFlags = X509ChainStatusFlags.NotTimeValid;

    /// <summary>Whether any certificate will do, as insecureSkipTLSVerify asks for.</summary>
    public bool IsBlind { get; init; }

    /// <summary>Reads a caBundle.</summary>
    /// <exception cref="WebhookCallException">It holds no certificate.</exception>
    public static ServerTrust Of(string caBundle, TimeProvider time)
    {
        try
        {
            if (PemBundle.IsBlank(caBundle))
            {
                return new ServerTrust(null, time);
            }

            var certificates = PemBundle.Read(caBundle);
            return certificates.Count > 0 ? new ServerTrust(certificates, time) : throw NoBundle(null);
        }
        catch (Exception e) when (e is FormatException or CryptographicException or NotSupportedException)
        {
            throw NoBundle(e);
        }
    }

    /// <summary>Makes a connection to a server of this name private; shows it a certificate when one is given.</summary>
    /// <exception cref="WebhookConnectException">The server is none of those trusted, or the handshake failed.</exception>
    public async ValueTask<SslStream> SecureAsync(
        Stream stream, string host, CancellationToken cancellationToken, X509Certificate2? clientCertificate = null)
    {
        string? refusal = null;
        var secured = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            await secured.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    CertificateChainPolicy = Policy(),
                    LocalCertificateSelectionCallback =
                        clientCertificate is null ? null : (_, _, _, _, _) => clientCertificate,
                    RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
                        (refusal = Judge(certificate as X509Certificate2, chain, host)) is null,
                },
                cancellationToken).ConfigureAwait(false);
            return secured;
        }
        catch (Exception e)
        {
            await secured.DisposeAsync().ConfigureAwait(false);
            if (refusal is not null)
            {
                throw new WebhookConnectException("tls: failed to verify certificate: x509: " + refusal, e);
            }

            // A certificate may be so broken that already reading its names fails.
            if (e is System.Security.Authentication.AuthenticationException or IOException or CryptographicException)
            {
                throw new WebhookConnectException(
                    "remote error: tls: handshake failure: " + (e.InnerException ?? e).Message, e);
            }

            throw;
        }
    }

    private X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            // What a stranger's certificate names is not fetched.
            DisableCertificateDownloads = true,
            VerificationTime = time.GetUtcNow().UtcDateTime,
            VerificationTimeIgnored = false,
        };
        policy.ApplicationPolicy.Add(new Oid(ServerAuthenticationOid));
        if (bundle is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(bundle);
        }

        return policy;
    }

    // What is wrong first in Go's order: the time, the name, the issuer.
    private string? Judge(X509Certificate2? certificate, X509Chain? chain, string host)
    {
        if (IsBlind)
        {
            return null;
        }

        if (certificate is null || chain is null)
        {
            return "certificate signed by unknown authority";
        }

        var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status);
        if (status.HasFlag(TimeFlags))
        {
            return Expired(certificate);
        }

        if (!certificate.MatchesHostname(host, allowWildcards: true, allowCommonName: false))
        {
            return WrongName(certificate, host);
        }

        if (status == X509ChainStatusFlags.NoError || (status == X509ChainStatusFlags.PartialChain && EndsInBundle(chain)))
        {
            return null;
        }

        return status == X509ChainStatusFlags.NotValidForUsage
            ? "certificate specifies an incompatible key usage"
            : "certificate signed by unknown authority";
    }

    // A bundle may name an intermediate authority, or the server's own certificate: that much is trusted.
    private bool EndsInBundle(X509Chain chain)
    {
        var last = chain.ChainElements[^1].Certificate.RawDataMemory.Span;
        foreach (var trusted in bundle ?? [])
        {
            if (trusted.RawDataMemory.Span.SequenceEqual(last))
            {
                return true;
            }
        }

        return false;
    }

    private string Expired(X509Certificate2 certificate)
    {
        var now = time.GetUtcNow();
        var (from, to) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        var (word, bound) = now.UtcDateTime < from ? ("before", from) : ("after", to);
        return "certificate has expired or is not yet valid: current time "
            + $"{Shown(now.UtcDateTime)} is {word} {Shown(bound)}";
    }

    private static string WrongName(X509Certificate2 certificate, string host)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        if (names is null && certificate.GetNameInfo(X509NameType.SimpleName, false).Length > 0)
        {
            return "certificate relies on legacy Common Name field, use SANs instead";
        }

        List<string> valid;
        if (IPAddress.TryParse(host, out _))
        {
            valid = [.. names?.EnumerateIPAddresses().Select(a => a.ToString()) ?? []];
            if (valid.Count == 0)
            {
                return $"cannot validate certificate for {host} because it doesn't contain any IP SANs";
            }
        }
        else
        {
            valid = [.. names?.EnumerateDnsNames() ?? []];
        }

        return valid.Count == 0
            ? $"certificate is not valid for any names, but wanted to match {host}"
            : $"certificate is valid for {string.Join(", ", valid)}, not {host}";
    }

    private static string Shown(DateTime at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static WebhookCallException NoBundle(Exception? cause) =>
        new("unable to load root certificates: unable to parse bytes as PEM block", 500, cause) { IsConfiguration = true };
}
