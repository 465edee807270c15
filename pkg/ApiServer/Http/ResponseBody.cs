using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Http;

/// <summary>Sends finished documents in the form that was agreed on, compressed when they are large and the client can.</summary>
internal static class ResponseBody
{
    /// <summary>Up to this compression costs more than it saves; upstream's bound.</summary>
    public const int GzipAboveSizeBytes = 128 * 1024;

    /// <summary>How JSON for people is written, and the documents that are it to everybody.</summary>
    public static JsonWriterOptions Indented { get; } = CanonicalJson.WriterOptions with
    {
        Indented = true,
        IndentSize = 2,
        NewLine = "\n",
    };

    /// <summary>How our own JSON is read again: a stored object may be as deep as a body, and is in a list besides.</summary>
    public static JsonDocumentOptions ParseOptions { get; } = new() { MaxDepth = CanonicalJson.WriterOptions.MaxDepth };

    /// <summary>
    /// Answers with a complete JSON document, in the format that was agreed on. As JSON that is not indented it goes out
    /// as it is, so it ends its line, as upstream's does.
    /// </summary>
    public static async ValueTask WriteAsync(
        RequestScope scope, int code, Accepted accepted, ReadOnlyMemory<byte> json, CancellationToken cancellationToken,
        string? contentType = null)
    {
        var response = scope.Http.Response;
        response.StatusCode = code;
        response.ContentType = contentType ?? accepted.ContentType;
        using var buffer = accepted is { Format: WireFormat.Json, Pretty: false } ? null : new PooledBuffer();
        var bytes = buffer is null ? json : Convert(response, accepted, json, buffer);
        if (HttpMethods.IsHead(scope.Http.Request.Method))
        {
            response.ContentLength = bytes.Length;
            return;
        }

        if (bytes.Length > GzipAboveSizeBytes && AcceptsGzip(scope.Http.Request))
        {
            var gzip = BeginGzip(response);
            await using (gzip.ConfigureAwait(false))
            {
                await gzip.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the response a compressed one; the stream takes its body.</summary>
    public static GZipStream BeginGzip(HttpResponse response)
    {
        response.Headers.ContentEncoding = "gzip";
        response.Headers.Append("Vary", "Accept-Encoding");
        return new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
    }

    /// <summary>Whether the client says that it can unpack gzip; with a quality it does not say so, to upstream.</summary>
    public static bool AcceptsGzip(HttpRequest request)
    {
        var header = request.Headers.AcceptEncoding.ToString();
        foreach (var token in header.AsSpan().Split(','))
        {
            if (header.AsSpan(token).Trim() is "gzip")
            {
                return true;
            }
        }

        return false;
    }

    private static ReadOnlyMemory<byte> Convert(
        HttpResponse response, Accepted accepted, ReadOnlyMemory<byte> json, PooledBuffer buffer)
    {
        if (accepted.Format == WireFormat.Yaml)
        {
            return YamlWriter.Write(JsonNode.Parse(json.Span, documentOptions: ParseOptions)!);
        }

        if (accepted.Format == WireFormat.Protobuf)
        {
            if (ProtobufObjects.TryWrite(buffer, json))
            {
                return buffer.WrittenMemory;
            }

            // A kind without a message is JSON to everybody.
            response.ContentType = Accepted.Json.ContentType;
            return json;
        }

        using (var document = JsonDocument.Parse(json, ParseOptions))
        using (var writer = new Utf8JsonWriter(buffer, Indented))
        {
            document.RootElement.WriteTo(writer);
        }

        return buffer.WrittenMemory;
    }
}
