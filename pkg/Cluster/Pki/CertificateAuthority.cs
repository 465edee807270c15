using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kube1.Cluster.Pki;

/// <summary>Issues ECDSA P-256 certificates. Holds no files: <see cref="ClusterPki"/> does.</summary>
public sealed class CertificateAuthority : IDisposable
{
    /// <summary>As long as kubeadm's.</summary>
    private static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650);

    /// <summary>Clocks of nodes differ: a fresh certificate must be valid on one that is a little behind.</summary>
    private static readonly TimeSpan Backdate = TimeSpan.FromMinutes(5);

    /// <summary>Upstream's signers leave the end of shorter lives alone: the backdating would be more than a hundredth.</summary>
    private static readonly TimeSpan ShortLifetime = TimeSpan.FromHours(8);

    private readonly TimeProvider _time;

    private static IReadOnlyList<X509Extension> ClientUsages =>
        CertificateUsages.Extensions(["digital signature", "key encipherment", "client auth"]);

    private static IReadOnlyList<X509Extension> ServingUsages =>
        CertificateUsages.Extensions(["digital signature", "key encipherment", "server auth"]);

    /// <summary>Takes over a CA certificate that carries its private key.</summary>
    public CertificateAuthority(X509Certificate2 certificate, TimeProvider time)
    {
        Certificate = certificate;
        _time = time;
    }

    /// <summary>As long as kubeadm's and k3s's: renewed in time by every start.</summary>
    public static TimeSpan LeafLifetime { get; } = TimeSpan.FromDays(365);

    /// <summary>The CA's own certificate, with its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The CA's certificate as PEM, without the key: what clients trust.</summary>
    public string CertificatePem => Certificate.ExportCertificatePem() + "\n";

    /// <summary>Makes a new self-signed authority.</summary>
    public static CertificateAuthority Create(string commonName, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Name(commonName, []), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.KeyEncipherment, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        return new CertificateAuthority(request.CreateSelfSigned(now - Backdate, now + AuthorityLifetime), time);
    }

    /// <summary>A client certificate with its key: CN is the user's name, each O one of its groups.</summary>
    public X509Certificate2 IssueClient(string commonName, params IReadOnlyList<string> organizations)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Name(commonName, organizations), key, HashAlgorithmName.SHA256);
        using var certificate = Sign(request, ClientUsages, LeafLifetime);
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>A serving certificate with its key.</summary>
    public X509Certificate2 IssueServing(
        string commonName, IReadOnlyList<string> organizations, IEnumerable<string> dnsNames, IEnumerable<IPAddress> addresses)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Name(commonName, organizations), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in dnsNames.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            names.AddDnsName(name);
        }

        foreach (var address in addresses.Distinct())
        {
            names.AddIpAddress(address);
        }

        request.CertificateExtensions.Add(names.Build());
        using var certificate = Sign(request, ServingUsages, LeafLifetime);
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>
    /// Signs a PKCS #10 request: its key, the names of it that <see cref="RequestedNames"/> knows, and these usages of the
    /// certificates API ("client auth"). Whether it may have them is the caller's decision. Throws
    /// <see cref="CryptographicException"/> on a request that cannot be read or whose own signature is wrong.
    /// </summary>
    public X509Certificate2 SignCsr(string requestPem, IReadOnlyList<string> usages, TimeSpan lifetime)
    {
        var asked = CertificateRequest.LoadSigningRequestPem(
            requestPem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        var subject = RequestedNames.Subject(asked.SubjectName);
        var request = new CertificateRequest(subject, asked.PublicKey, HashAlgorithmName.SHA256);
        if (RequestedNames.AlternativeNames(asked, critical: subject.Name.Length == 0) is { } names)
        {
            request.CertificateExtensions.Add(names);
        }

        // The beginning is put back for clocks that are behind; five minutes matter to the end of short lives only.
        var end = lifetime < ShortLifetime ? lifetime : lifetime - Backdate;
        return Sign(request, CertificateUsages.Extensions(usages), end);
    }

    /// <summary>A subject with one relative name per value: O=…, O=…, CN=….</summary>
    public static X500DistinguishedName Name(string commonName, IReadOnlyList<string> organizations)
    {
        // The builder writes what was added last first; kubeadm's names have the organizations before the common name.
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(commonName);
        foreach (var organization in organizations.Reverse())
        {
            name.AddOrganizationName(organization);
        }

        return name.Build();
    }

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();

    private X509Certificate2 Sign(CertificateRequest request, IEnumerable<X509Extension> usages, TimeSpan lifetime)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        foreach (var usage in usages)
        {
            request.CertificateExtensions.Add(usage);
        }

        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
        var now = _time.GetUtcNow();
        var notBefore = Later(now - Backdate, Certificate.NotBefore);
        var notAfter = Earlier(now + lifetime, Certificate.NotAfter);
        using var key = Certificate.GetECDsaPrivateKey()
            ?? throw new PkiException("the cluster CA's private key is not an ECDSA key");
        return request.Create(
            Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(key), notBefore, notAfter, SerialNumber());
    }

    /// <summary>RFC 5280 §4.1.2.2: positive, at most 20 octets; random so that it needs no counter on disk.</summary>
    private static byte[] SerialNumber()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
