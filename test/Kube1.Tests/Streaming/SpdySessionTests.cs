using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using Kube1.ApiServer.Streaming.Spdy;

namespace Kube1.Tests.Streaming;

public sealed class SpdySessionTests
{
    [Test]
    public void Dictionary_Checksum_IsTheSpecifications()
    {
        uint a = 1, b = 0;
        foreach (var value in SpdyDictionary.Bytes)
        {
            a = (a + value) % 65521;
            b = (b + a) % 65521;
        }

        Assert.That((b << 16) | a, Is.EqualTo(0xe3c6a7c2));
    }

    [Test]
    public void HeaderCodec_ManyBlocks_RoundTrip()
    {
        var sender = new SpdyHeaderCodec();
        var receiver = new SpdyHeaderCodec();
        for (var i = 0; i < 50; i++)
        {
            KeyValuePair<string, string>[] headers = [new("streamtype", "data"), new("port", $"{i}"), new("empty", "")];
            Assert.That(receiver.Decode(sender.Encode(headers)), Is.EqualTo(headers));
        }
    }

    [Test]
    public void HeaderCodec_EveryBlock_EndsWithAnEmptyStoredBlock()
    {
        // Go's inflater gives out nothing before one, and breaks for good when the input ends otherwise.
        var codec = new SpdyHeaderCodec();
        for (var i = 0; i < 3; i++)
        {
            Assert.That(codec.Encode([new("streamtype", "stdout")])[^5..], Is.EqualTo(new byte[] { 0, 0, 0, 0xff, 0xff }));
        }
    }

    [Test, CancelAfter(60_000)]
    public async Task Streams_LargeTransferWithHalfClose_ArrivesWholeBothWays(CancellationToken ct)
    {
        await using var pair = new SessionPair(ct);
        var payload = RandomNumberGenerator.GetBytes(3_000_000);
        var echo = EchoAsync(pair.Server, ct);
        var stream = await pair.Client.OpenAsync([new("streamtype", "data")], ct);

        var received = ReadAllAsync(stream, ct);
        await stream.WriteAsync(payload, ct);
        await stream.CloseWritesAsync(ct);

        Assert.That((await received).AsSpan().SequenceEqual(payload), Is.True);
        await stream.Replied;
        await echo;
    }

    [Test, CancelAfter(60_000)]
    public async Task Write_PeerUsesWindows_WaitsUntilItReads(CancellationToken ct)
    {
        await using var pair = new SessionPair(ct);
        await pair.Server.SendSettingsAsync(1000, ct);
        var stream = await pair.Client.OpenAsync([], ct);
        // The settings are known once a ping sent after them has come back.
        var accepted = await pair.Server.Accepted.ReadAsync(ct);
        await pair.Server.ReplyAsync(accepted, ct);
        await stream.Replied;

        var write = stream.WriteAsync(new byte[5000], ct).AsTask();
        var buffer = new byte[1000];
        var total = 0;
        while (total < 5000)
        {
            total += await accepted.ReadAsync(buffer, ct);
        }

        await write;
        Assert.That(total, Is.EqualTo(5000));
    }

    [Test, CancelAfter(60_000)]
    public async Task Read_PeerEndsSession_ThrowsAfterTheDataBefore(CancellationToken ct)
    {
        await using var pair = new SessionPair(ct);
        var stream = await pair.Client.OpenAsync([], ct);
        var accepted = await pair.Server.Accepted.ReadAsync(ct);
        await accepted.WriteAsync("last words"u8.ToArray(), ct);
        await pair.Server.DisposeAsync();

        var buffer = new byte[100];
        var count = await stream.ReadAsync(buffer, ct);

        Assert.That(Encoding.ASCII.GetString(buffer, 0, count), Is.EqualTo("last words"));
        Assert.That(async () => await stream.ReadAsync(buffer, ct), Throws.InstanceOf<IOException>());
    }

    [Test, CancelAfter(120_000)]
    public async Task Run_RandomBytes_EndsWithAnErrorOrTheEnd(CancellationToken ct)
    {
        var random = new Random(20261122);
        for (var round = 0; round < 500; round++)
        {
            var bytes = new byte[random.Next(0, 200)];
            random.NextBytes(bytes);
            if (bytes.Length >= 8 && round % 2 == 0)
            {
                // A plausible control frame, so that its payload is reached.
                (bytes[0], bytes[1], bytes[2], bytes[3]) = (0x80, 3, 0, (byte)random.Next(0, 11));
                (bytes[4], bytes[5], bytes[6], bytes[7]) = (0, 0, 0, (byte)(bytes.Length - 8));
            }

            await using var session = new SpdySession(new Loop(bytes), isServer: round % 3 == 0);
            try
            {
                await session.RunAsync(ct);
            }
            catch (SpdyException e)
            {
                Assert.That(e.Message, Is.Not.Empty);
            }
        }
    }

    private static async Task EchoAsync(SpdySession server, CancellationToken ct)
    {
        var stream = await server.Accepted.ReadAsync(ct);
        await server.ReplyAsync(stream, ct);
        var buffer = new byte[8192];
        while (await stream.ReadAsync(buffer, ct) is var count and > 0)
        {
            await stream.WriteAsync(buffer.AsMemory(0, count), ct);
        }

        await stream.CloseWritesAsync(ct);
    }

    private static async Task<byte[]> ReadAllAsync(SpdyStream stream, CancellationToken ct)
    {
        var all = new MemoryStream();
        var buffer = new byte[8192];
        while (await stream.ReadAsync(buffer, ct) is var count and > 0)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    /// <summary>A transport that gives some bytes and swallows what is written.</summary>
    private sealed class Loop(byte[] input) : MemoryStream(input, writable: false)
    {
        public override ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.CompletedTask;
    }
}

/// <summary>Two sessions joined in memory; both run, unless whoever is tested runs the client itself.</summary>
internal sealed class SessionPair : IAsyncDisposable
{
    private readonly Task _clientRun;
    private readonly Task _serverRun;

    public SessionPair(CancellationToken ct, bool runClient = true)
    {
        var forth = new Pipe();
        var back = new Pipe();
        Client = new SpdySession(new PipeDuplex(back.Reader, forth.Writer), isServer: false);
        Server = new SpdySession(new PipeDuplex(forth.Reader, back.Writer), isServer: true);
        _clientRun = runClient ? Client.RunAsync(ct) : Task.CompletedTask;
        _serverRun = Server.RunAsync(ct);
    }

    public SpdySession Client { get; }

    public SpdySession Server { get; }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
        foreach (var run in new[] { _clientRun, _serverRun })
        {
            try
            {
                await run;
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                // Its transport was closed under it.
            }
        }
    }
}

/// <summary>One end of two pipes as a stream.</summary>
internal sealed class PipeDuplex(PipeReader reader, PipeWriter writer) : Stream
{
    private readonly Stream _in = reader.AsStream();
    private readonly Stream _out = writer.AsStream();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _in.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _out.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => _out.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _out.Dispose(); // completes the writer: the other end reads to the end
        }

        base.Dispose(disposing);
    }
}
