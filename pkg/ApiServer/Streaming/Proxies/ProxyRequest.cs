using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.ApiServer.Streaming.Proxies;

/// <summary>A client's request as it goes on to the server behind a proxy, its body streamed.</summary>
internal static class ProxyRequest
{
    /// <summary>The same method, body and headers, without those that are for this server.</summary>
    public static HttpRequestMessage Of(HttpContext http, Uri target, string? host)
    {
        var incoming = http.Request;
        var request = new HttpRequestMessage(new HttpMethod(incoming.Method), target);
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
        {
            request.Content = new PassingContent(incoming.Body);
            request.Content.Headers.ContentLength = incoming.ContentLength;
        }

        request.Headers.TryAddWithoutValidation("Host", host);
        foreach (var (name, value) in ProxyHeaders.OfRequest(http))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                // Content-Type and its kin, which a request without a body may have too.
                request.Content ??= new ByteArrayContent([]);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
    }

    /// <summary>The client's body, each piece as it comes: .NET's own content would wait for a buffer to fill.</summary>
    private sealed class PassingContent(Stream body) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(
            Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            BodyCopy.RunAsync(body, stream, null, cancellationToken);

        // Its header tells it, where the client did.
        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
