using System.Security.Cryptography;
using System.Text.Json;
using Kube1.Api.Json;
using Kube1.Api.OpenApi;

namespace Kube1.ApiServer.OpenApi;

/// <summary>
/// What the OpenAPI v2 document of an aggregated API server says of one group version: its paths, and the definitions and
/// parameters that they need (k8s.io/kube-openapi/pkg/aggregator FilterSpecByPaths). Kept compressed.
/// </summary>
internal sealed class RemoteSpec
{
    /// <summary>Members that stand twice would be read one way here and another way there.</summary>
    public static readonly JsonDocumentOptions ParseOptions = new() { AllowDuplicateProperties = false };

    private RemoteSpec(byte[] json)
    {
        Document = CompressedDocument.Of(stream => stream.Write(json));
        Hash = Convert.ToHexString(SHA512.HashData(json));
    }

    /// <summary>An object with the members info, paths, definitions and parameters.</summary>
    public CompressedDocument Document { get; }

    /// <summary>128 hexadecimal digits; equal for equal documents.</summary>
    public string Hash { get; }

    /// <summary>Takes what is about the paths below one, "/apis/example.org/v1/".</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidOperationException">It is no OpenAPI v2 document.</exception>
    /// <exception cref="FormatException">It has a number that none of OpenAPI's is.</exception>
    public static RemoteSpec Of(ReadOnlyMemory<byte> document, string pathPrefix)
    {
        using var parsed = JsonDocument.Parse(document, ParseOptions);
        var root = parsed.RootElement;
        CheckTexts(root);
        var paths = SpecMerge.Members(root, "paths")
            .Where(p => p.Name.StartsWith(pathPrefix, StringComparison.Ordinal)).ToList();
        var definitions = SpecMerge.Members(root, "definitions").ToList();
        var kept = SpecMerge.KeptDefinitions(
            definitions, SpecMerge.Members(root, "paths").Select(p => p.Value), paths.Select(p => p.Value));
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, CanonicalJson.WriterOptions))
        {
            json.WriteStartObject();
            if (root.TryGetProperty("info", out var info))
            {
                json.WritePropertyName("info");
                info.WriteTo(json);
            }

            Write(json, "paths", paths);
            Write(json, "definitions", definitions.Where(d => kept.Contains(d.Name)));
            Write(json, "parameters", SpecMerge.Members(root, "parameters"));
            json.WriteEndObject();
        }

        var bytes = buffer.ToArray();
        // What could not be published in both forms is not published at all.
        GnosticEncoder.Encode(Stream.Null, bytes, OpenApiVersion.V2);
        return new RemoteSpec(bytes);
    }

    // That a text is no UTF-8 shows only when it is looked at: not after this.
    private static void CheckTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    CheckTexts(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    CheckTexts(member.Value);
                }

                break;
        }
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<JsonProperty> members)
    {
        json.WriteStartObject(name);
        foreach (var member in members)
        {
            member.WriteTo(json);
        }

        json.WriteEndObject();
    }
}
