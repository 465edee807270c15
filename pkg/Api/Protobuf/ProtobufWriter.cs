using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Kube1.Api.Protobuf;

/// <summary>
/// Writes the protobuf wire format into one growing array of the shared pool. The length of a message is written when it
/// ends: one byte is kept free for it, and the message moves up when it takes more.
/// https://protobuf.dev/programming-guides/encoding/
/// </summary>
internal sealed class ProtobufWriter : IDisposable
{
    private const int InitialBytes = 4 * 1024;
    private const int MaxVarintBytes = 10;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(InitialBytes);

    /// <summary>How much was written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>The same, for writing it on.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    /// <summary>How many bytes a number takes.</summary>
    public static int VarintSize(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    /// <summary>Forgets what was written.</summary>
    public void Clear() => Length = 0;

    public void Dispose()
    {
        var bytes = _bytes;
        _bytes = [];
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    public void WriteTag(int number, int wire) => WriteVarint(((ulong)number << 3) | (uint)wire);

    public void WriteVarint(ulong value) => Length += Put(Reserve(MaxVarintBytes), value);

    public void WriteNumber(int number, long value)
    {
        WriteTag(number, ProtobufReader.Varint);
        WriteVarint((ulong)value);
    }

    public void WriteDouble(int number, double value)
    {
        WriteTag(number, ProtobufReader.Fixed64);
        BinaryPrimitives.WriteDoubleLittleEndian(Reserve(sizeof(double)), value);
        Length += sizeof(double);
    }

    public void WriteBytes(int number, ReadOnlySpan<byte> value)
    {
        WriteTag(number, ProtobufReader.LengthDelimited);
        WriteVarint((ulong)value.Length);
        WriteRaw(value);
    }

    public void WriteText(int number, string value)
    {
        WriteTag(number, ProtobufReader.LengthDelimited);
        WriteVarint((ulong)Encoding.UTF8.GetByteCount(value));
        Length += Encoding.UTF8.GetBytes(value, Reserve(Encoding.UTF8.GetMaxByteCount(value.Length)));
    }

    public void WriteRaw(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        Length += value.Length;
    }

    /// <summary>Begins a message, or a text of unknown length; returns what <see cref="EndMessage"/> wants.</summary>
    public int BeginMessage(int number)
    {
        WriteTag(number, ProtobufReader.LengthDelimited);
        Reserve(1);
        return ++Length;
    }

    /// <summary>Room for at least this many bytes; <see cref="Advance"/> says how many were used.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Length + count, _bytes.Length * 2));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        return _bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    /// <summary>Ends the message that began there.</summary>
    public void EndMessage(int start)
    {
        var length = Length - start;
        var extra = VarintSize((ulong)length) - 1;
        if (extra > 0)
        {
            Reserve(extra);
            _bytes.AsSpan(start, length).CopyTo(_bytes.AsSpan(start + extra));
        }

        Put(_bytes.AsSpan(start - 1), (ulong)length);
        Length += extra;
    }

    private static int Put(Span<byte> span, ulong value)
    {
        var at = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[at++] = (byte)(value | 0x80);
        }

        span[at++] = (byte)value;
        return at;
    }
}
