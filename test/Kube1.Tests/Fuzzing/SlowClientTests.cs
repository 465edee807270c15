using System.Net.Sockets;
using Kube1.ApiServer;
using Kube1.Testing;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Fuzzing;

/// <summary>
/// Clients that stall, lie or flood, against limits of seconds: each is cut off, or costs no more than its connection, and
/// the server answers others meanwhile. A limit that a busy machine might keep an honest client from keeping, only the
/// server of its own test has.
/// </summary>
public sealed class SlowClientTests
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    private static readonly ConnectionLimits Tight = new()
    {
        MinResponseBytesPerSecond = 10_000_000,
        ResponseGrace = TimeSpan.FromSeconds(1.5),
    };

    private TestCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _cluster = await StartAsync(Tight);
        var fat = new string('x', 900_000);
        for (var i = 0; i < 12; i++)
        {
            var (code, _) = await _cluster.Http.SendAsync("POST", ConfigMaps[1..], ApiTestClient.ConfigMap($"fat{i}", fat));
            Assert.That(code, Is.EqualTo(201));
        }
    }

    [OneTimeTearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [TearDown]
    public async Task ServerStillAnswers()
    {
        using var response = await _cluster.HttpsFor().GetAsync("readyz");
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
    }

    [Test, CancelAfter(60_000)]
    public async Task Handshake_NeverBegun_IsCutOff(CancellationToken ct)
    {
        await using var cluster = await StartAsync(Tight with { Handshake = TimeSpan.FromSeconds(1) });
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", cluster.Server.Port, ct);

        Assert.That(await client.GetStream().ReadAsync(new byte[1], ct), Is.Zero);
    }

    [CancelAfter(60_000)]
    [TestCase("GET /api/v1/po", TestName = "Head_HalfALine_IsCutOff")]
    [TestCase("GET /version HTTP/1.1\r\nHost: a\r\nX-Half: ", TestName = "Head_HalfAHeader_IsCutOff")]
    public async Task Head_Stalls_IsCutOff(string half, CancellationToken ct)
    {
        await using var cluster = await StartAsync(Tight with { RequestHead = TimeSpan.FromSeconds(1) });
        await using var client = await RawClient.ConnectAsync(cluster);
        await client.SendAsync(half);

        Assert.That(await client.ReadToEndAsync(ct), Does.StartWith("HTTP/1.1 408 "));
    }

    [Test, CancelAfter(60_000)]
    public async Task Connection_Idle_IsClosed(CancellationToken ct)
    {
        await using var cluster = await StartAsync(Tight with { Idle = TimeSpan.FromSeconds(5) });
        await using var client = await RawClient.ConnectAsync(cluster);
        await client.SendAsync("GET /version HTTP/1.1\r\nHost: a\r\n\r\n");

        Assert.That(await client.ReadToEndAsync(ct), Does.StartWith("HTTP/1.1 200 "));
    }

    [CancelAfter(60_000)]
    [TestCase("Content-Length: 3000000\r\n\r\n{\"kind\":")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n8\r\n{\"kind\":\r\n")]
    public async Task Body_Stalls_TimesOutAsUpstream(string rest, CancellationToken ct)
    {
        await using var client = await RawClient.ConnectAsync(_cluster);
        await client.SendAsync($"POST {ConfigMaps} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{rest}");
        var answer = client.ReadToEndAsync(ct);
        while (!answer.IsCompleted)
        {
            _cluster.Time.Advance(Tight.RequestBody);
            await Task.WhenAny(answer, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, ct));
        }

        Assert.That(await answer, Does.StartWith("HTTP/1.1 504 ")
            .And.Contain("Timeout: request did not complete within the allotted timeout"));
    }

    [CancelAfter(60_000)]
    [TestCase("Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}\r\n0\r\n\r\n")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n2\r\n{}xx0\r\n\r\n")]
    [TestCase("Content-Length: -1\r\n\r\n{}")]
    [TestCase("Content-Length: 99999999999999999999\r\n\r\n{}")]
    [TestCase("Content-Length: 4000000\r\n\r\n{}")]
    [TestCase("Transfer-Encoding: gzip, gzip\r\n\r\n{}")]
    public async Task Body_BreaksTheProtocol_IsTheClientsFault(string rest, CancellationToken ct)
    {
        await using var client = await RawClient.ConnectAsync(_cluster);
        await client.SendAsync($"POST {ConfigMaps} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{rest}");

        Assert.That(await client.ReadToEndAsync(ct), Does.StartWith("HTTP/1.1 4"));
    }

    [Test, CancelAfter(60_000)]
    public async Task List_NeverRead_IsCutOff(CancellationToken ct)
    {
        await using var client = await RawClient.ConnectAsync(_cluster);
        await client.SendAsync($"GET {ConfigMaps} HTTP/1.1\r\nHost: a\r\n\r\n");

        await client.WaitUntilBrokenAsync(ct);
    }

    [Test, CancelAfter(60_000)]
    public async Task ListOverHttp2_WindowZero_IsCutOff(CancellationToken ct)
    {
        await using var client = await RawClient.ConnectAsync(_cluster, http2: true);
        await client.PrefaceAsync(window: 0);
        await client.SendAsync(RawClient.Get(1, ConfigMaps));

        Assert.That(await client.ReadUntilCutOffAsync(ct), Is.AnyOf(RawClient.ResetStream, RawClient.GoAway));
    }

    [CancelAfter(60_000)]
    [TestCase(RawClient.Settings, TestName = "Http2_SettingsFlood_ServerStaysWell")]
    [TestCase(RawClient.Ping, TestName = "Http2_PingFlood_ServerStaysWell")]
    [TestCase(RawClient.ResetStream, TestName = "Http2_RapidReset_ServerStaysWell")]
    public async Task Http2_Flood_ServerStaysWell(byte kind, CancellationToken ct)
    {
        await using var client = await RawClient.ConnectAsync(_cluster, http2: true);
        await client.PrefaceAsync(window: 1000);
        var flood = FloodAsync(client, kind, ct);

        // The server closes it, or stops to read from a client that takes no answers: never more than this.
        await Task.WhenAny(flood, Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, ct));
        using var others = await _cluster.HttpsFor().GetAsync("version", ct);
        Assert.That((int)others.StatusCode, Is.EqualTo(200));
        await client.DisposeAsync();
        await flood;
    }

    private static Task<TestCluster> StartAsync(ConnectionLimits limits) => TestCluster.StartAsync(new TestClusterOptions
    {
        Listen = true,
        Configure = o => o with { Connections = limits },
    });

    private static async Task FloodAsync(RawClient client, byte kind, CancellationToken ct)
    {
        try
        {
            for (var stream = 1; stream < 20_000 && !ct.IsCancellationRequested; stream += 2)
            {
                await client.SendAsync(kind switch
                {
                    RawClient.Settings => RawClient.Frame(kind, 0, 0, []),
                    RawClient.Ping => RawClient.Frame(kind, 0, 0, new byte[8]),
                    _ => [.. RawClient.Get(stream, "/version"), .. RawClient.Frame(kind, 0, stream, [0, 0, 0, 8])],
                });
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Cut off by the server, or left by the test.
        }
    }
}
