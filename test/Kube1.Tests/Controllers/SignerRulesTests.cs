using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kube1.Api.Models;
using Kube1.Cluster.Pki;
using Kube1.Controllers.CertificateSigningRequests;

namespace Kube1.Tests.Controllers;

/// <summary>Which requests each signer of Kubernetes accepts, and how long requests are kept.</summary>
public sealed class SignerRulesTests
{
    private const string Client = "kubernetes.io/kube-apiserver-client";
    private const string KubeletClient = "kubernetes.io/kube-apiserver-client-kubelet";
    private const string KubeletServing = "kubernetes.io/kubelet-serving";
    private const string Legacy = "kubernetes.io/legacy-unknown";
    private const string ClientUsages = "client auth,digital signature";
    private const string ServerUsages = "server auth,digital signature";

    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [TestCase(Client, "alice", "dev", "", "client auth", null)]
    [TestCase(Client, "alice", "dev", "dns:a,uri:b", "client auth,digital signature,key encipherment", null)]
    [TestCase(Client, "alice", "dev", "", "digital signature", "missing required usage for client certificate: client auth")]
    [TestCase(Client, "alice", "dev", "", "client auth,server auth", "invalid usage for client certificate: server auth")]
    [TestCase(KubeletClient, "system:node:n", "system:nodes", "", ClientUsages, null)]
    [TestCase(KubeletClient, "system:node:n", "system:nodes", "", ClientUsages + ",key encipherment", null)]
    [TestCase(KubeletClient, "system:node:n", "dev", "", ClientUsages, "subject organization is not system:nodes")]
    [TestCase(KubeletClient, "system:node:n", "system:nodes,dev", "", ClientUsages, "subject organization is not system:nodes")]
    [TestCase(KubeletClient, "alice", "system:nodes", "", ClientUsages, "subject common name does not begin with system:node:")]
    [TestCase(KubeletClient, "system:node:n", "system:nodes", "dns:a", ClientUsages, "DNS subjectAltNames are not allowed")]
    [TestCase(KubeletClient, "system:node:n", "system:nodes", "email:a@b.c", ClientUsages, "Email subjectAltNames are not allowed")]
    [TestCase(KubeletClient, "system:node:n", "system:nodes", "ip:10.0.0.1", ClientUsages, "IP subjectAltNames are not allowed")]
    [TestCase(KubeletClient, "system:node:n", "system:nodes", "uri:b", ClientUsages, "URI subjectAltNames are not allowed")]
    [TestCase(KubeletClient, "system:node:n", "system:nodes", "", "client auth",
        "usages did not match [client auth digital signature key encipherment]")]
    [TestCase(KubeletServing, "system:node:n", "system:nodes", "dns:n,ip:10.0.0.1", ServerUsages, null)]
    [TestCase(KubeletServing, "system:node:n", "system:nodes", "", ServerUsages, "DNS or IP subjectAltName is required")]
    [TestCase(KubeletServing, "system:node:n", "system:nodes", "dns:n,email:a@b.c", ServerUsages, "Email subjectAltNames are not allowed")]
    [TestCase(KubeletServing, "system:node:n", "system:nodes", "dns:n,uri:b", ServerUsages, "URI subjectAltNames are not allowed")]
    [TestCase(KubeletServing, "system:node:n", "system:nodes", "dns:n", ClientUsages,
        "usages did not match [digital signature key encipherment server auth]")]
    [TestCase(KubeletServing, "n", "system:nodes", "dns:n", ServerUsages, "subject common name does not begin with system:node:")]
    [TestCase(Legacy, "anything", "dev", "uri:b", "code signing", null)]
    public void Refusal_BySigner_InUpstreamsWords(
        string signer, string name, string organizations, string names, string usages, string? expected)
    {
        var request = ParsedRequest.Parse(Encoding.ASCII.GetBytes(Pem(name, organizations.Split(','), names)));
        var csr = new V1CertificateSigningRequest
        {
            Spec = new V1CertificateSigningRequestSpec { SignerName = signer, Usages = [.. usages.Split(',')] },
        };

        Assert.That(request, Is.Not.Null);
        Assert.That(SignerRules.Refusal(csr, request), Is.EqualTo(expected));
        Assert.That(SignerRules.Signs(signer), Is.True);
    }

    [TestCase("")]
    [TestCase("no pem")]
    [TestCase("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n")]
    [TestCase("-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n")]
    public void Parse_Garbage_IsNoRequest(string pem) =>
        Assert.That(ParsedRequest.Parse(Encoding.ASCII.GetBytes(pem)), Is.Null);

