using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kube1.Cluster.Pki;

namespace Kube1.Cluster.Join;

/// <summary>A node cannot join; the message is one sentence that names the fix.</summary>
public sealed class JoinException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// First contact with a server: its CA is fetched over a connection that proves nothing, and believed only when its hash
/// is the one in the token and when it has signed the certificate that the server showed.
/// </summary>
public static class ClusterCaFetcher
{
    /// <summary>Where a kube1 server gives its CA (PEM) to anybody.</summary>
    public const string Path = "/v1-kube1/cacerts";

    /// <summary>A CA certificate is one or two kilobytes; more is not one.</summary>
    private const int MaximumSizeBytes = 64 * 1024;

    /// <summary>A server that is there answers in milliseconds; a packet filter that drops says nothing.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(15);

    /// <summary>The CA of the cluster. Throws <see cref="JoinException"/>.</summary>
    public static async Task<X509Certificate2> FetchAsync(Uri server, JoinToken token, CancellationToken cancellationToken)
    {
        if (token.AuthorityHash is null)
        {
            throw new JoinException(
                "the token does not pin the cluster's CA: use the whole line that `kube1 token create` printed on the server");
        }

        byte[]? shown = null;
        using var handler = new SocketsHttpHandler { UseProxy = false };

        // Whatever is shown is accepted here and judged below.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            shown = certificate?.GetRawCertData();
            return shown is not null;
        };
        using var http = new HttpClient(handler)
        {
            MaxResponseContentBufferSize = MaximumSizeBytes, Timeout = AnswerWithin,
        };
        var pem = await GetAsync(http, new Uri(server, Path), cancellationToken).ConfigureAwait(false);
        var authority = Parse(pem, server);
        if (!token.Accepts(authority))
        {
            authority.Dispose();
            throw new JoinException(
                $"the CA of {server} is not the one that the token pins: check the address, or get a new token there with "
                + "`kube1 token create`");
        }

        if (!HasSigned(authority, shown))
        {
            authority.Dispose();
            throw new JoinException($"{server} shows a certificate that the cluster's CA has not signed: something is in between");
        }

        return authority;
    }

    private static async Task<string> GetAsync(HttpClient http, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(address, cancellationToken).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.OK
                ? await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)
                : throw new JoinException($"{address} answered {(int)response.StatusCode}: is that a kube1 server?");
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw new JoinException(
                $"{address.Authority} does not speak TLS: name the port of the API server, 6443 unless told otherwise", e);
        }
        catch (HttpRequestException e)
        {
            throw new JoinException($"cannot reach {address} ({e.Message}): check the address and the firewall", e);
        }
        catch (TaskCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new JoinException(
                $"{address.Authority} does not answer within {AnswerWithin.TotalSeconds:0} s: check the address and the firewall", e);
        }
    }

    private static X509Certificate2 Parse(string pem, Uri server)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new JoinException($"{server} answered with something that is no certificate: is that a kube1 server?", e);
        }
    }

    private static bool HasSigned(X509Certificate2 authority, byte[]? shown)
    {
        if (shown is null)
        {
            return false;
        }

        using var certificate = X509CertificateLoader.LoadCertificate(shown);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(certificate);
    }
}
