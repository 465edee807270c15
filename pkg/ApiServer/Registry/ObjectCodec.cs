using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Json;
using Kube1.Api.Schema;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Registry.Views;
using Kube1.Storage;

namespace Kube1.ApiServer.Registry;

/// <summary>
/// How objects of one kind lie in the store: <see cref="CanonicalJson"/>, which begins with apiVersion, kind and
/// metadata. The beginning is the same for all objects of a kind, so that reads splice the revision in at a known place
/// and never parse. Through a view, they parse and convert.
/// </summary>
internal class ObjectCodec(GroupVersionKind kind, ObjectView? view = null)
{
    /// <summary>Bytes that a read adds to the stored ones at most.</summary>
    public const int SpliceSizeBytes = 48;

    private static readonly JsonReaderOptions MetadataOptions = new() { MaxDepth = ObjectDecoder.MaxDepth };

    private static readonly byte[] BareHead = "{\"metadata\":{"u8.ToArray();

    /// <summary>Where the members of metadata begin in the stored bytes.</summary>
    public int MetadataOffset { get; } = Encoding.UTF8.GetByteCount(
        $$"""{"apiVersion":"{{kind.ApiVersion}}","kind":"{{kind.Kind}}","metadata":{""");

    /// <summary>The stored form of an object.</summary>
    public byte[] Encode(JsonObject obj) => Encode(obj, out _);

    /// <summary>The stored form of an object, and where its rest begins (<see cref="RestOf"/>).</summary>
    public byte[] Encode(JsonObject obj, out int restStart)
    {
        obj["apiVersion"] = kind.ApiVersion;
        obj["kind"] = kind.Kind;
        return CanonicalJson.ToBytes(obj, out restStart);
    }

    /// <summary>
    /// The stored form of an object that a request has made: not of the view's form, but for custom resources of the
    /// version of the request. Throws when that cannot be converted.
    /// </summary>
    public virtual ValueTask<EncodedObject> EncodeAsync(JsonObject obj, CancellationToken cancellationToken) =>
        new(new EncodedObject(Encode(obj), null));

    /// <summary>A private tree of a stored object, with its resourceVersion, in the form that requests work on.</summary>
    public virtual ValueTask<JsonObject> DecodeAsync(
        StoredEntry entry, long revision, CancellationToken cancellationToken) => new(Decode(entry, revision));

    /// <summary>
    /// Does what may take time before these entries can be written: they may have to be converted elsewhere. Throws what
    /// went wrong.
    /// </summary>
    public virtual ValueTask PrepareAsync(IEnumerable<StoredEntry> entries, CancellationToken cancellationToken) => default;

    /// <summary>The object that the columns of a table are read from; a prepared entry.</summary>
    public virtual JsonObject DecodeRow(StoredEntry entry, long revision) => Decode(entry, revision);

    /// <summary>Whether an entry is stored as it would be now: if not, an update that changes nothing else is one.</summary>
    public virtual bool IsStoredAsNow(StoredEntry entry) => true;

    /// <summary>Writes an object as clients see it.</summary>
    public virtual void WriteTo(IBufferWriter<byte> output, StoredEntry entry, long revision)
    {
        if (view is null)
        {
            ResourceVersionSplice.Write(output, entry.Value.Span, MetadataOffset, revision);
            return;
        }

        KubeBytes.WriteTo(output, view.Of(Decode(entry, revision)));
    }

    /// <summary>What follows the metadata of an object in stored form, whose head is this codec's: `,"spec":{…}}`.</summary>
    public ReadOnlySpan<byte> RestOf(ReadOnlySpan<byte> stored) => stored[MetadataEnd(stored, MetadataOffset)..];

    /// <summary>An object that is not in the store, in its stored form, as clients see it.</summary>
    public JsonObject Presented(JsonObject obj) => view?.Of(obj) ?? obj;

    /// <summary>The same without apiVersion and kind, as upstream writes the items of a list.</summary>
    public virtual void WriteBareTo(IBufferWriter<byte> output, StoredEntry entry, long revision)
    {
        if (view is not null)
        {
            var seen = view.Of(Decode(entry, revision));
            seen.Remove("apiVersion");
            seen.Remove("kind");
            KubeBytes.WriteTo(output, seen);
            return;
        }

        output.Write(BareHead);
        WriteRevision(output, revision);
        output.Write(entry.Value.Span[MetadataOffset..]);
    }

    /// <summary>The object as clients see it.</summary>
    public byte[] ToBytes(StoredEntry entry, long revision)
    {
        var buffer = new ArrayBufferWriter<byte>(entry.Value.Length + SpliceSizeBytes);
        WriteTo(buffer, entry, revision);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A private tree of the object, with its resourceVersion.</summary>
    public static JsonObject Decode(StoredEntry entry, long revision) => CanonicalJson.Parse(entry.Value.Span, revision);

    /// <summary>The object's metadata as it goes into a PartialObjectMetadata: braces included.</summary>
    public virtual void WriteMetadataTo(IBufferWriter<byte> output, StoredEntry entry, long revision)
    {
        if (view is not null)
        {
            KubeBytes.WriteTo(output, view.Of(Decode(entry, revision))["metadata"]!);
            return;
        }

        WriteMetadata(output, entry.Value.Span, MetadataOffset, revision);
    }

    /// <summary>The metadata of an object in stored form, whose members begin at an offset, with its revision.</summary>
    protected static void WriteMetadata(
        IBufferWriter<byte> output, ReadOnlySpan<byte> stored, int offset, long revision)
    {
        output.Write("{"u8);
        WriteRevision(output, revision);
        output.Write(stored[offset..MetadataEnd(stored, offset)]);
    }

    // Behind the brace that ends the metadata, whose members begin at an offset.
    private static int MetadataEnd(ReadOnlySpan<byte> stored, int offset)
    {
        var reader = new Utf8JsonReader(stored[(offset - 1)..], MetadataOptions);
        reader.Read();
        reader.Skip();
        return offset - 1 + (int)reader.BytesConsumed;
    }

    /// <summary>The first member of metadata. Metadata is never empty (it has a name), so a comma always follows.</summary>
    protected static void WriteRevision(IBufferWriter<byte> output, long revision)
    {
        output.Write("\"resourceVersion\":\""u8);
        var span = output.GetSpan(SpliceSizeBytes);
        revision.TryFormat(span, out var digits, default, CultureInfo.InvariantCulture);
        output.Advance(digits);
        output.Write("\","u8);
    }
}
