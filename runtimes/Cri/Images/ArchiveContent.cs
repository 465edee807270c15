using System.Formats.Tar;
using System.IO.Compression;

namespace Kube1.Runtimes.Cri.Images;

/// <summary>
/// One pass over a Docker or OCI archive: documents are kept in memory, everything else goes into the content store
/// at once, since the archive may be a pipe.
/// </summary>
internal sealed class ArchiveContent
{
    // Manifests and configs are kilobytes; the bound is for an archive that is none.
    private const int MaxDocumentBytes = 4 * 1024 * 1024;
    private const int MaxDocumentsBytes = 64 * 1024 * 1024;

    // Links of links: docker save makes one level.
    private const int MaxLinkDepth = 8;

    private readonly Dictionary<string, byte[]> _documents = [];
    private readonly Dictionary<string, StoredBlob> _blobs = [];
    private readonly Dictionary<string, string> _links = [];

    /// <exception cref="InvalidDataException">It is no archive, or a damaged one.</exception>
    public static async Task<ArchiveContent> ReadAsync(Stream archive, ContentStore store, CancellationToken ct)
    {
        var content = new ArchiveContent();
        var plain = await DecompressAsync(archive, ct).ConfigureAwait(false);
        try
        {
            await using var reader = new TarReader(plain, leaveOpen: true);
            while (await reader.GetNextEntryAsync(copyData: false, ct).ConfigureAwait(false) is { } entry)
            {
                await content.AddAsync(entry, store, ct).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is FormatException or EndOfStreamException)
        {
            throw new InvalidDataException("the file is no tar archive, or a damaged one: " + e.Message, e);
        }

        return content;
    }

    public byte[]? Document(string path) => _documents.GetValueOrDefault(Resolve(path));

    public StoredBlob? Blob(string path) => _blobs.GetValueOrDefault(Resolve(path));

    /// <summary>The path of a blob in the OCI layout.</summary>
    public static string BlobPath(string digest) => "blobs/" + digest.Replace(':', '/');

    private async Task AddAsync(TarEntry entry, ContentStore store, CancellationToken ct)
    {
        var path = Clean(entry.Name);
        switch (entry.EntryType)
        {
            case TarEntryType.SymbolicLink:
                _links[path] = Clean(Path.Combine(Path.GetDirectoryName(path) ?? "", entry.LinkName));
                return;
            case TarEntryType.HardLink:
                _links[path] = Clean(entry.LinkName);
                return;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                break;
            default:
                return;
        }

        var data = entry.DataStream ?? Stream.Null;
        var expected = ExpectedDigest(path);
        if (entry.Length > MaxDocumentBytes)
        {
            _blobs[path] = await store.WriteAsync(data, expected, NoLabels, ct).ConfigureAwait(false);
            return;
        }

        var bytes = new byte[entry.Length];
        await data.ReadExactlyAsync(bytes, ct).ConfigureAwait(false);
        if (bytes.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..])
        {
            _documents[path] = bytes;
            if (_documents.Values.Sum(d => (long)d.Length) > MaxDocumentsBytes)
            {
                throw new InvalidDataException("the archive holds too many documents to be one of images");
            }
        }
        else if (expected is not null || path.EndsWith(".tar", StringComparison.Ordinal) || IsLayer(bytes))
        {
            using var memory = new MemoryStream(bytes);
            _blobs[path] = await store.WriteAsync(memory, expected, NoLabels, ct).ConfigureAwait(false);
        }
    }

    private static IReadOnlyDictionary<string, string> NoLabels { get; } = new Dictionary<string, string>();

    private static bool IsLayer(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith(LayerCompression.GzipMagic) || bytes.StartsWith(LayerCompression.ZstdMagic);

    private static string? ExpectedDigest(string path)
    {
        var parts = path.Split('/');
        return parts is ["blobs", "sha256", { Length: 64 } hex] ? "sha256:" + hex : null;
    }

    private string Resolve(string path)
    {
        path = Clean(path);
        for (var depth = 0; depth < MaxLinkDepth && _links.TryGetValue(path, out var target); depth++)
        {
            path = target;
        }

        return path;
    }

    private static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/', '\\'))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "." or ".."))
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    private static async Task<Stream> DecompressAsync(Stream archive, CancellationToken ct)
    {
        var magic = new byte[4];
        var got = await archive.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, ct)
            .ConfigureAwait(false);
        var whole = new PrefixedStream(magic.AsMemory(0, got), archive);
        if (magic.AsSpan().StartsWith(LayerCompression.ZstdMagic))
        {
            throw new InvalidDataException("the archive is compressed with zstd; decompress it first: zstd -d FILE");
        }

        return magic.AsSpan().StartsWith(LayerCompression.GzipMagic)
            ? new GZipStream(whole, CompressionMode.Decompress, leaveOpen: true)
            : whole;
    }
}