    [Test]
    public void Parse_SignatureOfAnotherKey_IsNoRequest()
    {
        var lines = Pem("alice", ["dev"], "").Split('\n');
        var der = Convert.FromBase64String(string.Concat(lines[1..^1]));
        der[^3] ^= 1;

        Assert.That(ParsedRequest.Parse(Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE REQUEST", der))), Is.Null);
    }

    [Test]
    public void Parse_PemBomb_IsNoRequestSoon()
    {
        var bomb = string.Concat(Enumerable.Repeat("-----BEGIN CERTIFICATE REQUEST-----\n", 30_000));

        Assert.That(ParsedRequest.Parse(Encoding.ASCII.GetBytes(bomb)), Is.Null);
    }

    [TestCase("", 24)]
    [TestCase("Denied", 1)]
    [TestCase("Failed", 1)]
    [TestCase("Approved,Failed", 1)]
    [TestCase("Approved", null)]
    [TestCase("Approved,signed", 1)]
    public void EndOf_ByState_IsUpstreams(string state, int? hours)
    {
        var conditions = state.Split(',', StringSplitOptions.RemoveEmptyEntries);
        var csr = new V1CertificateSigningRequest { Metadata = { CreationTimestamp = Now } };
        csr.Status = new V1CertificateSigningRequestStatus
        {
            Conditions = conditions.Length == 0 ? null :
            [
                .. conditions.Where(c => c != "signed").Select(c => new V1CertificateSigningRequestCondition
                {
                    Type = c, Status = "True", LastUpdateTime = Now,
                }),
            ],
            Certificate = conditions.Contains("signed") ? Encoding.ASCII.GetBytes("unreadable") : null,
        };

        Assert.That(RequestRetention.EndOf(csr), Is.EqualTo(hours is { } h ? Now.AddHours(h) : (DateTimeOffset?)null));
    }

    [Test]
    public void EndOf_CertificateThatEndsSooner_EndsTheRequest()
    {
        using var authority = CertificateAuthority.Create("ca", new FixedTime(Now));
        using var certificate = authority.SignCsr(Pem("alice", ["dev"], ""), ["client auth"], TimeSpan.FromMinutes(10));
        var csr = new V1CertificateSigningRequest
        {
            Status = new V1CertificateSigningRequestStatus
            {
                Conditions = [new V1CertificateSigningRequestCondition { Type = "Approved", Status = "True", LastUpdateTime = Now }],
                Certificate = Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()),
            },
        };

        Assert.That(RequestRetention.EndOf(csr), Is.EqualTo(Now.AddMinutes(10)));
    }

    [TestCase(600, 600)]
    [TestCase(8 * 3600 - 1, 8 * 3600 - 1)]
    [TestCase(8 * 3600, 8 * 3600 - 300)]
    [TestCase(365 * 86400, 365 * 86400 - 300)]
    public void SignCsr_Lifetime_IsBackdatedAsUpstream(int seconds, int expectedEnd)
    {
        using var authority = CertificateAuthority.Create("ca", new FixedTime(Now));
        using var certificate = authority.SignCsr(Pem("alice", ["dev"], ""), ["client auth"], TimeSpan.FromSeconds(seconds));

        // The authority itself begins no earlier than its own backdating.
        Assert.That(certificate.NotBefore.ToUniversalTime(), Is.EqualTo(Now.UtcDateTime.AddMinutes(-5)));
        Assert.That(certificate.NotAfter.ToUniversalTime(), Is.EqualTo(Now.UtcDateTime.AddSeconds(expectedEnd)));
    }

    [Test]
    public void SignCsr_Contents_AreWhatTheSignerKnowsAndNoMore()
    {
        using var authority = CertificateAuthority.Create("ca", TimeProvider.System);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName("alice");
        subject.AddOrganizationName("dev");
        // A uid, which our own authenticator would believe, is not for the requester to say.
        subject.Add("1.3.6.1.4.1.57683.2", "u-of-somebody-else");
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("a.example.com");
        names.AddUserPrincipalName("upn@example.com");
        request.CertificateExtensions.Add(names.Build());

        using var certificate = authority.SignCsr(
            request.CreateSigningRequestPem(), ["client auth", "key encipherment", "signing", "s/mime", "email protection"],
            TimeSpan.FromDays(1));

        Assert.That(certificate.Subject, Is.EqualTo("CN=alice, O=dev"));
        Assert.That(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority, Is.False);
        Assert.That(
            certificate.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages,
            Is.EqualTo(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment));
        Assert.That(
            certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>()
                .Select(o => o.Value),
            Is.EquivalentTo((string[])["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4"]));
        var kept = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.That(kept.EnumerateDnsNames(), Is.EqualTo((string[])["a.example.com"]));
        Assert.That(Encoding.Latin1.GetString(kept.RawData), Does.Not.Contain("upn@example.com"));
    }

    [Test]
    public void SignCsr_UnknownUsage_Throws()
    {
        using var authority = CertificateAuthority.Create("ca", TimeProvider.System);

        Assert.That(
            () => authority.SignCsr(Pem("alice", ["dev"], ""), ["world domination"], TimeSpan.FromDays(1)),
            Throws.InstanceOf<CryptographicException>());
    }

    private static string Pem(string name, string[] organizations, string names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(CertificateAuthority.Name(name, organizations), key, HashAlgorithmName.SHA256);
        if (names.Length > 0)
        {
            var builder = new SubjectAlternativeNameBuilder();
            foreach (var parts in names.Split(',').Select(n => n.Split(':', 2)))
            {
                Add(builder, parts[0], parts[1]);
            }

            request.CertificateExtensions.Add(builder.Build());
        }

        return request.CreateSigningRequestPem();
    }

    private static void Add(SubjectAlternativeNameBuilder builder, string kind, string value)
    {
        switch (kind)
        {
            case "dns":
                builder.AddDnsName(value);
                break;
            case "ip":
                builder.AddIpAddress(System.Net.IPAddress.Parse(value));
                break;
            case "email":
                builder.AddEmailAddress(value);
                break;
            default:
                builder.AddUri(new Uri("spiffe://" + value));
                break;
        }
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
