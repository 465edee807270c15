using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.OpenApi;

namespace Kube1.ApiServer.OpenApi;

/// <summary>The v3 document that stands in for one that an aggregated API server does not publish, kept compressed.</summary>
internal sealed class ConvertedSpec
{
    private readonly CompressedDocument _json;
    private readonly Lazy<CompressedDocument> _protobuf;

    private ConvertedSpec(RemoteSpec source, byte[] json)
    {
        Source = source;
        _json = CompressedDocument.Of(stream => stream.Write(json));
        _protobuf = new Lazy<CompressedDocument>(
            () => CompressedDocument.Of(stream => GnosticEncoder.Encode(stream, _json.Unpack(), OpenApiVersion.V3)));
        Hash = Convert.ToHexString(SHA512.HashData(json));
    }

    /// <summary>The v2 document that it was made of.</summary>
    public RemoteSpec Source { get; }

    /// <summary>128 hexadecimal digits.</summary>
    public string Hash { get; }

    /// <summary>Converts a v2 document.</summary>
    /// <exception cref="JsonException">It cannot be published in both forms.</exception>
    /// <exception cref="InvalidOperationException">The same.</exception>
    /// <exception cref="FormatException">The same.</exception>
    public static ConvertedSpec Of(RemoteSpec source)
    {
        var converted = OpenApiConversion.V3Of(JsonNode.Parse(source.Document.Unpack())!.AsObject());
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, CanonicalJson.WriterOptions))
        {
            converted.WriteTo(json);
        }

        var bytes = buffer.ToArray();
        GnosticEncoder.Encode(Stream.Null, bytes, OpenApiVersion.V3);
        return new ConvertedSpec(source, bytes);
    }

    /// <summary>The document.</summary>
    public CompressedDocument Document(bool isProtobuf) => isProtobuf ? _protobuf.Value : _json;
}
