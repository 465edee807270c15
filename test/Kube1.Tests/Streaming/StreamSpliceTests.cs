using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Kube1.Client.Streaming;

namespace Kube1.Tests.Streaming;

public sealed class StreamSpliceTests
{
    [Test, CancelAfter(60_000)]
    public async Task RunAsync_LargeTransferBothWays_ArrivesWhole(CancellationToken ct)
    {
        var (client, left) = await ConnectedPairAsync(ct);
        var (right, server) = await ConnectedPairAsync(ct);
        var splice = new StreamSplice(TimeProvider.System).RunAsync(left, right, ct);
        var forth = RandomNumberGenerator.GetBytes(3_000_000);
        var back = RandomNumberGenerator.GetBytes(2_000_000);

        var received = await Task.WhenAll(
            SendAndReceiveAsync(client, forth, back.Length, ct), SendAndReceiveAsync(server, back, forth.Length, ct));

        Assert.That(received[0].AsSpan().SequenceEqual(back), Is.True);
        Assert.That(received[1].AsSpan().SequenceEqual(forth), Is.True);
        Assert.That(await splice, Is.EqualTo(new SpliceResult(forth.Length, back.Length)));
        await DisposeAsync(client, left, right, server);
    }

    [Test, CancelAfter(60_000)]
    public async Task RunAsync_OneSideCompletesWrites_OtherDirectionGoesOn(CancellationToken ct)
    {
        var (client, left) = await ConnectedPairAsync(ct);
        var (right, server) = await ConnectedPairAsync(ct);
        var splice = new StreamSplice(TimeProvider.System).RunAsync(left, right, ct);

        await client.WriteAsync("question"u8.ToArray(), ct);
        await client.CompleteWritesAsync(ct);
        var question = await ReadToEndAsync(server, ct);
        await server.WriteAsync(Encoding.ASCII.GetBytes("answer to " + question), ct);
        await server.CompleteWritesAsync(ct);

        Assert.That(await ReadToEndAsync(client, ct), Is.EqualTo("answer to question"));
        await splice;
        await DisposeAsync(client, left, right, server);
    }

    [Test, CancelAfter(60_000)]
    public async Task RunAsync_ClientCloses_ServerSeesTheEnd(CancellationToken ct)
    {
        var (client, left) = await ConnectedPairAsync(ct);
        var (right, server) = await ConnectedPairAsync(ct);
        var splice = new StreamSplice(TimeProvider.System).RunAsync(left, right, ct);

        await client.DisposeAsync();
        Assert.That(await ReadToEndAsync(server, ct), Is.Empty);
        await server.DisposeAsync();

        await splice;
        await DisposeAsync(left, right);
    }

    private static async Task<byte[]> SendAndReceiveAsync(
        ConnectionStream stream, byte[] payload, int expect, CancellationToken ct)
    {
        var received = new byte[expect];
        var read = stream.ReadExactlyAsync(received, ct).AsTask();
        await stream.WriteAsync(payload, ct);
        await stream.CompleteWritesAsync(ct);
        await read;
        Assert.That(await stream.ReadAsync(new byte[1], ct), Is.Zero);
        return received;
    }

    private static async Task<string> ReadToEndAsync(Stream stream, CancellationToken ct)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        return await reader.ReadToEndAsync(ct);
    }

    private static async Task DisposeAsync(params Stream[] streams)
    {
        foreach (var stream in streams)
        {
            await stream.DisposeAsync();
        }
    }

    private static async Task<(ConnectionStream, ConnectionStream)> ConnectedPairAsync(CancellationToken ct)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var uri = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        var accept = listener.AcceptSocketAsync(ct);
        var dialed = await new UpgradeDialer(TimeProvider.System).ConnectAsync(new UpgradeRequest { Uri = uri }, ct);
        var socket = await accept;
        return (dialed, new ConnectionStream(socket, new NetworkStream(socket, ownsSocket: false)));
    }
}
