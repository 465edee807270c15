using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Extensions.Webhooks;

/// <summary>
/// The connections to one target: TLS to the name that its address says, without credentials.
/// </summary>
internal sealed class WebhookTransport : IDisposable
{
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
        _http = new HttpMessageInvoker(ServerConnections.Handler(ConnectAsync));
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
            ? await _dialer.DialAnyAsync(ServiceEndpoints.Resolve(_objects(), service), cancellationToken).ConfigureAwait(false)
            : await _dialer.DialAnyAsync([(server.Host, server.Port)], cancellationToken).ConfigureAwait(false);
        return await _trust.SecureAsync(stream, server.Host, cancellationToken).ConfigureAwait(false);
    }
}
