using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.ApiServer.Streaming.Proxies;

/// <summary>One request through a proxy and its answer, both streamed.</summary>
internal sealed class ProxyExchange(HttpContext http, ProxyLocation location, ProxyPath path)
{
    public async Task RunAsync(Uri target, CancellationToken ct)
    {
        using var request = Request(target);
        using var answer = await SendAsync(request, ct).ConfigureAwait(false);
        var response = http.Response;
        response.StatusCode = (int)answer.StatusCode;
        ProxyHeaders.CopyTo(response, answer);
        var links = new ProxiedLinks(path.Prefix, location.Authority, http.Request.Host.Value ?? "");
        var isRedirect = response.Headers.Location is [{ Length: > 0 }];
        if (isRedirect)
        {
            response.Headers.Location = links.Rewrite(response.Headers.Location.ToString());
        }

        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var rewritten = isRedirect || HttpMethods.IsHead(http.Request.Method) ? null : Encoding(answer);
        if (rewritten is not null)
        {
            response.ContentLength = null;
        }

        await response.StartAsync(ct).ConfigureAwait(false);
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
            await (rewritten is null
                ? BodyCopy.RunAsync(body, response.Body, null, ct)
                : RewriteAsync(body, rewritten, new HtmlLinkRewriter(links.Rewrite), ct)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException
            && !ct.IsCancellationRequested)
        {
            // The server behind broke off: only breaking off too tells the client that the body is not whole.
            http.Abort();
        }
    }

    private HttpRequestMessage Request(Uri target)
    {
        var request = ProxyRequest.Of(http, target, http.Request.Host.Value);
        // Not beside the client's, which could say anything.
        request.Headers.Remove("X-Forwarded-Uri");
        request.Headers.TryAddWithoutValidation("X-Forwarded-Uri", path.Forwarded);
        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        try
        {
            return await location.Connector.SendAsync(request, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException
            && !ct.IsCancellationRequested)
        {
            throw ProxyFailure.Unreachable(location.Authority, e);
        }
    }

    /// <summary>How a page whose links are to be rewritten is encoded; null for what passes as it is.</summary>
    private static string? Encoding(HttpResponseMessage answer)
    {
        var isPage = answer.Content.Headers.ContentType?.MediaType == "text/html";
        return isPage && string.Join(',', answer.Content.Headers.ContentEncoding) is "" or "gzip" or "deflate"
            ? string.Join(',', answer.Content.Headers.ContentEncoding)
            : null;
    }

    private async Task RewriteAsync(Stream body, string encoding, HtmlLinkRewriter rewriter, CancellationToken ct)
    {
        var output = http.Response.Body;
        if (encoding.Length == 0)
        {
            await BodyCopy.RunAsync(body, output, rewriter, ct).ConfigureAwait(false);
            return;
        }

        var isGzip = encoding == "gzip";
        await using Stream packed = isGzip
            ? new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true)
            : new DeflateStream(output, CompressionLevel.Fastest, leaveOpen: true);
        await using Stream plain = isGzip
            ? new GZipStream(body, CompressionMode.Decompress)
            : new DeflateStream(body, CompressionMode.Decompress);
        await BodyCopy.RunAsync(plain, packed, rewriter, ct).ConfigureAwait(false);
    }
}
