using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.ApiServer.Streaming.Proxies;

/// <summary>One request through a proxy and its answer, both streamed.</summary>
internal sealed class ProxyExchange(HttpContext http, ProxyLocation location, ProxyPath path)
{
    private const int BufferBytes = 32 * 1024;

    public async Task RunAsync(Uri target, CancellationToken ct)
    {
        using var request = Request(target);
        using var answer = await SendAsync(request, ct).ConfigureAwait(false);
        var response = http.Response;
        response.StatusCode = (int)answer.StatusCode;
        ProxyHeaders.CopyTo(response, answer.Headers.NonValidated.Select(h => KeyValuePair.Create(h.Key, h.Value.AsEnumerable())));
        ProxyHeaders.CopyTo(
            response, answer.Content.Headers.NonValidated.Select(h => KeyValuePair.Create(h.Key, h.Value.AsEnumerable())));
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
                ? CopyAsync(body, response.Body, null, ct)
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
        var incoming = http.Request;
        var request = new HttpRequestMessage(new HttpMethod(incoming.Method), target);
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
        {
            request.Content = new StreamContent(incoming.Body, BufferBytes);
            request.Content.Headers.ContentLength = incoming.ContentLength;
        }

        request.Headers.TryAddWithoutValidation("Host", incoming.Host.Value);
        foreach (var (name, value) in ProxyHeaders.OfRequest(http))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                // Content-Type and its kin, which a request without a body may have too.
                request.Content ??= new ByteArrayContent([]);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

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
            await CopyAsync(body, output, rewriter, ct).ConfigureAwait(false);
            return;
        }

        var isGzip = encoding == "gzip";
        await using Stream packed = isGzip
            ? new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true)
            : new DeflateStream(output, CompressionLevel.Fastest, leaveOpen: true);
        await using Stream plain = isGzip
            ? new GZipStream(body, CompressionMode.Decompress)
            : new DeflateStream(body, CompressionMode.Decompress);
        await CopyAsync(plain, packed, rewriter, ct).ConfigureAwait(false);
    }

    /// <summary>Passes each piece on as it comes.</summary>
    private static async Task CopyAsync(Stream body, Stream output, HtmlLinkRewriter? rewriter, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        var page = new ArrayBufferWriter<byte>();
        try
        {
            while (await body.ReadAsync(buffer, ct).ConfigureAwait(false) is var count and > 0)
            {
                if (rewriter is null)
                {
                    await output.WriteAsync(buffer.AsMemory(0, count), ct).ConfigureAwait(false);
                }
                else
                {
                    rewriter.Push(buffer.AsSpan(0, count), page);
                    await output.WriteAsync(page.WrittenMemory, ct).ConfigureAwait(false);
                    page.ResetWrittenCount();
                }

                await output.FlushAsync(ct).ConfigureAwait(false);
            }

            rewriter?.End(page);
            await output.WriteAsync(page.WrittenMemory, ct).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
