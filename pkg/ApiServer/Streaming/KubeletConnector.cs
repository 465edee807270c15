using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kube1.Client.Streaming;

namespace Kube1.ApiServer.Streaming;

/// <summary>Dials kubelets over HTTPS with the kube-apiserver-kubelet-client certificate.</summary>
public sealed class KubeletConnector : IBackendConnector, IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly Func<X509Certificate2> _clientCertificate;
    private readonly X509Certificate2Collection _authorities;
    private readonly UpgradeDialer _dialer;
    private readonly HttpMessageInvoker _http;

    /// <param name="clientCertificate">Asked at each connection, so that a renewed one is used at once.</param>
    /// <param name="authorities">The CAs of kubelets' serving certificates.</param>
    /// <param name="time">Time.</param>
    public KubeletConnector(
        Func<X509Certificate2> clientCertificate, X509Certificate2Collection authorities, TimeProvider time)
    {
        _clientCertificate = clientCertificate;
        _authorities = authorities;
        _dialer = new UpgradeDialer(time);
        _http = BackendTransport.Create(ConnectTimeout, () => new SslClientAuthenticationOptions
        {
            LocalCertificateSelectionCallback = (_, _, _, _, _) => _clientCertificate(),
            RemoteCertificateValidationCallback = (_, certificate, _, _) => IsTrusted(certificate),
        });
    }

    /// <inheritdoc/>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct) =>
        _http.SendAsync(request, ct);

    /// <inheritdoc/>
    public Task<UpgradeResponse> UpgradeAsync(UpgradeRequest request, CancellationToken ct) => _dialer.DialAsync(
        request with
        {
            Tls = new SslClientAuthenticationOptions
            {
                ClientCertificates = [_clientCertificate()],
                RemoteCertificateValidationCallback = (_, certificate, _, _) => IsTrusted(certificate),
            },
        },
        ct);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    // Signed by the cluster's CA for a server. The name is not compared: a node's addresses change, its certificate
    // does not at once. Upstream's default does not check kubelets' certificates at all.
    private bool IsTrusted(X509Certificate? certificate)
    {
        if (certificate is null)
        {
            return false;
        }

        using var leaf = new X509Certificate2(certificate);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1")); // serverAuth
        return chain.Build(leaf);
    }
}
