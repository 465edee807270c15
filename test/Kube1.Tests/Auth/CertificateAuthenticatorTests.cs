using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Auth.Certificates;
using Kube1.Cluster.Pki;

namespace Kube1.Tests.Auth;

[TestFixture]
public sealed class CertificateAuthenticatorTests
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private readonly CertificateAuthority _authority = CertificateAuthority.Create("ca", TimeProvider.System);

    [OneTimeTearDown]
    public void TearDown() => _authority.Dispose();

    [Test]
    public void Authenticate_OwnClient_IsTheSubject()
    {
        using var certificate = _authority.IssueClient("alice", "dev", "ops");
        var result = Authenticate(certificate, Now);

        Assert.That(result.Outcome, Is.EqualTo(AuthenticationOutcome.Authenticated));
        Assert.That(result.User!.Name, Is.EqualTo("alice"));
        Assert.That(result.User.Groups, Is.EqualTo((string[])["dev", "ops", "system:authenticated"]));
    }

    [Test]
    public void Authenticate_OtherAuthorityOfTheSameName_IsRejected()
    {
        using var other = CertificateAuthority.Create("ca", TimeProvider.System);
        using var certificate = other.IssueClient("alice", "system:masters");

        Assert.That(Authenticate(certificate, Now).Outcome, Is.EqualTo(AuthenticationOutcome.Rejected));
    }

    [TestCase(-1, AuthenticationOutcome.Rejected)]
    [TestCase(364, AuthenticationOutcome.Authenticated)]
    [TestCase(366, AuthenticationOutcome.Rejected)]
    public void Authenticate_AtOtherTimes_MindsTheValidity(int days, AuthenticationOutcome expected)
    {
        using var certificate = _authority.IssueClient("alice");

        Assert.That(Authenticate(certificate, Now.AddDays(days)).Outcome, Is.EqualTo(expected));
    }

    [Test]
    public void Authenticate_ServingCertificate_IsRejected()
    {
        using var certificate = _authority.IssueServing("system:node:n1", ["system:nodes"], ["n1"], []);

        Assert.That(Authenticate(certificate, Now).Outcome, Is.EqualTo(AuthenticationOutcome.Rejected));
    }

    [Test]
    public void Authenticate_AuthorityEndsFirst_EndsWithIt()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=short", key, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var ca = authority.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(2));
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=alice", own, HashAlgorithmName.SHA256).Create(
            ca.SubjectName, X509SignatureGenerator.CreateForECDsa(key), Now.AddDays(-1), Now.AddDays(10), [1]);
        using var trusted = X509CertificateLoader.LoadCertificate(ca.RawData);
        var clock = new Kube1.Testing.ManualTime();
        clock.Advance(Now - clock.GetUtcNow());
        var authenticator = new CertificateAuthenticator([trusted], clock);

        var before = authenticator.Authenticate(certificate);
        clock.Advance(TimeSpan.FromDays(3));

        Assert.That(before.Outcome, Is.EqualTo(AuthenticationOutcome.Authenticated));
        Assert.That(authenticator.Authenticate(certificate).Outcome, Is.EqualTo(AuthenticationOutcome.Rejected));
    }

    [Test]
    public void Read_MultiValuedRelativeName_GivesEveryOrganization()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSetOf())
            {
                Attribute(writer, "2.5.4.10", "one");
                Attribute(writer, "2.5.4.10", "two");
            }

            using (writer.PushSetOf())
            {
                Attribute(writer, "2.5.4.3", "bob");
            }
        }

        var (name, organizations, _) = SubjectNameReader.Read(new X500DistinguishedName(writer.Encode()));

        Assert.That(name, Is.EqualTo("bob"));
        Assert.That(organizations, Is.EquivalentTo((string[])["one", "two"]));
    }

    private static void Attribute(AsnWriter writer, string oid, string value)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            writer.WriteCharacterString(UniversalTagNumber.UTF8String, value);
        }
    }

    private AuthenticationResult Authenticate(X509Certificate2 certificate, DateTimeOffset now)
    {
        using var trusted = X509CertificateLoader.LoadCertificate(_authority.Certificate.RawData);
        return new CertificateAuthenticator([trusted], new FixedClock(now)).Authenticate(certificate);
    }
}
