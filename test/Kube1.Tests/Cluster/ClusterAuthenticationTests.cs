using System.Runtime.Versioning;
using Kube1.Api.Certificates;
using Kube1.Api.Models;
using Kube1.Client.Informers;
using Kube1.Cluster.Configuration;
using Kube1.Cluster.Pki;
using Kube1.Cmd.Roles;
using Kube1.Controllers;
using Kube1.Controllers.ClusterAuthentications;
using Kube1.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Cluster;

/// <summary>How aggregated API servers learn whom to believe: the front proxy's keys and the ConfigMap that tells of them.</summary>
[Platform("Linux"), SupportedOSPlatform("linux")]
public sealed class ClusterAuthenticationTests
{
    private string _directory = "";
    private ClusterPki _pki = null!;

    [SetUp]
    public void SetUp()
    {
        _directory = Directory.CreateTempSubdirectory("kube1-proxy-").FullName;
        _pki = ClusterPki.LoadOrCreate(
            _directory, new PkiOptions { FirstServiceAddress = System.Net.IPAddress.Parse("10.43.0.1") }, TimeProvider.System);
    }

    [TearDown]
    public void TearDown()
    {
        _pki.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public void FrontProxy_Keys_AreItsOwnAndTheOwners()
    {
        Assert.That(_pki.FrontProxyClient.Subject, Is.EqualTo("CN=front-proxy-client"));
        Assert.That(_pki.FrontProxyClient.Issuer, Is.EqualTo(_pki.FrontProxyAuthority.Certificate.Subject));
        Assert.That(_pki.FrontProxyAuthority.Certificate.Thumbprint, Is.Not.EqualTo(_pki.Authority.Certificate.Thumbprint));
        foreach (var file in (string[])["front-proxy-ca.key", "front-proxy-client.key"])
        {
            Assert.That(
                File.GetUnixFileMode(Path.Combine(_directory, file)),
                Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), file);
        }
    }

    [Test]
    public void FrontProxy_AuthorityLost_MakesBothAnew()
    {
        var before = _pki.FrontProxyClient.Thumbprint;
        File.Delete(Path.Combine(_directory, "front-proxy-ca.key"));

        using var again = ClusterPki.LoadOrCreate(
            _directory, new PkiOptions { FirstServiceAddress = System.Net.IPAddress.Parse("10.43.0.1") }, TimeProvider.System);

        Assert.That(again.FrontProxyClient.Thumbprint, Is.Not.EqualTo(before));
        Assert.That(again.Admin.Thumbprint, Is.EqualTo(_pki.Admin.Thumbprint));
    }

    [Test]
    public void Merge_WithWhatIsThere_KeepsOthersButNoExpiredCertificates()
    {
        var now = TimeProvider.System.GetUtcNow();
        using var others = CertificateAuthority.Create("others", TimeProvider.System);
        using var expired = CertificateAuthority.Create("expired", new Shifted(TimeSpan.FromDays(-4000)));
        var present = new Dictionary<string, string>
        {
            ["client-ca-file"] = others.CertificatePem + expired.CertificatePem,
            ["requestheader-allowed-names"] = """["other-proxy"]""",
            ["requestheader-username-headers"] = "garbage",
            ["kept"] = "as it is",
        };

        var data = ClusterAuthenticationData.Merge(present, Own(), now);

        Assert.That(data["client-ca-file"], Is.EqualTo(others.CertificatePem + _pki.AuthorityPem));
        Assert.That(data["requestheader-client-ca-file"], Is.EqualTo(_pki.FrontProxyAuthority.CertificatePem));
        Assert.That(data["requestheader-allowed-names"], Is.EqualTo("""["other-proxy","front-proxy-client"]"""));
        Assert.That(data["requestheader-username-headers"], Is.EqualTo("""["X-Remote-User"]"""));
        Assert.That(data["requestheader-uid-headers"], Is.EqualTo("""["X-Remote-Uid"]"""));
        Assert.That(data["requestheader-group-headers"], Is.EqualTo("""["X-Remote-Group"]"""));
        Assert.That(data["requestheader-extra-headers-prefix"], Is.EqualTo("""["X-Remote-Extra-"]"""));
        Assert.That(data["kept"], Is.EqualTo("as it is"));
        Assert.That(ClusterAuthenticationData.Merge(data, Own(), now), Is.EqualTo(data));
    }

