using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.Client.Http;

namespace Kube1.Client;

/// <summary>
/// A client of one API server as one user. The handler decides both: in-process, or HTTPS with a client certificate.
/// Safe for use by many threads. A refusal of the server is an <see cref="ApiException"/>, a broken connection an
/// <see cref="HttpRequestException"/>, no answer in time a <see cref="TimeoutException"/>.
/// </summary>
public sealed class KubeClient : IDisposable
{
    /// <summary>As upstream's default request timeout: a server that takes longer is taken for dead.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A server under load says when to come back; after this many polite retries the caller hears of it.
    /// </summary>
    private const int MaxThrottledRetries = 10;

    private readonly HttpMessageInvoker _http;
    private readonly Uri _baseAddress;
    private readonly string _userAgent;
    private readonly ConcurrentDictionary<Type, object> _typed = new();

    /// <summary>
    /// Requests go through <paramref name="handler"/>, which the client owns from now on.
    /// <paramref name="baseAddress"/> may have a path; <paramref name="userAgent"/> is "name/version": the name is also
    /// the field manager.
    /// </summary>
    public KubeClient(HttpMessageHandler handler, Uri baseAddress, string userAgent)
    {
        _http = new HttpMessageInvoker(handler, disposeHandler: true);
        _baseAddress = baseAddress.AbsolutePath.EndsWith('/') ? baseAddress : new Uri(baseAddress.AbsoluteUri + "/");
        _userAgent = userAgent;
        FieldManager = userAgent.Split('/')[0];
    }

    /// <summary>Where the server is.</summary>
    public Uri BaseAddress => _baseAddress;

    internal string FieldManager { get; }

    /// <summary>The resource whose objects are <typeparamref name="T"/>.</summary>
    public ResourceClient<T> Of<T>()
        where T : class, IKubernetesKind
    {
        if (_typed.TryGetValue(typeof(T), out var known))
        {
            return (ResourceClient<T>)known;
        }

        var resource = ResourceCatalog.Find(T.GroupVersionKind)
            ?? throw new InvalidOperationException($"no built-in resource serves {T.GroupVersionKind}");
        return (ResourceClient<T>)_typed.GetOrAdd(typeof(T), new ResourceClient<T>(this, resource));
    }

    /// <summary>Any resource, also one that discovery told of, as JSON trees.</summary>
    public DynamicClient Of(ResourceDescriptor resource) => new(this, resource);

    /// <summary>
    /// A raw request; a relative URI is taken from the base address. Whatever the server answers is returned, and the
    /// body may be a stream that goes on.
    /// </summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.RequestUri = Absolute(request.RequestUri);
        if (request.Headers.UserAgent.Count == 0)
        {
            request.Headers.TryAddWithoutValidation("User-Agent", _userAgent);
        }

        // A connection upgrade (exec, port-forward) exists in HTTP/1.1 only.
        if (request.Headers.Upgrade.Count == 0 && request.VersionPolicy == HttpVersionPolicy.RequestVersionOrLower)
        {
            request.Version = HttpVersion.Version20;
        }

        return _http.SendAsync(request, ct);
    }

    /// <summary>The body of what is no object of a resource, as JSON: discovery, for one. Throws the server's Status.</summary>
    public Task<byte[]> GetDocumentAsync(string path, CancellationToken ct) =>
        ExchangeAsync(HttpMethod.Get, path, null, ct);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>
    /// One request and the whole body of its answer; waits and retries when the server asks for that.
    /// </summary>
    internal async Task<byte[]> ExchangeAsync(HttpMethod method, string path, HttpContent? content, CancellationToken ct)
    {
        var body = content is null ? null : await content.ReadAsByteArrayAsync(ct).ConfigureAwait(false);
        var contentType = content?.Headers.ContentType;
        for (var attempt = 0; ; attempt++)
        {
            using var timeout = new CancellationTokenSource(RequestTimeout, TimeProvider.System);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
            TimeSpan pause;
            try
            {
                using var request = Request(method, path, body, contentType);
                using var response = await SendAsync(request, linked.Token).ConfigureAwait(false);
                if (response.IsSuccessStatusCode)
                {
                    return await response.Content.ReadAsByteArrayAsync(linked.Token).ConfigureAwait(false);
                }

                if (attempt == MaxThrottledRetries || !AsksToRetry(response, out pause))
                {
                    throw await StatusReader.ReadAsync(response, linked.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
            {
                throw new TimeoutException($"{method} {path}: no answer within {Seconds(RequestTimeout)} s", e);
            }

            await Task.Delay(pause, TimeProvider.System, ct).ConfigureAwait(false);
        }
    }

    /// <summary>A GET whose body goes on: only its headers must come in time.</summary>
    internal async Task<HttpResponseMessage> OpenStreamAsync(string path, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(RequestTimeout, TimeProvider.System);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            using var request = Request(HttpMethod.Get, path, null, null);
            var response = await SendAsync(request, linked.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                throw await StatusReader.ReadAsync(response, linked.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new TimeoutException($"GET {path}: no answer within {Seconds(RequestTimeout)} s", e);
        }
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, byte[]? body, MediaTypeHeaderValue? type)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = type;
        }

        return request;
    }

    private static bool AsksToRetry(HttpResponseMessage response, out TimeSpan pause)
    {
        var seconds = StatusReader.RetryAfterSeconds(response.Headers);
        pause = TimeSpan.FromSeconds(seconds ?? 0);
        return response.StatusCode == HttpStatusCode.TooManyRequests && seconds is not null;
    }

    private Uri Absolute(Uri? uri)
    {
        if (uri is null)
        {
            return _baseAddress;
        }

        // On Unix "/api/v1" parses as an absolute file URI.
        if (uri.IsAbsoluteUri && !uri.IsFile)
        {
            return uri;
        }

        return new Uri(_baseAddress, uri.OriginalString.TrimStart('/'));
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString(CultureInfo.InvariantCulture);
}
