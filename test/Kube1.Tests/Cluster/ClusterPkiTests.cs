using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kube1.Cluster.Pki;

namespace Kube1.Tests.Cluster;

[TestFixture]
public sealed class ClusterPkiTests
{
    private static readonly PkiOptions Options = new()
    {
        FirstServiceAddress = IPAddress.Parse("10.43.0.1"),
        ServerNames = ["edge-1"],
        ServerAddresses = [IPAddress.Parse("192.0.2.7")],
    };

    private string _directory = "";

    [SetUp]
    public void CreateDirectory() => _directory = Path.Combine(
        Path.GetTempPath(), "kube1-pki-" + Guid.NewGuid().ToString("N"));

    [TearDown]
    public void RemoveDirectory()
    {
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    [Test]
    public void LoadOrCreate_EmptyDirectory_NamesTheServerByAllItsNames()
    {
        using var pki = ClusterPki.LoadOrCreate(_directory, Options, TimeProvider.System);

        var names = pki.ApiServer.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.That(names.EnumerateDnsNames(), Is.EqualTo((string[])[
            "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
            "localhost", "edge-1"]));
        Assert.That(names.EnumerateIPAddresses().Select(a => a.ToString()), Is.EqualTo((string[])[
            "127.0.0.1", "::1", "10.43.0.1", "192.0.2.7"]));
        Assert.That(pki.Admin.Subject, Is.EqualTo("CN=kubernetes-admin, O=system:masters"));
    }

    [Test]
    public void LoadOrCreate_EmptyDirectory_KeepsFilesToTheOwner()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows has no such modes");
            return;
        }

        using var pki = ClusterPki.LoadOrCreate(_directory, Options, TimeProvider.System);

