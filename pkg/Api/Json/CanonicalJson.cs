using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kube1.Api.Json;

/// <summary>
/// The stored form of an object: UTF-8 JSON with apiVersion, kind and metadata first and without its resourceVersion,
/// which is the revision of the entry and is spliced in on the way out (<see cref="ResourceVersionSplice"/>).
/// </summary>
public static class CanonicalJson
{
    /// <summary>How all JSON of the API is written: compact, with as few escapes as JSON allows.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
        MaxDepth = Schema.ObjectDecoder.MaxDepth + 8,
    };

    // Off a reader, a document would look for its end first and read everything twice.
    private static JsonDocumentOptions StoredOptions { get; } = new() { MaxDepth = Schema.ObjectDecoder.MaxDepth };

    /// <summary>The bytes to store.</summary>
    public static byte[] ToBytes(JsonObject obj) => ToBytes(obj, out _);

    /// <summary>The bytes to store, and where in them the metadata ends.</summary>
    public static byte[] ToBytes(JsonObject obj, out int metadataEnd)
    {
        using var buffer = new PooledBuffer();
        metadataEnd = Write(buffer, obj);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the bytes to store. Returns how many of them come before the rest: the head and the metadata.</summary>
    public static int Write(IBufferWriter<byte> destination, JsonObject obj)
    {
        using var writer = new Utf8JsonWriter(destination, WriterOptions);
        writer.WriteStartObject();
        WriteMember(writer, obj, "apiVersion");
        WriteMember(writer, obj, "kind");
        writer.WritePropertyName("metadata"u8);
        WriteMetadata(writer, obj["metadata"] as JsonObject);
        var metadataEnd = (int)(writer.BytesCommitted + writer.BytesPending);
        foreach (var (name, value) in obj)
        {
            if (name is not ("apiVersion" or "kind" or "metadata"))
            {
                writer.WritePropertyName(name);
                WriteValue(writer, value);
            }
        }

        writer.WriteEndObject();
        return metadataEnd;
    }

    /// <summary>Any JSON as compact UTF-8 bytes.</summary>
    public static byte[] Serialize(JsonNode? node)
    {
        using var buffer = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            WriteValue(writer, node);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Stored bytes as an object that may be changed; it has no resourceVersion.</summary>
    public static JsonObject Parse(ReadOnlySpan<byte> stored) =>
        JsonNode.Parse(stored, documentOptions: StoredOptions)!.AsObject();

    /// <summary>Stored bytes as an object with its resourceVersion.</summary>
    public static JsonObject Parse(ReadOnlySpan<byte> stored, long revision)
    {
        var obj = Parse(stored);
        ObjectMetadata.Of(obj).ResourceVersion = revision.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return obj;
    }

    private static void WriteMetadata(Utf8JsonWriter writer, JsonObject? metadata)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in metadata ?? [])
        {
            if (name != "resourceVersion")
            {
                writer.WritePropertyName(name);
                WriteValue(writer, value);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteMember(Utf8JsonWriter writer, JsonObject obj, string name)
    {
        if (obj.TryGetPropertyValue(name, out var value))
        {
            writer.WritePropertyName(name);
            WriteValue(writer, value);
        }
    }

    internal static void WriteValue(Utf8JsonWriter writer, JsonNode? value)
    {
        if (value is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            value.WriteTo(writer);
        }
    }
}
