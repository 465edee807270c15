using System.Buffers.Binary;
using System.IO.Compression;

namespace Kube1.ApiServer.OpenApi;

/// <summary>
/// A document as gzip. Documents are large (the v2 one has megabytes), seldom asked for, and clients unpack them anyway:
/// kept like this they cost next to nothing.
/// </summary>
internal sealed class CompressedDocument
{
    private CompressedDocument(byte[] gzip) => Gzip = gzip;

    /// <summary>The compressed bytes.</summary>
    public byte[] Gzip { get; }

    /// <summary>The size before compression, which gzip has at its end (RFC 1952, ISIZE).</summary>
    public int SizeBytes => BinaryPrimitives.ReadInt32LittleEndian(Gzip.AsSpan(Gzip.Length - sizeof(int)));

    /// <summary>Makes one of what is written.</summary>
    public static CompressedDocument Of(Action<Stream> write)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            // The writers flush after each small piece; gzip is better off with larger ones.
            using var buffered = new BufferedStream(gzip, 64 * 1024);
            write(buffered);
        }

        return new CompressedDocument(packed.ToArray());
    }

    /// <summary>The bytes before compression.</summary>
    public byte[] Unpack()
    {
        var bytes = new byte[SizeBytes];
        using var stream = Open();
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Reads the bytes before compression.</summary>
    public Stream Open() => new GZipStream(new MemoryStream(Gzip, writable: false), CompressionMode.Decompress);
}
