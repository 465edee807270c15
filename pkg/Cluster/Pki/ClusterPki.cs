using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kube1.Cluster.Pki;

/// <summary>
/// The keys and certificates of a server, under <c>&lt;data-dir&gt;/server/tls</c>. One CA signs the serving and the client
/// certificates, as kubeadm's does; the two uses are kept apart by the extended key usage. What is missing is created,
/// what has less than <see cref="RenewalMargin"/> left or lacks a name is issued anew, the rest is only read.
/// </summary>
public sealed class ClusterPki : IDisposable
{
    /// <summary>A server that is restarted at least every nine months never meets an expired certificate.</summary>
    public static readonly TimeSpan RenewalMargin = TimeSpan.FromDays(90);

    /// <summary>The name by which aggregated API servers know this one: as kubeadm's.</summary>
    public const string FrontProxyName = "front-proxy-client";

    private const string AuthorityFile = "cluster-ca";
    private const string FrontProxyAuthorityFile = "front-proxy-ca";
    private const string ServiceAccountFile = "service-account.key";

    private readonly string _directory;
    private readonly TimeProvider _time;

    private ClusterPki(string directory, TimeProvider time)
    {
        _directory = directory;
        _time = time;
        Authority = LoadOrCreateAuthority();
        ServiceAccountKey = LoadOrCreateServiceAccountKey();
        ApiServer = null!;
        Admin = null!;
        KubeletClient = null!;
        FrontProxyAuthority = LoadOrCreateFrontProxyAuthority();
        FrontProxyClient = null!;
    }

    /// <summary>The cluster's CA.</summary>
    public CertificateAuthority Authority { get; }

    /// <summary>The CA certificate as PEM: what clients, kubeconfigs and kube-root-ca.crt carry.</summary>
    public string AuthorityPem => Authority.CertificatePem;

    /// <summary>Signs ServiceAccount tokens (ES256).</summary>
    public ECDsa ServiceAccountKey { get; }

    /// <summary>The API server's serving certificate.</summary>
    public X509Certificate2 ApiServer { get; private set; }

    /// <summary>The administrator: CN=kubernetes-admin, O=system:masters.</summary>
    public X509Certificate2 Admin { get; private set; }

    /// <summary>What the API server shows to kubelets: CN=kube-apiserver-kubelet-client, O=system:masters.</summary>
    public X509Certificate2 KubeletClient { get; private set; }

    /// <summary>
    /// Signs proxies that may name users in headers, and nothing else: whoever has a certificate of the cluster's CA must
    /// not be one of them.
    /// </summary>
    public CertificateAuthority FrontProxyAuthority { get; }

    /// <summary>What the API server shows to aggregated API servers, with <see cref="FrontProxyName"/>.</summary>
    public X509Certificate2 FrontProxyClient { get; private set; }

    /// <summary>
    /// Reads the PKI, creating or renewing what is needed. Throws <see cref="PkiException"/> when the CA's files cannot
    /// be used, and IOException or UnauthorizedAccessException as the file system does.
    /// </summary>
    public static ClusterPki LoadOrCreate(string serverTlsDirectory, PkiOptions options, TimeProvider time)
    {
        PemFiles.EnsureDirectory(serverTlsDirectory);
        var pki = new ClusterPki(serverTlsDirectory, time);
        pki.Renew(options);
        return pki;
    }

    /// <summary>Issues anew what is due; may be called while running. True when a certificate has changed.</summary>
    public bool Renew(PkiOptions options)
    {
        var (apiServer, admin, kubeletClient, frontProxy) = (ApiServer, Admin, KubeletClient, FrontProxyClient);
        var (names, addresses) = ApiServerNames(options);
        ApiServer = LoadOrIssueServing("kube-apiserver", "kube-apiserver", [], names, addresses, apiServer);
        Admin = LoadOrIssueClient("admin", "kubernetes-admin", ["system:masters"], admin);
        KubeletClient = LoadOrIssueClient(
            "apiserver-kubelet-client", "kube-apiserver-kubelet-client", ["system:masters"], kubeletClient);
        FrontProxyClient = LoadOrIssueClient("front-proxy-client", FrontProxyName, [], frontProxy, FrontProxyAuthority);
        return apiServer != ApiServer || admin != Admin || kubeletClient != KubeletClient || frontProxy != FrontProxyClient;
    }

    /// <summary>A client certificate that is kept nowhere.</summary>
    public X509Certificate2 IssueClient(string commonName, params IReadOnlyList<string> organizations) =>
        Authority.IssueClient(commonName, organizations);

    /// <summary>A serving certificate that is kept nowhere.</summary>
    public X509Certificate2 IssueServing(
        string commonName, IReadOnlyList<string> dnsNames, IReadOnlyList<IPAddress> addresses) =>
        Authority.IssueServing(commonName, [], dnsNames, addresses);

    /// <summary>Signs an approved request; see <see cref="CertificateAuthority.SignCsr"/>.</summary>
    public X509Certificate2 SignCsr(string requestPem, IReadOnlyList<string> usages, TimeSpan lifetime) =>
        Authority.SignCsr(requestPem, usages, lifetime);

    /// <summary>The client certificate of a role or of this node's kubelet, kept as FILE.crt and FILE.key.</summary>
    public X509Certificate2 LoadOrIssueClient(
        string file, string commonName, IReadOnlyList<string> organizations, X509Certificate2? current = null,
        CertificateAuthority? issuer = null)
    {
        issuer ??= Authority;
        var certificate = current ?? PemFiles.ReadPair(Path.Combine(_directory, file));
        return certificate is not null && IsUsable(certificate, issuer)
            && certificate.SubjectName.RawData.AsSpan()
                .SequenceEqual(CertificateAuthority.Name(commonName, organizations).RawData)
            ? certificate
            : Keep(file, issuer.IssueClient(commonName, organizations));
    }

