using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Kube1.Client;

/// <summary>Clients over HTTPS.</summary>
public static class KubeClientFactory
{
    /// <summary>
    /// A dead server must be noticed: HTTP/2 pings find a connection that no one answers, also under a silent watch.
    /// Upstream's client pings after 30 s of silence and waits 15 s.
    /// </summary>
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The server judges a connection by the certificate that it was opened with. Where that one may be renewed no
    /// connection is used for longer than this, far less than what is left of a certificate when it is renewed.
    /// </summary>
    private static readonly TimeSpan RenewableConnectionLifetime = TimeSpan.FromMinutes(30);

    /// <summary>
    /// A client for the current context of a kubeconfig file. Throws <see cref="KubeconfigException"/> when the file is
    /// missing, malformed or asks for what is not supported (exec plug-ins).
    /// </summary>
    public static KubeClient FromKubeconfig(string path, string userAgent = "kube1") =>
        FromKubeconfig(Kubeconfig.Load(path), userAgent);

    /// <summary>
    /// A client that shows <paramref name="client"/> and trusts only servers that <paramref name="ca"/> vouches for.
    /// </summary>
    public static KubeClient FromCertificate(
        Uri server, X509Certificate2 client, X509Certificate2 ca, string userAgent = "kube1") =>
        FromCertificate(server, () => client, [ca], userAgent);

    /// <summary>
    /// The same with a certificate that may be renewed: new connections show what <paramref name="client"/> returns
    /// then.
    /// </summary>
    public static KubeClient FromCertificate(
        Uri server, Func<X509Certificate2> client, X509Certificate2Collection cas, string userAgent = "kube1") =>
        new(CreateHandler(cas, client, null), server, userAgent);

    /// <summary>A client that shows a bearer token and trusts only servers that <paramref name="cas"/> vouch for.</summary>
    public static KubeClient FromToken(
        Uri server, string token, X509Certificate2Collection cas, string userAgent = "kube1") =>
        new(new BearerTokenHandler(token, null, CreateHandler(cas, null, null)), server, userAgent);

    /// <summary>The certificate authority that the current context of a kubeconfig file trusts; null when it names none.</summary>
    public static X509Certificate2? ReadAuthority(string path) => Kubeconfig.Load(path).CertificateAuthorities?.FirstOrDefault();

    /// <summary>
    /// The server that a kubeconfig file names and the way to it, with the credentials of its user: for servers that are no
    /// API server. Throws <see cref="KubeconfigException"/>.
    /// </summary>
    public static (Uri Server, HttpMessageHandler Handler) HandlerFromKubeconfig(string path)
    {
        var config = Kubeconfig.Load(path);
        return (config.Server, CreateHandler(config));
    }

    internal static KubeClient FromKubeconfig(Kubeconfig config, string userAgent) =>
        new(CreateHandler(config), config.Server, userAgent);

    private static HttpMessageHandler CreateHandler(Kubeconfig config)
    {
        var certificate = config.ClientCertificate;
        HttpMessageHandler handler = CreateHandler(
            config.CertificateAuthorities, certificate is null ? null : () => certificate, config);
        if (config.Token is not null || config.TokenFile is not null)
        {
            handler = new BearerTokenHandler(config.Token, config.TokenFile, handler);
        }

        return handler;
    }

    private static SocketsHttpHandler CreateHandler(
        X509Certificate2Collection? cas, Func<X509Certificate2>? client, Kubeconfig? config)
    {
        var tls = new SslClientAuthenticationOptions { TargetHost = config?.TlsServerName };
        if (cas is not null)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(cas);
        }

        if (config?.InsecureSkipTlsVerify == true)
        {
#pragma warning disable CA5359 // The file says insecure-skip-tls-verify: true.
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        if (client is not null)
        {
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => client();
        }

        return new SocketsHttpHandler
        {
            PooledConnectionLifetime = config is null && client is not null
                ? RenewableConnectionLifetime
                : Timeout.InfiniteTimeSpan,
            SslOptions = tls,
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
    }
}