        Assert.That(File.GetUnixFileMode(_directory), Is.EqualTo(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        Assert.That(
            Directory.GetFiles(_directory).Select(Mode),
            Has.All.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public void LoadOrCreate_SecondTime_ReadsTheSame()
    {
        using var first = ClusterPki.LoadOrCreate(_directory, Options, TimeProvider.System);
        using var second = ClusterPki.LoadOrCreate(_directory, Options, TimeProvider.System);

        Assert.That(second.ApiServer.Thumbprint, Is.EqualTo(first.ApiServer.Thumbprint));
        Assert.That(second.Admin.Thumbprint, Is.EqualTo(first.Admin.Thumbprint));
        Assert.That(
            second.ServiceAccountKey.ExportSubjectPublicKeyInfo(),
            Is.EqualTo(first.ServiceAccountKey.ExportSubjectPublicKeyInfo()));
    }

    [Test]
    public void LoadOrCreate_NewAddress_IssuesOnlyTheServingCertificateAnew()
    {
        using var first = ClusterPki.LoadOrCreate(_directory, Options, TimeProvider.System);
        using var second = ClusterPki.LoadOrCreate(
            _directory, Options with { ServerAddresses = [IPAddress.Parse("192.0.2.8")] }, TimeProvider.System);

        Assert.That(second.ApiServer.Thumbprint, Is.Not.EqualTo(first.ApiServer.Thumbprint));
        Assert.That(second.Admin.Thumbprint, Is.EqualTo(first.Admin.Thumbprint));
    }

    [TestCase(270, false)]
    [TestCase(280, true)]
    public void LoadOrCreate_DaysLater_RenewsWhenLessThanNinetyAreLeft(int days, bool renewed)
    {
        using var first = ClusterPki.LoadOrCreate(_directory, Options, TimeProvider.System);
        var later = new FixedClock(TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(days));
        using var second = ClusterPki.LoadOrCreate(_directory, Options, later);

        Assert.That(second.Admin.Thumbprint != first.Admin.Thumbprint, Is.EqualTo(renewed));
        Assert.That(second.Authority.Certificate.Thumbprint, Is.EqualTo(first.Authority.Certificate.Thumbprint));
    }

    [Test]
    public void LoadOrCreate_AuthorityKeyLost_RefusesAndNamesTheFile()
    {
        ClusterPki.LoadOrCreate(_directory, Options, TimeProvider.System).Dispose();
        File.Delete(Path.Combine(_directory, "cluster-ca.key"));

        Assert.That(
            () => ClusterPki.LoadOrCreate(_directory, Options, TimeProvider.System),
            Throws.TypeOf<PkiException>().With.Message.Contains("cluster-ca.key").And.Message.Contains("backup"));
    }

    [Test]
    public void LoadOrCreate_LeafDamaged_IssuesItAnew()
    {
        ClusterPki.LoadOrCreate(_directory, Options, TimeProvider.System).Dispose();
        File.WriteAllText(Path.Combine(_directory, "admin.crt"), "half a certif");

        using var pki = ClusterPki.LoadOrCreate(_directory, Options, TimeProvider.System);
        Assert.That(pki.Admin.HasPrivateKey, Is.True);
    }

    [Test]
    public void SignCsr_RequestWithNames_KeepsSubjectAndNamesAndNothingElse()
    {
        using var pki = ClusterPki.LoadOrCreate(_directory, Options, TimeProvider.System);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(
            CertificateAuthority.Name("system:node:n1", ["system:nodes"]), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("n1");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));

        using var certificate = pki.SignCsr(
            request.CreateSigningRequestPem(), ["digital signature", "server auth"], TimeSpan.FromDays(1));

        Assert.That(certificate.Subject, Is.EqualTo("CN=system:node:n1, O=system:nodes"));
        var basic = certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single();
        Assert.That(basic.CertificateAuthority, Is.False);
        var usage = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single();
        Assert.That(usage.EnhancedKeyUsages[0].Value, Is.EqualTo("1.3.6.1.5.5.7.3.1"));
        Assert.That(
            certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames(),
            Is.EqualTo((string[])["n1"]));
    }

    [Test]
    public void JoinToken_Pinned_AcceptsOnlyItsAuthority()
    {
        using var pki = ClusterPki.LoadOrCreate(_directory, Options, TimeProvider.System);
        using var other = CertificateAuthority.Create("other", TimeProvider.System);
        var printed = JoinToken.Create(pki.Authority.Certificate).ToString();

        Assert.That(JoinToken.TryParse(printed, out var token, out _), Is.True);
        Assert.That(token!.Accepts(pki.Authority.Certificate), Is.True);
        Assert.That(token.Accepts(other.Certificate), Is.False);
        Assert.That(token.ToString(), Is.EqualTo(printed));
    }

    [TestCase("")]
    [TestCase("abcdef")]
    [TestCase("abcdef.0123456789abcdeF")]
    [TestCase("K10xyz::abcdef.0123456789abcdef")]
    [TestCase("K10" + "00" + "::abcdef.0123456789abcdef")]
    public void JoinToken_Malformed_SaysWhatIsExpected(string text)
    {
        Assert.That(JoinToken.TryParse(text, out _, out var why), Is.False);
        Assert.That(why, Does.Contain("kube1 token create"));
    }

    [Test]
    public void BootstrapTokenSecret_MadeAndRead_SaysTheSame()
    {
        var expires = new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero);
        var secret = BootstrapTokenSecret.Make(new JoinToken("abcdef", "0123456789abcdef", null), expires, "for n1");
        var token = BootstrapTokenSecret.Read(secret);

        Assert.That(secret.Metadata.Name, Is.EqualTo("bootstrap-token-abcdef"));
        Assert.That(token, Is.Not.Null);
        Assert.That(token!.Expires, Is.EqualTo(expires));
        Assert.That(token.Groups, Is.EqualTo((string[])[BootstrapTokenSecret.NodeJoinGroup]));
        Assert.That(token.IsExpired(expires), Is.True);
        Assert.That(token.IsExpired(expires - TimeSpan.FromSeconds(1)), Is.False);
    }

    [Test]
    public void Kubeconfig_Written_IsOwnerOnlyAndEmbedsTheCertificates()
    {
        using var pki = ClusterPki.LoadOrCreate(_directory, Options, TimeProvider.System);
        var path = Path.Combine(_directory, "kubeconfig.yaml");
        KubeconfigWriter.Write(path, "kube1", "admin", new Uri("https://127.0.0.1:6443"), pki.AuthorityPem, pki.Admin);

        var text = File.ReadAllText(path);
        Assert.That(text, Does.Contain("server: \"https://127.0.0.1:6443\""));
        Assert.That(text, Does.Contain(
            Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(pki.AuthorityPem))));
        if (OperatingSystem.IsLinux())
        {
            Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static UnixFileMode Mode(string path) => File.GetUnixFileMode(path);

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
