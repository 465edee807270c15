using System.Net;
using System.Net.Sockets;
using System.Text;
using Kube1.Client.Streaming;
using Kube1.Testing;

namespace Kube1.Tests.Streaming;

public sealed class UpgradeDialerTests
{
    private TcpListener _listener = null!;

    private Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/exec/abc?x=1&x=2");

    [SetUp]
    public void Listen()
    {
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
    }

    [TearDown]
    public void Stop() => _listener.Dispose();

    [Test, CancelAfter(60_000)]
    public async Task DialAsync_SwitchingProtocols_HandsOutStreamWithEarlyBytes(CancellationToken ct)
    {
        var server = AnswerAsync("HTTP/1.1 101 Switching Protocols\r\nUpgrade: SPDY/3.1\r\n\r\nearly", ct);
        var request = new UpgradeRequest
        {
            Uri = Address,
            Headers = [new("X-Stream-Protocol-Version", "v4.channel.k8s.io")],
        };

        await using var response = await new UpgradeDialer(TimeProvider.System).DialAsync(request, ct);

        var (head, connection) = await server;
        using var _ = connection;
        Assert.That(response.StatusCode, Is.EqualTo(101));
        Assert.That(response.Header("upgrade"), Is.EqualTo("SPDY/3.1"));
        Assert.That(head, Does.StartWith("POST /exec/abc?x=1&x=2 HTTP/1.1\r\n"));
        Assert.That(head, Does.Contain("X-Stream-Protocol-Version: v4.channel.k8s.io\r\n"));
        var buffer = new byte[5];
        await response.Stream!.ReadExactlyAsync(buffer, ct);
        Assert.That(Encoding.ASCII.GetString(buffer), Is.EqualTo("early"));
    }

    [Test, CancelAfter(60_000)]
    public async Task DialAsync_Refused_ReturnsStatusAndBody(CancellationToken ct)
    {
        var server = AnswerAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nno such x", ct);

        await using var response = await new UpgradeDialer(TimeProvider.System)
            .DialAsync(new UpgradeRequest { Uri = Address }, ct);

        using var _ = (await server).Connection;
        Assert.That(response.StatusCode, Is.EqualTo(404));
        Assert.That(response.Stream, Is.Null);
        Assert.That(Encoding.ASCII.GetString(response.Body.Span), Is.EqualTo("no such x"));
    }

    [Test, CancelAfter(60_000)]
    public async Task DialAsync_RefusedInChunks_JoinsTheBody(CancellationToken ct)
    {
        var server = AnswerAsync(
            "HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", ct);

        await using var response = await new UpgradeDialer(TimeProvider.System)
            .DialAsync(new UpgradeRequest { Uri = Address }, ct);

        using var _ = (await server).Connection;
        Assert.That(Encoding.ASCII.GetString(response.Body.Span), Is.EqualTo("abcde"));
    }

    [TestCase("Content-Length: 5\r\n\r\nabcde", "abcde", true)]
    [TestCase("Content-Length: 6\r\n\r\nabcdef", "abcde", false)]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n9\r\nabcdefghi\r\n0\r\n\r\n", "", false)]
    [CancelAfter(60_000)]
    public async Task DialAsync_RefusedAtLength_TellsWhetherTheBodyIsWhole(
        string rest, string body, bool isWhole, CancellationToken ct)
    {
        var server = AnswerAsync("HTTP/1.1 403 No\r\n" + rest, ct);

        await using var response = await new UpgradeDialer(TimeProvider.System)
            .DialAsync(new UpgradeRequest { Uri = Address, MaxRefusalBytes = 5 }, ct);

        using var _ = (await server).Connection;
        Assert.That(Encoding.ASCII.GetString(response.Body.Span), Does.StartWith(body));
        Assert.That(response.IsWhole, Is.EqualTo(isWhole));
    }

    [Test, CancelAfter(60_000)]
    public async Task DialAsync_NoAnswer_IsWaitedForAsLongAsTheRequestSays(CancellationToken ct)
    {
        var time = new ManualTime();
        var patient = new UpgradeDialer(time).DialAsync(
            new UpgradeRequest { Uri = Address, ResponseTimeout = Timeout.InfiniteTimeSpan }, ct);
        using var first = await _listener.AcceptTcpClientAsync(ct);
        await first.GetStream().ReadExactlyAsync(new byte[1], ct);
        time.Advance(TimeSpan.FromHours(1));
        await first.GetStream().WriteAsync("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), ct);
        await using var refused = await patient;
        Assert.That(refused.StatusCode, Is.EqualTo(403));

        var hasty = new UpgradeDialer(time).DialAsync(
            new UpgradeRequest { Uri = Address, ResponseTimeout = TimeSpan.FromMinutes(2) }, ct);
        using var second = await _listener.AcceptTcpClientAsync(ct);
        await second.GetStream().ReadExactlyAsync(new byte[1], ct);
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.That(async () => await hasty, Throws.InstanceOf<IOException>().With.Message.EndsWith("within 120 s"));
    }

    [TestCase("nonsense\r\n\r\n")]
    [TestCase("HTTP/1.1 banana\r\n\r\n")]
    [TestCase("HTTP/1.1 101 OK\r\nno colon\r\n\r\n")]
    [CancelAfter(60_000)]
    public async Task DialAsync_MalformedAnswer_Throws(string answer, CancellationToken ct)
    {
        var server = AnswerAsync(answer, ct);

        var dial = new UpgradeDialer(TimeProvider.System).DialAsync(new UpgradeRequest { Uri = Address }, ct);

        Assert.That(async () => await dial, Throws.InstanceOf<IOException>());
        (await server).Connection.Dispose();
    }

    [Test]
    public void DialAsync_HeaderWithLineBreak_Throws()
    {
        var request = new UpgradeRequest { Uri = Address, Headers = [new("X", "a\r\nEvil: 1")] };

        Assert.That(
            async () => await new UpgradeDialer(TimeProvider.System).DialAsync(request, CancellationToken.None),
            Throws.ArgumentException);
    }

    [Test, CancelAfter(60_000)]
    public void DialAsync_NobodyListens_NamesTheAddress(CancellationToken ct)
    {
        using var closed = new ClosedPort();
        var address = new UriBuilder(Address) { Port = closed.Number }.Uri;

        Assert.That(
            async () => await new UpgradeDialer(TimeProvider.System)
                .DialAsync(new UpgradeRequest { Uri = address }, ct),
            Throws.InstanceOf<IOException>().With.Message.StartsWith($"dial tcp {address.Authority}: "));
    }

    private async Task<(string Head, TcpClient Connection)> AnswerAsync(string answer, CancellationToken ct)
    {
        var client = await _listener.AcceptTcpClientAsync(ct);
        var head = new StringBuilder();
        var buffer = new byte[1024];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await client.GetStream().ReadAsync(buffer, ct);
            head.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer), ct);
        return (head.ToString(), client);
    }
}
