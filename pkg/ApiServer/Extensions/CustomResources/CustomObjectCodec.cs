using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.ApiServer.Registry;
using Kube1.Storage;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>
/// Between the store, where objects lie in the version that was the storage version when they were written, and requests
/// for one version. Reads copy the stored bytes behind this version's own apiVersion. An object is parsed once a revision
/// at most, and only when it may differ here from what is stored: its schema has changed, or is another one, or the
/// versions are converted by a webhook.
/// </summary>
internal sealed class CustomObjectCodec(CustomVersion version) : ObjectCodec(version.Kind)
{
    /// <summary>Objects in one request to a converter: a long list must not make a body without bounds.</summary>
    private const int MaxConvertedObjects = 500;

    private const string ApiVersionHead = "{\"apiVersion\":\"";

    private readonly byte[] _head = Encoding.UTF8.GetBytes(
        $$"""{{ApiVersionHead}}{{version.Kind.ApiVersion}}","kind":"{{version.Kind.Kind}}","metadata":{""");

    /// <inheritdoc/>
    public override async ValueTask<EncodedObject> EncodeAsync(JsonObject obj, CancellationToken cancellationToken)
    {
        var storage = version.Owner.Storage;
        obj["kind"] = version.Kind.Kind;
        obj["apiVersion"] = version.Kind.ApiVersion;
        if (version.Agrees(storage))
        {
            obj["apiVersion"] = storage.Kind.ApiVersion;
            var bytes = CanonicalJson.ToBytes(obj);
            obj["apiVersion"] = version.Kind.ApiVersion;
            return new EncodedObject(bytes, new CustomObjectDescription(storage));
        }

        // The object stays one of the request's version. The defaults of the other schema are set when it is read.
        var copy = obj.DeepClone().AsObject();
        Api.ObjectMetadata.Of(copy).ResourceVersion = "";
        var converted = await storage.ConvertAsync(copy, cancellationToken).ConfigureAwait(false);
        return new EncodedObject(CanonicalJson.ToBytes(converted), new CustomObjectDescription());
    }

    /// <inheritdoc/>
    public override async ValueTask<JsonObject> DecodeAsync(
        StoredEntry entry, long revision, CancellationToken cancellationToken)
    {
        await PrepareAsync([entry], cancellationToken).ConfigureAwait(false);
        return DecodeRow(entry, revision);
    }

    /// <inheritdoc/>
    public override JsonObject DecodeRow(StoredEntry entry, long revision)
    {
        var (bytes, _) = Locate(entry);
        var obj = CanonicalJson.Parse(bytes.Span, revision);
        obj["apiVersion"] = version.Kind.ApiVersion;
        return obj;
    }

    /// <inheritdoc/>
    public override ValueTask PrepareAsync(IEnumerable<StoredEntry> entries, CancellationToken cancellationToken) =>
        // What is only renamed costs no waiting, and is done when it is written.
        version.Owner.IsRenamed ? default : ConvertAsync(entries, cancellationToken);

    /// <inheritdoc/>
    public override bool IsStoredAsNow(StoredEntry entry) =>
        entry.Value.Span.StartsWith(version.Owner.Storage.Codec._head);

    /// <inheritdoc/>
    public override void WriteTo(IBufferWriter<byte> output, StoredEntry entry, long revision)
    {
        var (bytes, offset) = Locate(entry);
        output.Write(_head);
        WriteRevision(output, revision);
        output.Write(bytes.Span[offset..]);
    }

    /// <summary>The same: upstream writes the items of lists of custom objects with apiVersion and kind.</summary>
    public override void WriteBareTo(IBufferWriter<byte> output, StoredEntry entry, long revision) =>
        WriteTo(output, entry, revision);

    /// <inheritdoc/>
    public override void WriteMetadataTo(IBufferWriter<byte> output, StoredEntry entry, long revision)
    {
        var (bytes, offset) = Locate(entry);
        WriteMetadata(output, bytes.Span, offset, revision);
    }

    /// <summary>The labels that this version shows; null for none.</summary>
    public IReadOnlyDictionary<string, string>? LabelsOf(StoredEntry entry) => FormOf(entry).Labels;

    /// <summary>The n-th selectable field of this version.</summary>
    public string FieldOf(StoredEntry entry, int index) => FormOf(entry).Fields[index];