    [Test]
    public void Merge_WithMoreCertificatesThanAnyoneNeeds_OursReplaceThem()
    {
        using var others = CertificateAuthority.Create("others", TimeProvider.System);
        var present = new Dictionary<string, string>
        {
            ["client-ca-file"] = string.Concat(Enumerable.Repeat(others.CertificatePem, CertificateBundle.MaxCertificates + 1)),
        };

        var data = ClusterAuthenticationData.Merge(present, Own(), TimeProvider.System.GetUtcNow());

        Assert.That(data["client-ca-file"], Is.EqualTo(_pki.AuthorityPem));
    }

    [Test]
    public async Task ConfigMap_DeletedOrChanged_ComesBack()
    {
        await using var cluster = await TestCluster.StartAsync(new TestClusterOptions { Time = TimeProvider.System });
        using var stop = new CancellationTokenSource();
        var informers = new InformerSet(cluster.Client, TimeProvider.System, NullLoggerFactory.Instance);
        var controller = new ClusterAuthenticationController(
            new ControllerContext
            {
                ClientFor = _ => cluster.Client,
                ApiServer = cluster.Client,
                Informers = informers,
                Time = TimeProvider.System,
                Loggers = NullLoggerFactory.Instance,
            },
            Own());
        var running = Task.WhenAll(informers.RunAsync(stop.Token), controller.RunAsync(stop.Token));

        var first = await cluster.WaitForAsync<V1ConfigMap>(m => m.Metadata.Name == "extension-apiserver-authentication");
        await cluster.Client.Of<V1ConfigMap>().DeleteAsync(
            "kube-system", "extension-apiserver-authentication", null, CancellationToken.None);
        var second = await cluster.WaitForAsync<V1ConfigMap>(m => m.Metadata.Uid != first.Metadata.Uid && m.Data?.Count == 7);
        second.Data!.Remove("client-ca-file");
        await cluster.Client.Of<V1ConfigMap>().UpdateAsync(second, CancellationToken.None);
        var third = await cluster.WaitForAsync<V1ConfigMap>(
            m => m.Data?.ContainsKey("client-ca-file") == true && m.Metadata.ResourceVersion != second.Metadata.ResourceVersion
                && m.Metadata.Uid == second.Metadata.Uid);

        Assert.That(first.Metadata.Namespace, Is.EqualTo("kube-system"));
        Assert.That(third.Data!["client-ca-file"], Is.EqualTo(_pki.AuthorityPem));
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [Test]
    public void Settings_ProxiesWithoutNames_PublishThatAnyNameWillDo()
    {
        var config = new AuthenticationConfig { ProxyAuthorities = [_pki.Authority.Certificate] };
        using var any = new AuthenticationComposition(config, _pki);
        var published = any.Published();
        config.ProxyNames.Add("aggregator");

        Assert.That(published.ProxyNames, Is.Empty);
        Assert.That(published.ProxyAuthorityPem, Is.EqualTo(_pki.FrontProxyAuthority.CertificatePem + _pki.AuthorityPem));
        Assert.That(any.Published().ProxyNames, Is.EqualTo((string[])["front-proxy-client", "aggregator"]));
        Assert.That(any.Oidc(), Is.Null);
    }

    private ClusterAuthentication Own()
    {
        using var composition = new AuthenticationComposition(new AuthenticationConfig(), _pki);
        return composition.Published();
    }

    private sealed class Shifted(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
