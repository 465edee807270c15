using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Cluster.Join;
using Kube1.Cluster.Pki;
using Kube1.Testing;

namespace Kube1.Tests.Cluster.Join;

/// <summary>The join of a node over HTTPS, against a real API server with real certificates.</summary>
[TestFixture]
public sealed class NodeJoinTests
{
    private const string NodeName = "edge-2";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private JoinableCluster _cluster = null!;
    private NodeJoin _join = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _cluster = await JoinableCluster.StartAsync();
        _join = JoinTo(_cluster.Cluster.Address);
    }

    [TearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task JoinAsync_PinnedToken_GivesACertificateThatActsAsTheNodeAndNoMore()
    {
        var token = await _cluster.CreateTokenAsync(TimeSpan.FromHours(1));

        var credentials = await _join.JoinAsync(token.ToString(), NodeName, CancellationToken.None);

        using var client = credentials.CreateClient(_cluster.Cluster.Address, "kube1-test/1");
        var node = await client.Of<V1Node>().CreateAsync(
            new V1Node { Metadata = new V1ObjectMeta { Name = NodeName } }, CancellationToken.None);
        var secrets = await Assert.ThrowsAsync<ApiException>(
            () => client.Of<V1Secret>().ListAsync("kube-system", null, CancellationToken.None));
        Assert.Multiple(() =>
        {
            Assert.That(node.Metadata.Uid, Is.Not.Empty);
            Assert.That(secrets!.Code, Is.EqualTo(403));
            Assert.That(credentials.NodeName, Is.EqualTo(NodeName));
        });
    }

    [Test]
    public async Task JoinAsync_PinnedToken_AsksAsTheTokenAndIsSignedForClientsOnly()
    {
        var token = await _cluster.CreateTokenAsync(TimeSpan.FromHours(1));

        var credentials = await _join.JoinAsync(token.ToString(), NodeName, CancellationToken.None);

        var request = (await _cluster.Cluster.Client.Of<V1CertificateSigningRequest>()
            .ListAsync(null, null, CancellationToken.None)).Items.Single();
        var usages = credentials.Client.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages;
        Assert.Multiple(() =>
        {
            Assert.That(request.Spec.Username, Is.EqualTo("system:bootstrap:" + token.Id));
            Assert.That(request.Spec.Groups, Does.Contain(BootstrapTokenSecret.NodeJoinGroup));
            Assert.That(request.Status!.Conditions!.Select(c => c.Type), Is.EqualTo((string[])["Approved"]));
            Assert.That(usages.Count, Is.EqualTo(1));
            Assert.That(usages[0].Value, Is.EqualTo("1.3.6.1.5.5.7.3.2"));
        });
    }

    [Test]
    [Platform(Exclude = "Win")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task JoinAsync_PinnedToken_KeepsSecretsForTheOwnerOnly()
    {
        var token = await _cluster.CreateTokenAsync(TimeSpan.FromHours(1));

        await _join.JoinAsync(token.ToString(), NodeName, CancellationToken.None);

        var files = Directory.GetFiles(_cluster.NodeDirectory);
        Assert.That(files.Select(Path.GetFileName), Is.EquivalentTo((string[])
            ["cluster-ca.crt", "kubelet-client.crt", "kubelet-client.key"]));
        Assert.That(files.Select(File.GetUnixFileMode), Is.All.EqualTo(OwnerOnly));
    }

    [Test]
    public async Task JoinAsync_JoinedBefore_NeedsNeitherTokenNorServerNorName()
    {
        var token = await _cluster.CreateTokenAsync(TimeSpan.FromHours(1));
        var first = await _join.JoinAsync(token.ToString(), NodeName, CancellationToken.None);

        using var closed = new ClosedPort();
        var second = await JoinTo(new Uri($"https://127.0.0.1:{closed.Number}")).JoinAsync(null, null, CancellationToken.None);

        Assert.That(second.Client.RawData, Is.EqualTo(first.Client.RawData));
        Assert.That(second.NodeName, Is.EqualTo(NodeName));
    }

    [Test]
    public async Task JoinAsync_JoinedBeforeUnderAnotherName_SaysSo()
    {
        var token = await _cluster.CreateTokenAsync(TimeSpan.FromHours(1));
        await _join.JoinAsync(token.ToString(), NodeName, CancellationToken.None);

        Assert.That(await RefusalAsync(_join, token.ToString(), "other"), Does.Contain($"--node-name {NodeName}"));
    }

    [Test]
    public async Task JoinAsync_JoinedBeforeToAnotherCluster_SaysSo()
    {
        var token = await _cluster.CreateTokenAsync(TimeSpan.FromHours(1));
        await _join.JoinAsync(token.ToString(), NodeName, CancellationToken.None);
        using var other = CertificateAuthority.Create("other", TimeProvider.System);

        Assert.That(
            await RefusalAsync(_join, JoinToken.Create(other.Certificate).ToString(), NodeName), Does.Contain("another cluster"));
    }

    [Test]
    public async Task JoinAsync_PinOfAnotherAuthority_IsRefusedBeforeTheTokenIsSent()
    {
        var token = await _cluster.CreateTokenAsync(TimeSpan.FromHours(1));
        using var other = CertificateAuthority.Create("other", TimeProvider.System);
        var wrong = token with { AuthorityHash = JoinToken.HashOf(other.Certificate) };

        Assert.That(await RefusalAsync(_join, wrong.ToString(), NodeName), Does.Contain("is not the one that the token pins"));
        Assert.That(
            (await _cluster.Cluster.Client.Of<V1CertificateSigningRequest>().ListAsync(null, null, CancellationToken.None)).Items,
            Is.Empty);
        Assert.That(Directory.Exists(_cluster.NodeDirectory), Is.False, "nothing may be kept of a refused join");
    }

    [Test]
    public async Task JoinAsync_ExpiredToken_SaysHowToGetANewOne()
    {
        var token = await _cluster.CreateTokenAsync(-TimeSpan.FromMinutes(1));

        Assert.That(
            await RefusalAsync(_join, token.ToString(), NodeName),
            Does.Contain("wrong or has expired").And.Contain("kube1 token create"));
    }

    [Test]
    public async Task JoinAsync_WrongSecret_SaysHowToGetANewOne()
    {
        var token = await _cluster.CreateTokenAsync(TimeSpan.FromHours(1));
        var wrong = token with { Secret = new string('x', 16) };

        Assert.That(await RefusalAsync(_join, wrong.ToString(), NodeName), Does.Contain("wrong or has expired"));
    }

    [Test]
    public async Task JoinAsync_NoPin_AsksForTheWholeToken()
    {
        var token = JoinToken.Create(null);

        Assert.That(await RefusalAsync(_join, token.ToString(), NodeName), Does.Contain("does not pin the cluster's CA"));
    }

    [TestCase("rubbish")]
    [TestCase("K10abc::aaaaaa.bbbbbbbbbbbbbbbb")]
    public async Task JoinAsync_MalformedToken_NamesTheForm(string text) =>
        Assert.That(await RefusalAsync(_join, text, NodeName), Does.Contain("K10<sha256 of the CA>::<id>.<secret>"));

    [Test]
    public async Task JoinAsync_NoTokenAtTheFirstJoin_AsksForOne() =>
        Assert.That(await RefusalAsync(_join, null, NodeName), Does.StartWith("--token is missing"));

    [Test]
    public async Task JoinAsync_ServerUnreachable_NamesTheAddress()
    {
        using var closed = new ClosedPort();
        var port = closed.Number;
        var token = JoinToken.Create(_cluster.Pki.Authority.Certificate);

        Assert.That(
            await RefusalAsync(JoinTo(new Uri($"https://127.0.0.1:{port}")), token.ToString(), NodeName),
            Does.Contain($"cannot reach https://127.0.0.1:{port}/"));
    }

    [Test]
    public async Task JoinAsync_PortWithoutTls_SaysThatItDoesNotSpeakTls()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = AnswerPlainAsync(listener);
        var server = new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        var token = JoinToken.Create(_cluster.Pki.Authority.Certificate);

        Assert.That(await RefusalAsync(JoinTo(server), token.ToString(), NodeName), Does.Contain("does not speak TLS"));
        await answering;
    }

    private NodeJoin JoinTo(Uri server) => new(server, _cluster.NodeDirectory, "kube1-test/1", TimeProvider.System);

    private static async Task<string> RefusalAsync(NodeJoin join, string? token, string nodeName) =>
        (await Assert.ThrowsAsync<JoinException>(() => join.JoinAsync(token, nodeName, CancellationToken.None)))!.Message;

    private static async Task AnswerPlainAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync();
        var stream = client.GetStream();
        var buffer = new byte[4096];
        // A connection that is closed with bytes unread is reset, and the answer may be lost with it.
        await stream.ReadAtLeastAsync(buffer, 1);
        await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
        try
        {
            while (await stream.ReadAsync(buffer) > 0)
            {
                // Until the client has gone.
            }
        }
        catch (IOException)
        {
            // It has gone without having read all.
        }
    }
}
