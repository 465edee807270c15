using System.Net.Sockets;
using Kube1.ApiServer.Registry;
using Kube1.Client.Streaming;

namespace Kube1.ApiServer.Extensions.Webhooks;

/// <summary>
/// The connections to one target: TLS to the name that its address says, without credentials, proxies, cookies and
/// redirects. HTTP/1.1, as upstream, so that requests spread over a Service's endpoints.
/// </summary>
internal sealed class WebhookTransport : IDisposable
{
    // The bounds of client-go's transport.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(90);

    // A connection to an endpoint that has been replaced must not live for ever.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly WebhookTarget _target;
    private readonly ServerTrust _trust;
    private readonly Func<IObjectReader> _objects;
    private readonly IServiceDialer _dialer;
    private readonly HttpMessageInvoker _http;

    /// <exception cref="WebhookCallException">The target's caBundle holds no certificate.</exception>
    public WebhookTransport(WebhookTarget target, Func<IObjectReader> objects, IServiceDialer dialer, TimeProvider time)
    {
        _target = target;
        _trust = ServerTrust.Of(target.CaBundle, time);
        _objects = objects;
        _dialer = dialer;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionIdleTimeout = IdleTimeout,
            PooledConnectionLifetime = Lifetime,
            ConnectCallback = ConnectAsync,
        });
    }

    /// <summary>Sends a request; the body of the response is still to be read.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _http.SendAsync(request, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var server = context.DnsEndPoint;
        var stream = _target.Service is { } service
            ? await DialAnyAsync(ServiceEndpoints.Resolve(_objects(), service), cancellationToken).ConfigureAwait(false)
            : await DialAnyAsync([(server.Host, server.Port)], cancellationToken).ConfigureAwait(false);
        return await _trust.SecureAsync(stream, server.Host, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<Stream> DialAnyAsync(
        IReadOnlyList<(string Host, int Port)> endpoints, CancellationToken cancellationToken)
    {
        for (var i = 0; ; i++)
        {
            var (host, port) = endpoints[i];
            try
            {
                return await _dialer.DialAsync(host, port, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException) when (i < endpoints.Count - 1)
            {
                // The next one may be better.
            }
            catch (SocketException e)
            {
                var reason = DialFailure.Describe(e);
                throw new WebhookConnectException(
                    e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain
                        ? $"dial tcp: lookup {host}: {reason}"
                        : $"dial tcp {(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}: {reason}",
                    e);
            }
        }
    }
}
