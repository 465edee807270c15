using Kube1.ApiServer;
using Kube1.Tests.ApiServer;
using Kube1.Tests.Fuzzing;
using Microsoft.AspNetCore.Http;

namespace Kube1.Tests.Streaming;

/// <summary>
/// Clients that ask for streams and never read: each is cut off, and what is held for it is bounded. Those that need no
/// kubelet wait together.
/// </summary>
public sealed class UnreadStreamTests
{
    /// <summary>
    /// What the way from a kubelet to a client may hold: the buffers of four sockets, which kernels let grow to 4 and 32 MiB, and
    /// some tens of KiB in between.
    /// </summary>
    private const long WayBytes = 96 * 1024 * 1024;

    /// <summary>A write that takes so long waits for somebody.</summary>
    private static readonly TimeSpan HeldUpAfter = TimeSpan.FromMilliseconds(500);

    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";

    private const string Watch =
        ConfigMaps + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";

    private const int FatMaps = 12;

    private const int FatMapBytes = 900_000;

    private ProxiedCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await ProxiedCluster.StartAsync(connections: new ConnectionLimits
        {
            MinResponseBytesPerSecond = 10_000_000,
            ResponseGrace = TimeSpan.FromSeconds(1.1),
        });
        var fat = new string('x', FatMapBytes);
        for (var i = 0; i < FatMaps; i++)
        {
            await _cluster.PutInPlaceAsync("POST", ConfigMaps, ApiTestClient.ConfigMap($"fat{i}", fat));
        }
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [TearDown]
    public async Task ServerStillAnswers()
    {
        var (code, _) = await _cluster.Http.SendAsync("GET", ProxiedCluster.Pods + "/web");
        Assert.That(code, Is.EqualTo(200));
    }

    [Test, Parallelizable, CancelAfter(60_000)]
    public async Task Watch_NeverRead_IsCutOff(CancellationToken ct)
    {
        await using var client = await RawClient.ConnectAsync(_cluster.Cluster);
        await client.SendAsync($"GET /{Watch} HTTP/1.1\r\nHost: a\r\n\r\n");

        await client.WaitUntilBrokenAsync(ct);
    }

    [Test, Parallelizable, CancelAfter(60_000)]
    public async Task WatchByWebSocket_NeverRead_IsCutOff(CancellationToken ct)
    {
        await using var socket = await RawWebSocket.OpenAsync(_cluster.Cluster, Watch, null, ct);

        await socket.Client.WaitUntilBrokenAsync(ct);
    }

    [Test, Parallelizable, CancelAfter(60_000)]
    public async Task WatchOverHttp2_NeverRead_IsCutOff(CancellationToken ct)
    {
        await using var client = await RawClient.ConnectAsync(_cluster.Cluster, http2: true);
        await client.PrefaceAsync(window: 0);
        await client.SendAsync(RawClient.Get(1, "/" + Watch));

        Assert.That(await client.ReadUntilCutOffAsync(ct), Is.AnyOf(RawClient.ResetStream, RawClient.GoAway));
    }