    /// <summary>A serving certificate, kept as FILE.crt and FILE.key; issued anew when a name or address is missing in it.</summary>
    public X509Certificate2 LoadOrIssueServing(
        string file, string commonName, IReadOnlyList<string> organizations, IReadOnlyList<string> dnsNames,
        IReadOnlyList<IPAddress> addresses, X509Certificate2? current = null)
    {
        var certificate = current ?? PemFiles.ReadPair(Path.Combine(_directory, file));
        return certificate is not null && IsUsable(certificate, Authority) && Names(certificate, dnsNames, addresses)
            ? certificate
            : Keep(file, Authority.IssueServing(commonName, organizations, dnsNames, addresses));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ApiServer.Dispose();
        Admin.Dispose();
        KubeletClient.Dispose();
        FrontProxyClient.Dispose();
        FrontProxyAuthority.Dispose();
        ServiceAccountKey.Dispose();
        Authority.Dispose();
    }

    /// <summary>The names that upstream's kubeadm gives an API server, and the host's own.</summary>
    internal static (IReadOnlyList<string> Names, IReadOnlyList<IPAddress> Addresses) ApiServerNames(PkiOptions options) => (
        [
            "kubernetes", "kubernetes.default", "kubernetes.default.svc",
            "kubernetes.default.svc." + options.ClusterDomain, "localhost", .. options.ServerNames,
        ],
        [IPAddress.Loopback, IPAddress.IPv6Loopback, options.FirstServiceAddress, .. options.ServerAddresses]);

    private CertificateAuthority LoadOrCreateAuthority()
    {
        var path = Path.Combine(_directory, AuthorityFile);
        if (PemFiles.ReadPair(path) is { } certificate)
        {
            return certificate.NotAfter.ToUniversalTime() > _time.GetUtcNow().UtcDateTime
                ? new CertificateAuthority(certificate, _time)
                : throw new PkiException(
                    $"the cluster CA in {path}.crt expired on {certificate.NotAfter:u}; replace {path}.crt and {path}.key, "
                    + "then join the nodes again");
        }

        // Certificates of another CA beside a broken pair mean that a file was lost: a new CA would lock every node out.
        if (File.Exists(Path.Combine(_directory, "kube-apiserver.crt")))
        {
            throw new PkiException(
                $"{path}.crt and {path}.key are missing or do not belong together; restore both from a backup");
        }

        var created = CertificateAuthority.Create(
            $"kube1-ca@{_time.GetUtcNow().ToUnixTimeSeconds()}", _time);
        PemFiles.WritePair(path, created.Certificate);
        return created;
    }

    /// <summary>Nobody but this server holds certificates of it, so one that is lost or at its end is simply made anew.</summary>
    private CertificateAuthority LoadOrCreateFrontProxyAuthority()
    {
        var path = Path.Combine(_directory, FrontProxyAuthorityFile);
        var now = _time.GetUtcNow().UtcDateTime;
        if (PemFiles.ReadPair(path) is { } certificate && certificate.NotAfter.ToUniversalTime() - RenewalMargin > now)
        {
            return new CertificateAuthority(certificate, _time);
        }

        var created = CertificateAuthority.Create("front-proxy-ca", _time);
        PemFiles.WritePair(path, created.Certificate);
        return created;
    }

    private ECDsa LoadOrCreateServiceAccountKey()
    {
        var path = Path.Combine(_directory, ServiceAccountFile);
        var key = ECDsa.Create();
        if (File.Exists(path))
        {
            try
            {
                key.ImportFromPem(File.ReadAllText(path));
                return key;
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException)
            {
                key.Dispose();
                throw new PkiException(
                    $"{path} is no ECDSA private key in PEM; restore it from a backup, or delete it to invalidate all "
                    + "ServiceAccount tokens", e);
            }
        }

        key.GenerateKey(ECCurve.NamedCurves.nistP256);
        PemFiles.Write(path, key.ExportPkcs8PrivateKeyPem() + "\n");
        return key;
    }

    private X509Certificate2 Keep(string file, X509Certificate2 certificate)
    {
        PemFiles.WritePair(Path.Combine(_directory, file), certificate);
        return certificate;
    }

    private bool IsUsable(X509Certificate2 certificate, CertificateAuthority issuer)
    {
        var now = _time.GetUtcNow();
        return certificate.NotAfter.ToUniversalTime() - now.UtcDateTime >= RenewalMargin
            && certificate.NotBefore.ToUniversalTime() <= now.UtcDateTime
            && IsSignedBy(certificate, issuer);
    }

    /// <summary>Equal names do not suffice: a restored CA may carry the same name and another key.</summary>
    private static bool IsSignedBy(X509Certificate2 certificate, CertificateAuthority issuer)
    {
        var ours = issuer.Certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault();
        var theirs = certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault();
        return ours is not null && theirs?.KeyIdentifier is { } identifier
            && identifier.Span.SequenceEqual(ours.SubjectKeyIdentifierBytes.Span);
    }

    private static bool Names(
        X509Certificate2 certificate, IReadOnlyList<string> dnsNames, IReadOnlyList<IPAddress> addresses)
    {
        try
        {
            var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
            return names is not null
                && dnsNames.All(n => names.EnumerateDnsNames().Contains(n, StringComparer.OrdinalIgnoreCase))
                && addresses.All(a => names.EnumerateIPAddresses().Contains(a));
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return false;
        }
    }
}