    // The object in stored form, and where the members of its metadata begin.
    private (ReadOnlyMemory<byte> Bytes, int Offset) Locate(StoredEntry entry)
    {
        if (CustomObjectDescription.Of(entry).WrittenAs is { } written && version.Agrees(written))
        {
            return (entry.Value, written.Codec.MetadataOffset);
        }

        var form = FormOf(entry);
        return (form.Bytes, form.Offset);
    }

    private CustomForm FormOf(StoredEntry entry)
    {
        var description = CustomObjectDescription.Of(entry);
        if ((description.Find(version) ?? AsWritten(entry, description)) is { } known)
        {
            return known;
        }

        if (!version.Owner.IsRenamed)
        {
            // Prepared entries have their form. One that has lost it to a newer definition is converted once more.
            ConvertAsync([entry], CancellationToken.None).AsTask().GetAwaiter().GetResult();
            return description.Find(version) ?? throw ApiErrors.Internal("error resolving resource");
        }

        var (obj, stored) = Read(entry);
        obj["apiVersion"] = version.Kind.ApiVersion;
        return Keep(entry, version.Agrees(stored) ? obj : Pruned(obj, version));
    }

    private CustomForm? AsWritten(StoredEntry entry, CustomObjectDescription description) =>
        description.WrittenAs is { } written && version.Agrees(written)
            ? description.Keep(new CustomForm(version, entry.Value, written.Codec.MetadataOffset))
            : null;

    private async ValueTask ConvertAsync(IEnumerable<StoredEntry> entries, CancellationToken cancellationToken)
    {
        foreach (var batch in entries.Where(IsMissing).Chunk(MaxConvertedObjects))
        {
            var foreign = new List<StoredEntry>(batch.Length);
            var objects = new List<JsonObject>(batch.Length);
            foreach (var entry in batch)
            {
                var (obj, stored) = Read(entry);
                if (ReferenceEquals(stored, version))
                {
                    Keep(entry, obj);
                    continue;
                }

                foreign.Add(entry);
                objects.Add(obj);
            }

            if (foreign.Count == 0)
            {
                continue;
            }

            var converted = await version.Owner.Converter.ConvertAsync(objects, version.Kind.ApiVersion, cancellationToken)
                .ConfigureAwait(false);
            CheckCount(converted, foreign.Count);
            for (var i = 0; i < foreign.Count; i++)
            {
                Keep(foreign[i], Pruned(converted[i], version));
            }
        }
    }

    private bool IsMissing(StoredEntry entry)
    {
        var description = CustomObjectDescription.Of(entry);
        return description.Find(version) is null && AsWritten(entry, description) is null;
    }

    // A stored object as the schema of its own version has it now: fields that are gone from it are dropped, defaults set.
    private (JsonObject Object, CustomVersion Stored) Read(StoredEntry entry)
    {
        var bytes = entry.Value.Span;
        var apiVersion = ReadApiVersion(bytes);
        var stored = version.Owner.FindVersion(apiVersion)
            ?? throw ApiErrors.Internal($"request to convert CR from an invalid group/version: {apiVersion}");
        var obj = stored.Schema.Decode(bytes).Object;
        stored.Strategy.Default(obj);
        return (obj, stored);
    }

    private static string ReadApiVersion(ReadOnlySpan<byte> stored)
    {
        var rest = stored[ApiVersionHead.Length..];
        return Encoding.UTF8.GetString(rest[..rest.IndexOf((byte)'"')]);
    }

    private static JsonObject Pruned(JsonObject obj, CustomVersion by) =>
        by.Schema.Prune(obj);

    private CustomForm Keep(StoredEntry entry, JsonObject obj)
    {
        var bytes = CanonicalJson.ToBytes(obj);
        var stored = entry.Value;
        var offset = ResourceVersionSplice.FindOffset(stored.Span);

        // Mostly nothing has changed but the beginning, and then there is nothing to keep.
        var isSame = bytes.AsSpan(_head.Length).SequenceEqual(stored.Span[offset..]);
        return CustomObjectDescription.Of(entry).Keep(isSame
            ? new CustomForm(version, stored, offset)
            : new CustomForm(version, bytes, _head.Length));
    }

    private static void CheckCount(IReadOnlyList<JsonObject> converted, int expected)
    {
        if (converted.Count != expected)
        {
            throw ApiErrors.Internal(
                $"conversion returned {converted.Count} objects, expected {expected}");
        }
    }
}
