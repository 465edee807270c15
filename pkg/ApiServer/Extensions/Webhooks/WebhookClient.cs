using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Extensions.Webhooks;

/// <summary>
/// Posts JSON to webhooks and reads what they answer: bounded in time and size, over connections that are kept by
/// target (k8s.io/apiserver/pkg/util/webhook). It follows no redirects and sends nobody's credentials.
/// </summary>
/// <param name="objects">The cluster's objects, for Services and their endpoints.</param>
/// <param name="dialer">The way to servers.</param>
/// <param name="time">Time.</param>
internal sealed class WebhookClient(Func<IObjectReader> objects, IServiceDialer dialer, TimeProvider time) : IDisposable
{
    /// <summary>
    /// What an answer about one object may have: a patch that replaces an object of the largest size, in base64, twice.
    /// </summary>
    public const int MaxReviewBytes = 8 * 1024 * 1024;

    private const string UserAgent = "kube-apiserver-admission";

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly WebhookPool _pool = new(target => new WebhookTransport(target, objects, dialer, time));

    /// <summary>How many targets have connections.</summary>
    public int Targets => _pool.Count;

    /// <summary>
    /// Posts a document and returns the object in a 2xx answer. The timeout covers all of it, and is told to the server.
    /// </summary>
    /// <exception cref="WebhookCallException">There is no such answer.</exception>
    public async Task<JsonObject> PostAsync(
        WebhookTarget target, ReadOnlyMemory<byte> body, TimeSpan timeout, int maxAnswerBytes,
        CancellationToken cancellationToken)
    {
        if (target.Url.Length == 0)
        {
            throw new WebhookCallException("webhook configuration must have either service or URL", 500)
            {
                IsConfiguration = true,
            };
        }

        using var lease = _pool.Take(target);
        using var patience = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        var url = $"{target.Url}?timeout={(long)Math.Ceiling(timeout.TotalSeconds)}s";
        using var request = Request(url, body);
        try
        {
            using var response = await SendAsync(lease.Transport, request, url, either.Token).ConfigureAwait(false);
            return WebhookJson.ParseAnswer(
                await ReadAsync(response, maxAnswerBytes, either.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new WebhookCallException($"Post \"{url}\": context deadline exceeded", 503, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pool.Dispose();

    private static HttpRequestMessage Request(string url, ReadOnlyMemory<byte> body)
    {
        var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = Json;
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(url)) { Content = content };
        request.Headers.TryAddWithoutValidation("Accept", "application/json, */*");
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        return request;
    }

    private static async Task<HttpResponseMessage> SendAsync(
        WebhookTransport transport, HttpRequestMessage request, string url, CancellationToken cancellationToken)
    {
        try
        {
            return await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new WebhookCallException(
                $"Post \"{url}\": {WebhookFailure.Describe(e)}", 503, e);
        }
    }

    private static async Task<byte[]> ReadAsync(
        HttpResponseMessage response, int maxBytes, CancellationToken cancellationToken)
    {
        var code = (int)response.StatusCode;
        var type = response.Content.Headers.ContentType;
        var body = await ReadBodyAsync(response, maxBytes, cancellationToken).ConfigureAwait(false);
        if (code is < 200 or > 206)
        {
            throw WebhookFailure.OfResponse(code, type?.MediaType, body);
        }

        return body.Length > 0
            ? body
            : throw new WebhookCallException(
                $"0-length response with status code: {code} and content type: {type}");
    }

    private static async Task<byte[]> ReadBodyAsync(
        HttpResponseMessage response, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                using var body = new MemoryStream();
                var chunk = new byte[16 * 1024];
                int read;
                while ((read = await stream.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0)
                {
                    if (body.Length + read > maxBytes)
                    {
                        throw Unread($"the body is larger than {maxBytes} bytes", null);
                    }

                    body.Write(chunk, 0, read);
                }

                return body.ToArray();
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw Unread("unexpected EOF", e);
        }
    }

    private static WebhookCallException Unread(string why, Exception? cause) => new(
        "unexpected error when reading response body. Please retry. Original error: " + why,
        503, cause);
}
