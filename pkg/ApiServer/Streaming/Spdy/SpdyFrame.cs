using System.Buffers.Binary;

namespace Kube1.ApiServer.Streaming.Spdy;

/// <summary>Types of control frames (SPDY/3.1 section 2.6).</summary>
internal enum SpdyFrameType
{
    SynStream = 1,
    SynReply = 2,
    RstStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    Headers = 8,
    WindowUpdate = 9,
}

/// <summary>The eight bytes before every frame's payload.</summary>
internal readonly record struct SpdyFrameHeader(
    bool IsControl, SpdyFrameType Type, int StreamId, byte Flags, int Length)
{
    public const int Bytes = 8;
    public const byte FlagFin = 1;
    public const int Version = 3;

    public bool Fin => (Flags & FlagFin) != 0;

    /// <exception cref="SpdyException">It is a control frame of another version.</exception>
    public static SpdyFrameHeader Parse(ReadOnlySpan<byte> bytes)
    {
        var first = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var second = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        var flags = (byte)(second >> 24);
        var length = (int)(second & 0xffffff);
        if (first >> 31 == 0)
        {
            return new(false, default, (int)first, flags, length);
        }

        var version = (first >> 16) & 0x7fff;
        return version == Version
            ? new(true, (SpdyFrameType)(first & 0xffff), 0, flags, length)
            : throw new SpdyException($"a control frame has version {version} instead of {Version}");
    }

    public static byte[] Control(SpdyFrameType type, byte flags, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[Bytes + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, 0x80000000u | (Version << 16) | (uint)type);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), ((uint)flags << 24) | (uint)payload.Length);
        payload.CopyTo(frame.AsSpan(Bytes));
        return frame;
    }

    public static void WriteData(Span<byte> header, int streamId, bool fin, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(header, streamId);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], (fin ? 1u << 24 : 0) | (uint)length);
    }
}
