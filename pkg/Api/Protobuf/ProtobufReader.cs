using System.Buffers.Binary;
using System.Text;

namespace Kube1.Api.Protobuf;

/// <summary>A protobuf message that is cut short or breaks the wire format.</summary>
internal sealed class ProtobufFormatException(string message) : Exception(message);

/// <summary>Reads the protobuf wire format: https://protobuf.dev/programming-guides/encoding/</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes)
{
    public const int Varint = 0;
    public const int Fixed64 = 1;
    public const int LengthDelimited = 2;
    public const int Fixed32 = 5;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>How much is still to be read.</summary>
    public readonly int RestBytes => _rest.Length;

    /// <summary>The next field's number and wire type; false at the end.</summary>
    public bool TryReadField(out int number, out int wire)
    {
        (number, wire) = (0, 0);
        if (_rest.IsEmpty)
        {
            return false;
        }

        var tag = ReadVarint();
        number = (int)(tag >> 3);
        wire = (int)(tag & 7);
        return tag >> 3 is > 0 and <= 0x1FFFFFFF ? true : throw new ProtobufFormatException("illegal tag");
    }

    public ReadOnlySpan<byte> ReadBytes(int wire)
    {
        Expect(wire, LengthDelimited);
        var length = ReadVarint();
        if (length > (ulong)_rest.Length)
        {
            throw new ProtobufFormatException("unexpected EOF");
        }

        var value = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return value;
    }

    public string ReadText(int wire)
    {
        try
        {
            return StrictUtf8.GetString(ReadBytes(wire));
        }
        catch (DecoderFallbackException)
        {
            throw new ProtobufFormatException("a text is not UTF-8");
        }
    }

    public long ReadNumber(int wire)
    {
        Expect(wire, Varint);
        return (long)ReadVarint();
    }

    public double ReadDouble(int wire)
    {
        Expect(wire, Fixed64);
        return BinaryPrimitives.ReadDoubleLittleEndian(Take(8));
    }

    public void Skip(int wire)
    {
        switch (wire)
        {
            case Varint:
                ReadVarint();
                break;
            case Fixed64:
                Take(8);
                break;
            case LengthDelimited:
                ReadBytes(wire);
                break;
            case Fixed32:
                Take(4);
                break;
            default:
                throw new ProtobufFormatException($"illegal wireType {wire}");
        }
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var i = 0; i < 10; i++)
        {
            var b = Take(1)[0];
            value |= (ulong)(b & 0x7F) << (i * 7);
            if (b < 0x80)
            {
                return value;
            }
        }

        throw new ProtobufFormatException("integer overflow");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_rest.Length < count)
        {
            throw new ProtobufFormatException("unexpected EOF");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private static void Expect(int wire, int expected)
    {
        if (wire != expected)
        {
            throw new ProtobufFormatException($"a field has the wire type {wire} in place of {expected}");
        }
    }
}
