using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads;

/// <summary>port-forward with the real kubectl.</summary>
[TestFixture("websocket")]
[TestFixture("spdy")]
[NonParallelizable]
public sealed partial class PortForwardTests(string transport)
{
    private const int LargeBytes = 20_000_000;
    private const int Connections = 20;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly StreamTransport _kubectl = new(transport);
    private TestNamespace _space = null!;

    [OneTimeSetUp]
    public async Task CreatePodAsync()
    {
        _space = await WorkloadCluster.NamespaceAsync("ports-" + transport);
        await _space.KubectlAsync("run", "web", "--image=web:v1", "--port=80");
        await _space.KubectlAsync("expose", "pod", "web", "--port=8080", "--target-port=80");
        await _space.KubectlAsync("wait", "pod/web", "--for=condition=Ready", "--timeout=60s");
        await _space.UntilEndpointsAsync("web", 1);
        await _space.UntilServedAsync("web");
    }

    [OneTimeTearDown]
    public async Task DeletePodAsync()
    {
        if (_space is not null)
        {
            await _space.DisposeAsync();
        }
    }

    [TestCase("pod/web", ":80")]
    [TestCase("service/web", ":8080")]
    public async Task PortForward_ManyConnectionsAtOnce_AllAreAnswered(string target, string port)
    {
        await using var forward = _kubectl.Start(_space, "port-forward", target, port);
        var address = await AddressAsync(forward);
        var answers = await Task.WhenAll(Enumerable.Range(0, Connections)
            .Select(_ => ServiceCaller.GetAsync(new($"http://{address}/version"))));
        var later = await ServiceCaller.GetAsync(new($"http://{address}/cgi-bin/hostname"));
        Assert.That(answers, Is.All.EqualTo("v1"));
        Assert.That(later, Is.EqualTo("web"));
    }

    [Test]
    public async Task PortForward_LargeTransfers_ArriveWholeBothWays()
    {
        await _space.KubectlAsync("exec", "web", "--", "dd", "if=/dev/urandom", "of=/www/large", "bs=1000000", "count=20");
        var expected = (await _space.KubectlAsync("exec", "web", "--", "sha256sum", "/www/large")).Split(' ')[0];
        await using var receiver = _kubectl.Start(
            _space, "exec", "web", "--", "sh", "-c",
            // Port 9000, in hexadecimal, of a socket that listens.
            "(until cat /proc/net/tcp* | grep -q ':2328 0*:0000 0A'; do sleep 0.1; done; echo ready) & nc -l -p 9000 | sha256sum");
        Assert.That(await receiver.ReadLineAsync(), Is.EqualTo("ready"));
        await using var forward = _kubectl.Start(_space, "port-forward", "pod/web", ":80", ":9000");
        var (web, sink) = (await AddressAsync(forward), await AddressAsync(forward));
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Limit };
        var received = await client.GetByteArrayAsync(new Uri($"http://{web}/large"));
        var sent = RandomNumberGenerator.GetBytes(LargeBytes);
        await SendAsync(sink, sent);
        Assert.Multiple(() =>
        {
            Assert.That(Convert.ToHexStringLower(SHA256.HashData(received)), Is.EqualTo(expected));
            Assert.That(received, Has.Length.EqualTo(LargeBytes));
        });
        Assert.That(await receiver.ReadLineAsync(), Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(sent)) + "  -"));
    }

    [Test]
    public async Task PortForward_ToAClosedPort_SaysSo()
    {
        await using var forward = _kubectl.Start(_space, "port-forward", "pod/web", ":81");
        var address = await AddressAsync(forward);
        Assert.That(
            async () => await ServiceCaller.GetAsync(new($"http://{address}/")), Throws.InstanceOf<HttpRequestException>());
        var end = await forward.EndAsync();
        Assert.Multiple(() =>
        {
            Assert.That(end.Errors, Does.Match("error forwarding port 81 to pod .*connection refused"));
            Assert.That(end.Errors, Does.Contain("error: lost connection to pod"));
            Assert.That(end.ExitCode, Is.EqualTo(1));
        });
    }

    [Test]
    public async Task PortForward_PodDeleted_EndsTheForward()
    {
        await _space.KubectlAsync("run", "short", "--image=web:v1", "--port=80");
        await _space.KubectlAsync("wait", "pod/short", "--for=condition=Ready", "--timeout=60s");
        await ServiceCaller.UntilAnswersAsync(new($"http://{await _space.GetAsync("pod/short", "{.status.podIP}")}/version"));
        await using var forward = _kubectl.Start(_space, "port-forward", "pod/short", ":80");
        var address = await AddressAsync(forward);
        Assert.That(await ServiceCaller.GetAsync(new($"http://{address}/version")), Is.EqualTo("v1"));
        await _space.KubectlAsync("delete", "pod", "short", "--grace-period=1");
        Assert.That(
            async () => await ServiceCaller.GetAsync(new($"http://{address}/version")), Throws.InstanceOf<HttpRequestException>());
        Assert.That((await forward.EndAsync()).ExitCode, Is.EqualTo(1));
    }

    [Test]
    public async Task PortForward_PodThatDoesNotRun_IsRefused()
    {
        await _space.KubectlAsync("run", "stuck", "--image=127.0.0.1:1/none:v1");
        var result = await _kubectl.RunAsync(_space, null, "port-forward", "pod/stuck", ":80");
        Assert.That(result.Errors, Is.EqualTo("error: unable to forward port because pod is not running. Current status=Pending\n"));
    }

    private static async Task<string> AddressAsync(RunningProgram forward)
    {
        while (await forward.ReadLineAsync() is { } line)
        {
            if (ListenAddress().Match(line) is { Success: true } found)
            {
                return found.Value;
            }
        }

        throw new AssertionException($"kubectl does not forward: {forward.Errors}");
    }

    private static async Task SendAsync(string address, byte[] bytes)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        using var client = new TcpClient();
        await client.ConnectAsync(System.Net.IPEndPoint.Parse(address), limit.Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync(bytes, limit.Token);
        client.Client.Shutdown(SocketShutdown.Send);
        // The other side closes when it has everything.
        Assert.That(await stream.ReadAsync(new byte[1], limit.Token), Is.Zero);
    }

    [GeneratedRegex(@"127\.0\.0\.1:\d+")]
    private static partial Regex ListenAddress();
}
