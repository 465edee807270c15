using System.Buffers.Binary;
using Kube1.Testing;
using Kube1.Tests.Fuzzing;

namespace Kube1.Tests.Streaming;

/// <summary>A WebSocket (RFC 6455) of which the test chooses every byte.</summary>
internal sealed class RawWebSocket(RawClient client) : IAsyncDisposable
{
    public const byte Continuation = 0x0;
    public const byte Text = 0x1;
    public const byte Binary = 0x2;
    public const byte Close = 0x8;
    public const byte Ping = 0x9;
    public const byte Pong = 0xA;

    /// <summary>The first byte of a frame that ends its message.</summary>
    public const byte Fin = 0x80;

    private const byte Masked = 0x80;

    private static readonly byte[] Mask = [1, 2, 3, 4];

    public RawClient Client => client;

    public static async Task<RawWebSocket> OpenAsync(TestCluster cluster, string path, string? protocol, CancellationToken ct)
    {
        var client = await RawClient.ConnectAsync(cluster);
        await client.SendAsync(
            $"GET /{path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            + (protocol is null ? "\r\n" : $"Sec-WebSocket-Protocol: {protocol}\r\n\r\n"));
        Assert.That(await client.ReadHeadAsync(ct), Does.StartWith("HTTP/1.1 101 "));
        return new RawWebSocket(client);
    }

    /// <summary>
    /// A frame as a client sends it: masked, its length in as few bytes as will do. <paramref name="claimed"/> is a length
    /// that it claims to have instead.
    /// </summary>
    public static byte[] Frame(int first, byte[] payload, bool isMasked = true, ulong? claimed = null)
    {
        var length = claimed ?? (ulong)payload.Length;
        var head = new byte[10];
        head[0] = (byte)first;
        var headBytes = length switch
        {
            <= 125 => 2,
            <= ushort.MaxValue => 4,
            _ => 10,
        };
        head[1] = (byte)(headBytes == 2 ? (int)length : headBytes == 4 ? 126 : 127);
        if (headBytes == 4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), (ushort)length);
        }
        else if (headBytes == 10)
        {
            BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(2), length);
        }

        if (!isMasked)
        {
            return [.. head.AsSpan(0, headBytes), .. payload];
        }

        head[1] |= Masked;
        return [.. head.AsSpan(0, headBytes), .. Mask, .. payload.Select((value, i) => (byte)(value ^ Mask[i % 4]))];
    }

    /// <summary>The next frame of the server; null when it has closed the connection.</summary>
    public async Task<(int Opcode, byte[] Payload)?> ReadFrameAsync(CancellationToken ct)
    {
        if (await client.ReadAsync(2, ct) is not [var first, var second])
        {
            return null;
        }

        var length = second switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(await client.ReadAsync(2, ct)),
            127 => (int)BinaryPrimitives.ReadUInt64BigEndian(await client.ReadAsync(8, ct)),
            _ => second,
        };
        return (first & 0xF, length == 0 ? [] : await client.ReadAsync(length, ct));
    }

    /// <summary>All frames until the server closes the connection; its goodbye is answered.</summary>
    public async Task<List<(int Opcode, byte[] Payload)>> ReadToEndAsync(CancellationToken ct)
    {
        var frames = new List<(int Opcode, byte[] Payload)>();
        while (await ReadFrameAsync(ct) is { } frame)
        {
            frames.Add(frame);
            if (frame.Opcode == Close)
            {
                await AnswerAsync(frame.Payload);
            }
        }

        return frames;
    }

    private async Task AnswerAsync(byte[] payload)
    {
        try
        {
            await client.SendAsync(Frame(Fin | Close, payload));
        }
        catch (IOException)
        {
            // A server that ends a broken connection waits for no answer.
        }
    }

    public ValueTask DisposeAsync() => client.DisposeAsync();
}
