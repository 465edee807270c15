using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Cluster.Pki;

namespace Kube1.Tests.Cluster.Join;

/// <summary>Requests for certificates through the API, with the real controller behind it.</summary>
public sealed class CertificateSigningTests
{
    private const string Client = "kubernetes.io/kube-apiserver-client";

    private JoinableCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _cluster = await JoinableCluster.StartAsync();

    [OneTimeTearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [Test]
    public async Task Approved_ForAClient_IsSignedWithItsUsagesAndLifetime()
    {
        await CreateAsync("client", Client, ["client auth", "digital signature"], 3600);
        await DecideAsync("client", "Approved");

        var signed = await _cluster.Cluster.WaitForAsync<V1CertificateSigningRequest>(
            c => c.Metadata.Name == "client" && c.Status?.Certificate is { Length: > 0 });

        using var certificate = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(signed.Status!.Certificate!));
        Assert.That(certificate.Subject, Is.EqualTo("CN=alice, O=dev"));
        Assert.That(
            certificate.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages,
            Is.EqualTo(X509KeyUsageFlags.DigitalSignature));
        Assert.That(certificate.NotAfter - certificate.NotBefore, Is.EqualTo(TimeSpan.FromMinutes(65)));
    }

    [Test]
    public async Task Approved_WithUsagesOfAnother_FailsAndSaysWhy()
    {
        await CreateAsync("failing", Client, ["client auth", "code signing"], null);
        await DecideAsync("failing", "Approved");

        var failed = await _cluster.Cluster.WaitForAsync<V1CertificateSigningRequest>(
            c => c.Metadata.Name == "failing" && c.Status?.Conditions?.Exists(s => s.Type == "Failed") == true);

        var condition = failed.Status!.Conditions!.Single(c => c.Type == "Failed");
        Assert.That(condition.Reason, Is.EqualTo("SignerValidationFailure"));
        Assert.That(condition.Message, Is.EqualTo("invalid usage for client certificate: code signing"));
        Assert.That(failed.Status.Certificate, Is.Null.Or.Empty);
    }

    [Test]
    public async Task DeniedOrForAnotherSigner_IsLeftAlone()
    {
        await CreateAsync("denied", Client, ["client auth"], null);
        await DecideAsync("denied", "Denied");
        await CreateAsync("elsewhere", "example.com/signer", ["client auth"], null);
        await DecideAsync("elsewhere", "Approved");

        // What comes after both is signed: so both have been looked at.
        await CreateAsync("last", Client, ["client auth"], null);
        await DecideAsync("last", "Approved");
        await _cluster.Cluster.WaitForAsync<V1CertificateSigningRequest>(
            c => c.Metadata.Name == "last" && c.Status?.Certificate is { Length: > 0 });

        var requests = _cluster.Cluster.Client.Of<V1CertificateSigningRequest>();
        foreach (var name in (string[])["denied", "elsewhere"])
        {
            var csr = await requests.GetAsync(null, name, CancellationToken.None);
            Assert.That(csr!.Status!.Certificate, Is.Null.Or.Empty, name);
        }
    }

    [TestCase("no pem")]
    [TestCase("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    [TestCase("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n")]
    public async Task Create_Malformed_Invalid(string pem)
    {
        var refused = await Assert.ThrowsAsync<ApiException>(() => _cluster.Cluster.Client.Of<V1CertificateSigningRequest>()
            .CreateAsync(Request("bad", Client, ["client auth"], null, pem), CancellationToken.None));

        Assert.That(refused!.Status.Code, Is.EqualTo(422), refused.Message);
    }

    private Task CreateAsync(string name, string signer, List<string> usages, int? seconds)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = new CertificateRequest(CertificateAuthority.Name("alice", ["dev"]), key, HashAlgorithmName.SHA256)
            .CreateSigningRequestPem();
        return _cluster.Cluster.Client.Of<V1CertificateSigningRequest>().CreateAsync(
            Request(name, signer, usages, seconds, pem), CancellationToken.None);
    }

    private static V1CertificateSigningRequest Request(
        string name, string signer, List<string> usages, int? seconds, string pem) => new()
        {
            Metadata = { Name = name },
            Spec = new V1CertificateSigningRequestSpec
            {
                SignerName = signer, Usages = usages, ExpirationSeconds = seconds, Request = Encoding.ASCII.GetBytes(pem),
            },
        };

    private async Task DecideAsync(string name, string decision)
    {
        var requests = _cluster.Cluster.Client.Of<V1CertificateSigningRequest>();
        var csr = (await requests.GetAsync(null, name, CancellationToken.None))!;
        csr.Status = new V1CertificateSigningRequestStatus
        {
            Conditions =
            [
                new V1CertificateSigningRequestCondition { Type = decision, Status = "True", Reason = "Test", Message = "decided" },
            ],
        };
        await requests.UpdateSubresourceAsync(csr, "approval", CancellationToken.None);
    }
}
