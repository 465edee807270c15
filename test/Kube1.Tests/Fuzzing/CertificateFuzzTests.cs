using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kube1.ApiServer.Auth.Certificates;
using Kube1.ApiServer.Registry.Certificates;
using Kube1.Controllers.CertificateSigningRequests;

namespace Kube1.Tests.Fuzzing;

/// <summary>Certificates and requests as PEM and as DER: judged, whatever they hold.</summary>
public sealed class CertificateFuzzTests
{
    private const string RequestLabel = "CERTIFICATE REQUEST";
    private const string CertificateLabel = "CERTIFICATE";

    [Test]
    public void Request_AnyDer_IsJudged() => Fuzz.Check(new FuzzTarget(
        "request", [.. Requests(), .. Corpus.Read("csr.txt")], static der => Judge(PemEncoding.WriteString(RequestLabel, der))));

    [Test]
    public void Request_AnyPem_IsJudged() => Fuzz.Check(new FuzzTarget(
        "request PEM",
        [
            .. Requests().Select(der => Encoding.ASCII.GetBytes(PemEncoding.WriteString(RequestLabel, der))),
            HostileShapes.Ascii(HostileShapes.Repeat("-----BEGIN A-----", 100_000)),
            HostileShapes.Ascii(HostileShapes.Repeat("-----BEGIN CERTIFICATE-----\n", 50_000)),
            HostileShapes.Ascii(HostileShapes.Repeat("-----END CERTIFICATE-----\n", 50_000)),
        ],
        static pem => Judge(Encoding.Latin1.GetString(pem))) { Words = ["-----", "BEGIN ", "END ", RequestLabel, "\n"] });

    [Test]
    public void Certificate_AnyDer_IsJudged() => Fuzz.Check(new FuzzTarget(
        "certificate", [Certificate(), .. Corpus.Read("certificate.txt")],
        static der => CertificatePem.WrongCertificates(Base64(PemEncoding.WriteString(CertificateLabel, der)))));

    [Test]
    public void Subject_AnyDer_IsReadOrRefused() => Fuzz.Check(new FuzzTarget(
        "subject",
        [
            new X500DistinguishedName("CN=a, O=b, O=c").RawData, new X500DistinguishedName("O=b+CN=a, L=x").RawData,
            .. Corpus.Read("subject.txt"),
        ],
        static der => SubjectNameReader.Read(new X500DistinguishedName(der)))
    {
        MayThrow = static e => e is AsnContentException,
    });

    private static void Judge(string pem)
    {
        // The signer sees only what the API server has let in.
        CertificatePem.WrongCertificates(Base64(pem));
        if (CertificatePem.WrongRequest(Base64(pem)) is null)
        {
            ParsedRequest.Parse(Encoding.Latin1.GetBytes(pem));
        }
    }

    private static string Base64(string pem) => Convert.ToBase64String(Encoding.Latin1.GetBytes(pem));

    private static IEnumerable<byte[]> Requests()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("node");
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        names.AddUri(new Uri("https://x/"));
        foreach (var request in new[]
            {
                new CertificateRequest("CN=system:node:a, O=system:nodes", curve, HashAlgorithmName.SHA256),
                new CertificateRequest("CN=a+O=b, O=c", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            })
        {
            yield return request.CreateSigningRequest();
            request.CertificateExtensions.Add(names.Build());
            yield return request.CreateSigningRequest();
        }
    }

    private static byte[] Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=a", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return certificate.RawData;
    }
}
