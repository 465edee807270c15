using System.Net;
using System.Net.Sockets;
using Kube1.Api.Models;
using Kube1.Kubelet.Probes;
using Kube1.Runtimes.Simulated;
using Kube1.Testing;

namespace Kube1.Tests.Kubelet;

/// <summary>What a failed probe's event says.</summary>
[TestFixture]
internal sealed class ProberTests
{
    private readonly ManualTime _time = new();
    private TcpListener _listener = null!;

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    [SetUp]
    public void SetUp()
    {
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
    }

    [TearDown]
    public void TearDown() => _listener.Dispose();

    [Test]
    public async Task Probe_NobodyListens_IsRefused()
    {
        var port = Port;
        _listener.Stop();

        Assert.That(await ProbeAsync(Http(port)), Is.EqualTo(new ProbeOutcome(
            ProbeResult.Failure, $"Get \"http://127.0.0.1:{port}/healthz\": dial tcp 127.0.0.1:{port}: connect: connection refused")));
        Assert.That(await ProbeAsync(Tcp(port)), Is.EqualTo(new ProbeOutcome(
            ProbeResult.Failure, $"dial tcp 127.0.0.1:{port}: connect: connection refused")));
    }

    [Test, CancelAfter(30_000)]
    public async Task Probe_NoAnswerInTime_IsATimeout(CancellationToken ct)
    {
        var probing = ProbeAsync(Http(Port));
        using var client = await _listener.AcceptTcpClientAsync(ct);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.That(await probing.WaitAsync(ct), Is.EqualTo(new ProbeOutcome(
            ProbeResult.Failure,
            $"Get \"http://127.0.0.1:{Port}/healthz\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)")));
    }

    [Test, CancelAfter(30_000)]
    public async Task Probe_ConnectionClosedWithoutAnAnswer_IsTheEndOfFile(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var serving = CloseAllAsync(stop.Token);
        var outcome = await ProbeAsync(Http(Port)).WaitAsync(ct);
        await stop.CancelAsync();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        Assert.That(outcome.Output, Is.EqualTo($"Get \"http://127.0.0.1:{Port}/healthz\": EOF"));
    }

    /// <summary>Each of them, for .NET's client tries again.</summary>
    private async Task CloseAllAsync(CancellationToken ct)
    {
        while (true)
        {
            using var client = await _listener.AcceptTcpClientAsync(ct);

            // Read first: closing over what was not read would be a reset.
            await client.GetStream().ReadAtLeastAsync(new byte[4096], 16, throwOnEndOfStream: false, ct);
            client.Client.Shutdown(SocketShutdown.Send);
        }
    }

    private async Task<ProbeOutcome> ProbeAsync(V1Probe probe)
    {
        using var prober = new Prober(new SimulatedPodRuntime(_time), _time);
        var pod = NodeFixture.Pod();
        return await prober.ProbeAsync(probe, pod, pod.Spec!.Containers[0], "c1", "127.0.0.1", CancellationToken.None);
    }

    private static V1Probe Http(int port) =>
        new() { HttpGet = new V1HTTPGetAction { Path = "/healthz", Port = port }, TimeoutSeconds = 1 };

    private static V1Probe Tcp(int port) => new() { TcpSocket = new V1TCPSocketAction { Port = port }, TimeoutSeconds = 1 };
}
