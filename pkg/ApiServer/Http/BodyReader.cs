using System.Buffers;
using Kube1.Api.Errors;
using Kube1.Api.Schema;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Kube1.ApiServer.Http;

/// <summary>Reads request bodies: bounded; JSON, YAML or protobuf.</summary>
internal static class BodyReader
{
    /// <summary>Upstream's bound: 3 MiB, what etcd takes with room for the rest of a transaction.</summary>
    public const int MaxSizeBytes = 3 * 1024 * 1024;

    /// <summary>What an announced length is worth before a byte has come: it costs a client nothing to lie.</summary>
    private const int MaxTrustedBytes = 64 * 1024;

    /// <summary>How the body is written; JSON when the client does not say. Throws 415 for other formats.</summary>
    public static BodyFormat FormatOf(HttpRequest request) => MediaType(request) switch
    {
        "" when string.IsNullOrEmpty(request.ContentType) => BodyFormat.Json,
        MediaTypes.Json => BodyFormat.Json,
        MediaTypes.Yaml => BodyFormat.Yaml,
        MediaTypes.Protobuf => BodyFormat.Protobuf,
        _ => throw ApiErrors.UnsupportedMediaType(MediaTypes.All),
    };

    /// <summary>The body as it is. Throws 413 when it is too large.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(
        HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MaxSizeBytes)
        {
            throw TooLarge();
        }

        var buffer = new ArrayBufferWriter<byte>((int)Math.Min(request.ContentLength ?? 4096, MaxTrustedBytes) + 1);
        while (true)
        {
            var read = await request.Body.ReadAsync(buffer.GetMemory(), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return buffer.WrittenMemory;
            }

            buffer.Advance(read);
            if (buffer.WrittenCount > MaxSizeBytes)
            {
                throw TooLarge();
            }
        }
    }

    /// <summary>The media type without its parameters, in lower case; empty when it is malformed.</summary>
    public static string MediaType(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? type.MediaType.ToString().ToLowerInvariant() : "";

    private static ApiException TooLarge() =>
        ApiErrors.TooLarge($"Request entity too large: limit is {MaxSizeBytes}");
}
