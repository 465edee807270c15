using System.Buffers.Binary;
using System.Text;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.Checksum;
using ICSharpCode.SharpZipLib.Zip.Compression;

namespace Kube1.ApiServer.Streaming.Spdy;

/// <summary>
/// Header blocks (SPDY/3.1 section 2.6.10): length-prefixed pairs, compressed with one zlib stream per direction for
/// the life of the connection. Not thread-safe: blocks must be coded in the order in which they are sent.
/// </summary>
internal sealed class SpdyHeaderCodec
{
    // Kubernetes' stream headers are some tens of bytes; the bound stops a block that inflates without end.
    public const int MaxBlockBytes = 64 * 1024;

    private const int MaxStoredBytes = 0xffff; // RFC 1951 section 3.2.4

    // CMF 0x78 (deflate, 32 KiB window), FLG with FDICT, then the dictionary's Adler-32 (RFC 1950 section 2.2).
    private static readonly byte[] StreamStart = StartOfStream(SpdyDictionary.Bytes);

    private static readonly byte[] EmptyStoredBlock = [0, 0, 0, 0xff, 0xff];

    private readonly Inflater _inflater = new();
    private bool _started;

    /// <summary>
    /// The block is stored, not deflated: it is some tens of bytes, and the peer is Go, whose inflater hands out data
    /// only at an empty stored block (a sync flush) and takes any other end of input for a broken stream. SharpZipLib
    /// can only end with an empty fixed block (a partial flush).
    /// </summary>
    public byte[] Encode(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var plain = new MemoryStream();
        WriteInt(plain, headers.Count);
        foreach (var (name, value) in headers)
        {
            WriteText(plain, name.ToLowerInvariant());
            WriteText(plain, value);
        }

        var packed = new MemoryStream();
        if (!_started)
        {
            packed.Write(StreamStart);
            _started = true;
        }

        Span<byte> start = stackalloc byte[5]; // its first byte, 0: not the final block, stored
        start[0] = 0;
        foreach (var chunk in plain.ToArray().Chunk(MaxStoredBytes))
        {
            BinaryPrimitives.WriteUInt16LittleEndian(start[1..], (ushort)chunk.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(start[3..], (ushort)~chunk.Length);
            packed.Write(start);
            packed.Write(chunk);
        }

        packed.Write(EmptyStoredBlock);
        return packed.ToArray();
    }

    /// <exception cref="SpdyException">The block is malformed or too large.</exception>
    public List<KeyValuePair<string, string>> Decode(byte[] block)
    {
        var plain = Inflate(block);
        var headers = new List<KeyValuePair<string, string>>();
        var rest = plain.AsSpan();
        var count = ReadInt(ref rest);
        if (count < 0 || count > MaxBlockBytes / 8)
        {
            throw new SpdyException($"a header block announces {count} headers");
        }

        for (var i = 0; i < count; i++)
        {
            var name = ReadText(ref rest);
            headers.Add(new(name, ReadText(ref rest)));
        }

        return headers;
    }

    private byte[] Inflate(byte[] block)
    {
        try
        {
            _inflater.SetInput(block);
            var plain = new MemoryStream();
            var buffer = new byte[4096];
            while (true)
            {
                var count = _inflater.Inflate(buffer);
                if (count > 0)
                {
                    plain.Write(buffer, 0, count);
                    if (plain.Length > MaxBlockBytes)
                    {
                        throw new SpdyException($"a header block is larger than {MaxBlockBytes} bytes");
                    }
                }
                else if (_inflater.IsNeedingDictionary)
                {
                    _inflater.SetDictionary(SpdyDictionary.Bytes);
                }
                else
                {
                    return _inflater.IsFinished
                        ? throw new SpdyException("the header compression stream ended")
                        : plain.ToArray();
                }
            }
        }
        catch (Exception e) when (e is SharpZipBaseException or InvalidOperationException or IndexOutOfRangeException
            or ArgumentException)
        {
            throw new SpdyException("a header block can not be decompressed: " + e.Message, e);
        }
    }

    private static byte[] StartOfStream(byte[] dictionary)
    {
        var sum = new Adler32();
        sum.Update(dictionary);
        var start = new byte[] { 0x78, 0xbb, 0, 0, 0, 0 };
        BinaryPrimitives.WriteUInt32BigEndian(start.AsSpan(2), (uint)sum.Value);
        return start;
    }

    private static void WriteInt(MemoryStream stream, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        stream.Write(bytes);
    }

    private static void WriteText(MemoryStream stream, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        WriteInt(stream, bytes.Length);
        stream.Write(bytes);
    }

    private static int ReadInt(ref Span<byte> rest)
    {
        if (rest.Length < 4)
        {
            throw new SpdyException("a header block is cut short");
        }

        var value = BinaryPrimitives.ReadInt32BigEndian(rest);
        rest = rest[4..];
        return value;
    }

    private static string ReadText(ref Span<byte> rest)
    {
        var length = ReadInt(ref rest);
        if (length < 0 || length > rest.Length)
        {
            throw new SpdyException("a header block is cut short");
        }

        var text = Encoding.UTF8.GetString(rest[..length]);
        rest = rest[length..];
        return text;
    }
}
