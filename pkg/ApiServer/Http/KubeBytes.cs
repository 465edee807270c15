using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Http;

/// <summary>Trees to bytes, with the one set of writer options.</summary>
internal static class KubeBytes
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>The compact UTF-8 JSON of a tree.</summary>
    public static ReadOnlyMemory<byte> Of(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        WriteTo(buffer, node);
        return buffer.WrittenMemory;
    }

    /// <summary>The same as a document of its own: Go's encoder ends it with its line.</summary>
    public static ReadOnlyMemory<byte> LineOf(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        WriteTo(buffer, node);
        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }

    /// <summary>Appends a tree to a buffer.</summary>
    public static void WriteTo(IBufferWriter<byte> output, JsonNode node)
    {
        using var writer = new Utf8JsonWriter(output, Options);
        node.WriteTo(writer);
        writer.Flush();
    }

    /// <summary>Appends a text as a JSON string.</summary>
    public static void WriteString(IBufferWriter<byte> output, string text)
    {
        using var writer = new Utf8JsonWriter(output, Options);
        writer.WriteStringValue(text);
        writer.Flush();
    }
}
