using System.Security.Cryptography.X509Certificates;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Informers;
using Kube1.Cluster.Join;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Cluster.Join;

[TestFixture]
public sealed class NodeCertificateRenewalTests
{
    private const string NodeName = "edge-2";

    /// <summary>Only a test that fails waits this long.</summary>
    private const int PatienceMs = 60_000;

    private const int LookEveryMs = 20;

    private JoinableCluster _cluster = null!;
    private NodeCredentials _credentials = null!;

    [SetUp]
    public async Task JoinAsync()
    {
        _cluster = await JoinableCluster.StartAsync();
        var token = await _cluster.CreateTokenAsync(TimeSpan.FromHours(1));
        var join = new NodeJoin(_cluster.Cluster.Address, _cluster.NodeDirectory, "kube1-test/1", TimeProvider.System);
        _credentials = await join.JoinAsync(token.ToString(), NodeName, CancellationToken.None);
    }

    [TearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task RunAsync_NodeGetsItsAddresses_AServingCertificateForThemIsSigned()
    {
        await using var renewal = new Running(_cluster, _credentials, TimeProvider.System);
        Assert.That(_credentials.ServingOrProvisional.Issuer, Is.EqualTo(_credentials.ServingOrProvisional.Subject));

        await AddNodeAsync("192.0.2.7");

        Assert.That(() => _credentials.Serving, Is.Not.Null.After(PatienceMs, LookEveryMs));
        var names = _credentials.Serving!.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Multiple(() =>
        {
            Assert.That(names.EnumerateDnsNames(), Is.EqualTo((string[])[NodeName]));
            Assert.That(names.EnumerateIPAddresses().Select(a => a.ToString()), Is.EqualTo((string[])["192.0.2.7"]));
            Assert.That(_credentials.ServingOrProvisional, Is.SameAs(_credentials.Serving));
            Assert.That(
                NodeCredentials.Load(_cluster.NodeDirectory, TimeProvider.System)!.Serving!.RawData,
                Is.EqualTo(_credentials.Serving.RawData), "a restart finds it on disk");
        });
    }

    [Test]
    public async Task RunAsync_AddressChanges_ANewServingCertificateIsSigned()
    {
        await using var renewal = new Running(_cluster, _credentials, TimeProvider.System);
        var node = await AddNodeAsync("192.0.2.7");
        Assert.That(() => _credentials.Serving, Is.Not.Null.After(PatienceMs, LookEveryMs));
        var first = _credentials.Serving;

        node.Status!.Addresses![0].Address = "192.0.2.8";
        await _cluster.Cluster.Client.Of<V1Node>().UpdateStatusAsync(node, CancellationToken.None);

        Assert.That(() => _credentials.Serving, Is.Not.SameAs(first).After(PatienceMs, LookEveryMs));
        var names = _credentials.Serving!.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.That(names.EnumerateIPAddresses().Select(a => a.ToString()), Is.EqualTo((string[])["192.0.2.8"]));
    }

    [Test]
    public async Task RunAsync_ClientCertificateNearsItsEnd_IsReplacedWithoutARestart()
    {
        var old = _credentials.Client;
        using var client = _credentials.CreateClient(_cluster.Cluster.Address, "kube1-test/1");

        await using var renewal = new Running(_cluster, _credentials, new LaterTime(TimeSpan.FromDays(340)));

        Assert.That(() => _credentials.Client, Is.Not.SameAs(old).After(PatienceMs, LookEveryMs));
        var requests = await _cluster.Cluster.Client.Of<V1CertificateSigningRequest>()
            .ListAsync(null, null, CancellationToken.None);
        Assert.Multiple(() =>
        {
            Assert.That(_credentials.NodeName, Is.EqualTo(NodeName));
            Assert.That(_credentials.Client.SerialNumber, Is.Not.EqualTo(old.SerialNumber));
            Assert.That(requests.Items.Select(r => r.Spec.Username), Does.Contain("system:node:" + NodeName));
            Assert.That(
                NodeCredentials.Load(_cluster.NodeDirectory, TimeProvider.System)!.Client.RawData,
                Is.EqualTo(_credentials.Client.RawData), "a restart finds it on disk");
        });
        await client.Of<V1Node>().CreateAsync(
            new V1Node { Metadata = new V1ObjectMeta { Name = NodeName } }, CancellationToken.None);
    }

    [TestCase(0.7)]
    [TestCase(0.9)]
    public void RenewalTime_OfACertificate_LeavesTheRestOfItsLife(double share)
    {
        using var certificate = _cluster.Pki.IssueClient("somebody");
        var life = certificate.NotAfter - certificate.NotBefore;

        var at = NodeCertificateRenewal.RenewalTime(certificate, share);

        Assert.That(
            certificate.NotAfter.ToUniversalTime() - at.UtcDateTime,
            Is.EqualTo(life * (1 - share)).Within(TimeSpan.FromSeconds(1)));
    }

    private async Task<V1Node> AddNodeAsync(string address)
    {
        var nodes = _cluster.Cluster.Client.Of<V1Node>();
        var node = await nodes.CreateAsync(
            new V1Node { Metadata = new V1ObjectMeta { Name = NodeName } }, CancellationToken.None);
        node.Status = new V1NodeStatus
        {
            Addresses =
            [
                new V1NodeAddress { Type = "InternalIP", Address = address },
                new V1NodeAddress { Type = "Hostname", Address = NodeName },
            ],
        };
        return await nodes.UpdateStatusAsync(node, CancellationToken.None);
    }

    /// <summary>The renewal at work, as the node itself; nodes are watched by the administrator.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly KubeClient _client;
        private readonly Task _task;

        public Running(JoinableCluster cluster, NodeCredentials credentials, TimeProvider time)
        {
            _client = credentials.CreateClient(cluster.Cluster.Address, "kube1-test/1");
            var informers = new InformerSet(cluster.Cluster.Client, TimeProvider.System, NullLoggerFactory.Instance);
            var renewal = new NodeCertificateRenewal(credentials, _client, informers, time, NullLoggerFactory.Instance);
            _task = Task.WhenAll(informers.RunAsync(_stop.Token), renewal.RunAsync(_stop.Token));
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _client.Dispose();
            _stop.Dispose();
        }
    }

    /// <summary>The system's clock, some time ahead.</summary>
    private sealed class LaterTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
