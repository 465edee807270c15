using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Schema;

namespace Kube1.Api.Protobuf;

/// <summary>
/// Kubernetes' protobuf form of objects: the four bytes "k8s\0", then a runtime.Unknown that names the kind and holds the
/// object's message. https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
/// </summary>
public static class ProtobufObjects
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    /// <summary>A buffer that has grown beyond this is not kept.</summary>
    private const int MaxKeptBytes = 256 * 1024;

    /// <summary>About what the envelope and an event add.</summary>
    private const int MaxHeadBytes = 256;

    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    private static ReadOnlySpan<byte> Prefix => "k8s\0"u8;

    // The two texts of an Unknown that follow the object, both empty: contentEncoding and contentType.
    private static readonly byte[] Tail = [0x1A, 0, 0x22, 0];

    // Encoders keep their buffers: one a thread is enough, since none is held across an await.
    [ThreadStatic]
    private static (ProtobufWriter Writer, ProtobufEncoder Encoder)? _scratch;

    /// <summary>
    /// The object as JSON, for the decoder that JSON bodies go through. It is read as a message of
    /// <paramref name="type"/>, whatever it says of itself: the caller has looked at <see cref="ReadKind"/>. Without a type
    /// the kind in the envelope tells it. Throws <see cref="ObjectDecodeException"/> on malformed input and unknown kinds.
    /// </summary>
    public static byte[] ToJson(ReadOnlySpan<byte> body, SchemaType? type = null)
    {
        var (apiVersion, kind, raw) = ReadEnvelope(body);
        type ??= TypeOf(apiVersion, kind) ?? throw new ObjectDecodeException(
            $"no kind \"{kind}\" is registered for version \"{apiVersion}\"");
        try
        {
            var obj = new JsonObject { ["kind"] = kind, ["apiVersion"] = apiVersion };
            ProtobufDecoder.ReadMessage(body.Slice(Prefix.Length + raw.Start, raw.Length), type, obj);
            return CanonicalJson.Serialize(obj);
        }
        catch (ProtobufFormatException e)
        {
            throw new ObjectDecodeException("proto: " + e.Message);
        }
    }

    /// <summary>
    /// What the envelope says of the object's kind; empty where it says nothing. Throws
    /// <see cref="ObjectDecodeException"/> on malformed input.
    /// </summary>
    public static (string ApiVersion, string Kind) ReadKind(ReadOnlySpan<byte> body)
    {
        var (apiVersion, kind, _) = ReadEnvelope(body);
        return (apiVersion, kind);
    }

    private static (string ApiVersion, string Kind, (int Start, int Length) Raw) ReadEnvelope(ReadOnlySpan<byte> body)
    {
        if (body.Length == 0)
        {
            throw new ObjectDecodeException("empty data");
        }

        if (!body.StartsWith(Prefix))
        {
            throw new ObjectDecodeException(
                "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        }

        if (body.Length == Prefix.Length)
        {
            throw new ObjectDecodeException("empty body");
        }

        try
        {
            return ProtobufDecoder.ReadEnvelope(body[Prefix.Length..]);
        }
        catch (ProtobufFormatException e)
        {
            throw new ObjectDecodeException("proto: " + e.Message);
        }
    }

    /// <summary>Writes an object whose JSON names its kind; false, and nothing, for a kind without a message.</summary>
    public static bool TryWrite(IBufferWriter<byte> output, ReadOnlyMemory<byte> json)
    {
        var (apiVersion, kind) = ReadJsonKind(json.Span);
        if (TypeOf(apiVersion, kind) is not { } type)
        {
            return false;
        }

        Write(output, json, apiVersion, kind, type);
        return true;
    }

    /// <summary>Writes an object of a kind: its JSON as message of the type, in its envelope.</summary>
    public static void Write(
        IBufferWriter<byte> output, ReadOnlyMemory<byte> json, string apiVersion, string kind, SchemaType type)
    {
        var (writer, encoder) = Scratch();
        encoder.WriteMessage(json, type);
        WriteHead(output, apiVersion, kind, writer.Length);
        output.Write(writer.Written);
        output.Write(Tail);
    }

    /// <summary>
    /// Writes one event of a watch, behind its length in four bytes, big-endian: a WatchEvent with the object in its
    /// envelope. Throws for a kind without a message: no watch of such is ever agreed on.
    /// </summary>
    public static void WriteEvent(IBufferWriter<byte> output, string eventType, ReadOnlyMemory<byte> json)
    {
        using var embedded = new PooledBuffer(json.Length + MaxHeadBytes);
        if (!TryWrite(embedded, json))
        {
            throw new ArgumentException("the object's kind has no protobuf message", nameof(json));
        }

        var (writer, _) = Scratch();
        writer.WriteText(1, eventType);
        var extension = writer.BeginMessage(2);
        writer.WriteBytes(1, embedded.WrittenSpan);
        writer.EndMessage(extension);
        var frame = output.GetSpan(sizeof(int) + writer.Length);
        BinaryPrimitives.WriteInt32BigEndian(frame, writer.Length);
        writer.Written.CopyTo(frame[sizeof(int)..]);
        output.Advance(sizeof(int) + writer.Length);
    }

    /// <summary>The type of a kind's message; null when there is none. DeleteOptions and the like come in any group's name.</summary>
    public static SchemaType? TypeOf(string apiVersion, string kind)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var gvk = new GroupVersionKind(slash < 0 ? "" : apiVersion[..slash], apiVersion[(slash + 1)..], kind);
        return kind switch
        {
            "PartialObjectMetadata" when gvk.Group == "meta.k8s.io" => PartialMetadataTypes.One,
            "PartialObjectMetadataList" when gvk.Group == "meta.k8s.io" => PartialMetadataTypes.ListOf(gvk.Version),
            "APIGroupDiscoveryList" when gvk is { Group: "apidiscovery.k8s.io", Version: "v2" } => DiscoveryTypes.Groups,
            _ => SchemaCatalog.BuiltIn.Find(gvk) ?? SchemaCatalog.BuiltIn.Find(Meta + kind),
        };
    }

    /// <summary>Writes what stands before an object's message of this length.</summary>
    internal static void WriteHead(IBufferWriter<byte> output, string apiVersion, string kind, long length)
    {
        using var head = new ProtobufWriter();
        head.WriteRaw(Prefix);
        var meta = head.BeginMessage(1);
        head.WriteText(1, apiVersion);
        head.WriteText(2, kind);
        head.EndMessage(meta);
        head.WriteTag(2, ProtobufReader.LengthDelimited);
        head.WriteVarint((ulong)length);
        output.Write(head.Written);
    }

    /// <summary>Writes what stands behind an object's message.</summary>
    internal static void WriteTail(IBufferWriter<byte> output) => output.Write(Tail);

    private static (ProtobufWriter Writer, ProtobufEncoder Encoder) Scratch()
    {
        if (_scratch is { } used && used.Writer.Length > MaxKeptBytes)
        {
            used.Writer.Dispose();
            _scratch = null;
        }

        if (_scratch is not { } scratch)
        {
            var writer = new ProtobufWriter();
            _scratch = scratch = (writer, new ProtobufEncoder(writer));
        }

        scratch.Writer.Clear();
        return scratch;
    }

    private static (string ApiVersion, string Kind) ReadJsonKind(ReadOnlySpan<byte> json)
    {
        var (apiVersion, kind) = ("", "");
        var reader = ObjectDecoder.NewReader(json);
        reader.Read();
        while ((apiVersion.Length == 0 || kind.Length == 0) && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isVersion = reader.ValueTextEquals("apiVersion"u8);
            var isKind = reader.ValueTextEquals("kind"u8);
            reader.Read();
            if (isVersion)
            {
                apiVersion = JsonText.Read(ref reader);
            }
            else if (isKind)
            {
                kind = JsonText.Read(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return (apiVersion, kind);
    }
}