    // Alone, as what it measures is all that the process holds.
    [Test, NonParallelizable, CancelAfter(60_000)]
    public async Task Watches_ManyNeverRead_HoldLittleOfTheState(CancellationToken ct)
    {
        const int watchers = 30;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clients = await Task.WhenAll(Enumerable.Range(0, watchers).Select(_ => RawClient.ConnectAsync(_cluster.Cluster)));
        var broken = Task.WhenAll(clients.Select(async client =>
        {
            await client.SendAsync($"GET /{Watch} HTTP/1.1\r\nHost: a\r\n\r\n");
            await client.WaitUntilBrokenAsync(ct);
        }));
        var most = 0L;
        while (!broken.IsCompleted)
        {
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false) - before);
            await Task.WhenAny(broken, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, ct));
        }

        await broken;
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        // Less than half of what a server that takes everything at once would hold.
        Assert.That(most, Is.LessThan(watchers * (long)FatMaps * FatMapBytes / 2));
    }

    [Test, CancelAfter(60_000)]
    public async Task LogFollow_NeverRead_KubeletIsHeldUpAndClientIsCutOff(CancellationToken ct)
    {
        var (heldUp, gone) = Flood(context => Task.FromResult(context.Response.Body), ct);
        await using var client = await RawClient.ConnectAsync(_cluster.Cluster);
        await client.SendAsync($"GET /{ProxiedCluster.Pods}/web/log?container=a&follow=true HTTP/1.1\r\nHost: a\r\n\r\n");

        Assert.That(await heldUp.WaitAsync(ct), Is.LessThan(WayBytes));
        await client.WaitUntilBrokenAsync(ct);
        await gone.WaitAsync(ct);
    }

    [CancelAfter(60_000)]
    [TestCase("exec?container=a&command=yes&stdout=true", "v5.channel.k8s.io")]
    [TestCase("exec?container=a&command=yes&stdout=true", "v4.base64.channel.k8s.io")]
    [TestCase("portforward?ports=80", "SPDY/3.1+portforward.k8s.io")]
    public async Task Stream_NeverRead_KubeletIsHeldUpAndClientIsCutOff(string path, string protocol, CancellationToken ct)
    {
        var (heldUp, gone) = Flood(SpdyBackends.UpgradeAsync, ct);
        await using var socket = await RawWebSocket.OpenAsync(_cluster.Cluster, $"{ProxiedCluster.Pods}/web/{path}", protocol, ct);

        Assert.That(await heldUp.WaitAsync(ct), Is.LessThan(WayBytes));
        await socket.Client.WaitUntilBrokenAsync(ct);
        await gone.WaitAsync(ct);
    }

    [Test, Parallelizable, CancelAfter(60_000)]
    public async Task Pings_AnswersNeverRead_AreCutOff(CancellationToken ct)
    {
        await using var socket = await RawWebSocket.OpenAsync(_cluster.Cluster, ProxiedCluster.Pods + "?watch=true&resourceVersion=0", null, ct);
        var pings = Enumerable.Repeat(RawWebSocket.Frame(RawWebSocket.Fin | RawWebSocket.Ping, new byte[125]), 1000)
            .SelectMany(frame => frame).ToArray();

        Assert.That(
            async () =>
            {
                while (true)
                {
                    await socket.Client.SendAsync(pings).WaitAsync(ct);
                }
            },
            Throws.InstanceOf<IOException>());
    }

    /// <summary>
    /// A kubelet that writes for ever: how much it had written when it was first held up (or, on a machine too busy to see
    /// that, when it was left), and when it was left.
    /// </summary>
    private (Task<long> HeldUp, Task Gone) Flood(Func<HttpContext, Task<Stream>> open, CancellationToken ct)
    {
        var heldUp = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // A frame of the stream that the API server opens second, stdout; to all else it is so many bytes.
        var frame = new byte[16 * 1024];
        (frame[3], frame[6], frame[7]) = (3, (byte)((frame.Length - 8) >> 8), (byte)(frame.Length - 8));
        _cluster.Backend.Handle = async context =>
        {
            context.RequestAborted.Register(() => gone.TrySetResult());
            var stream = await open(context);
            var sent = 0L;
            try
            {
                for (; !context.RequestAborted.IsCancellationRequested; sent += frame.Length)
                {
                    if (sent > WayBytes)
                    {
                        heldUp.TrySetResult(sent);
                    }

                    var write = stream.WriteAsync(frame, context.RequestAborted).AsTask();
                    if (await Task.WhenAny(write, Task.Delay(HeldUpAfter, TimeProvider.System, ct)) != write)
                    {
                        heldUp.TrySetResult(sent);
                    }

                    await write;
                }
            }
            finally
            {
                heldUp.TrySetResult(sent);
            }
        };
        return (heldUp.Task, gone.Task);
    }
}
