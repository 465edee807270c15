using System.Buffers.Binary;
using Google.Protobuf;
using Kube1.Kubelet.Runtime;

namespace Kube1.Runtimes.Cri.Grpc;

/// <summary>
/// Length-prefixed messages: one flag byte, four bytes of big-endian length, the message
/// (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md).
/// </summary>
internal static class GrpcFrames
{
    public const int HeaderBytes = 5;

    // containerd sends and takes 16 MiB at most; more is a broken peer, not a bigger list.
    public const int MaxMessageBytes = 16 * 1024 * 1024;

    /// <summary>What an announced length is worth before the bytes come.</summary>
    private const int MaxTrustedBytes = 64 * 1024;

    public static byte[] Encode(IMessage message)
    {
        var size = message.CalculateSize();
        if (size > MaxMessageBytes)
        {
            throw new RuntimeException(
                RuntimeErrorCode.ResourceExhausted,
                $"trying to send message larger than max ({size} vs. {MaxMessageBytes})");
        }

        var frame = new byte[HeaderBytes + size];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), size);
        message.WriteTo(frame.AsSpan(HeaderBytes));
        return frame;
    }

    /// <summary>The next message, or default at a clean end of the stream.</summary>
    public static async ValueTask<T?> ReadAsync<T>(Stream stream, MessageParser<T> parser, CancellationToken ct)
        where T : class, IMessage<T>
    {
        var header = new byte[HeaderBytes];
        var got = await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, ct)
            .ConfigureAwait(false);
        if (got == 0)
        {
            return null;
        }

        if (got < HeaderBytes)
        {
            throw new RuntimeException(RuntimeErrorCode.Internal, "the stream ended within a message header");
        }

        if (header[0] != 0)
        {
            throw new RuntimeException(RuntimeErrorCode.Internal, "the message is compressed, which was not asked for");
        }

        var size = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(1));
        if (size > MaxMessageBytes)
        {
            throw new RuntimeException(
                RuntimeErrorCode.ResourceExhausted,
                $"received message larger than max ({size} vs. {MaxMessageBytes})");
        }

        var body = await ReadBodyAsync(stream, (int)size, ct).ConfigureAwait(false);
        try
        {
            return parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new RuntimeException(RuntimeErrorCode.Internal, "the message could not be parsed: " + e.Message, e);
        }
    }

    private static async ValueTask<byte[]> ReadBodyAsync(Stream stream, int size, CancellationToken ct)
    {
        var body = new byte[Math.Min(size, MaxTrustedBytes)];
        var have = 0;
        while (true)
        {
            var got = await stream.ReadAtLeastAsync(body.AsMemory(have), body.Length - have, throwOnEndOfStream: false, ct)
                .ConfigureAwait(false);
            if (have + got < body.Length)
            {
                throw new RuntimeException(RuntimeErrorCode.Internal, "the stream ended within a message");
            }

            have = body.Length;
            if (have == size)
            {
                return body;
            }

            Array.Resize(ref body, (int)Math.Min(size, 2L * have));
        }
    }
}
