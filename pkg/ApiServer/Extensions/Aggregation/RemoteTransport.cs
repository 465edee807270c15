using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kube1.Api.Errors;
using Kube1.ApiServer.Extensions.Webhooks;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Extensions.Aggregation;

/// <summary>How aggregated API servers are reached.</summary>
/// <param name="Objects">The cluster's objects, for Services and their endpoints.</param>
/// <param name="Dialer">The way to them.</param>
/// <param name="ClientCertificate">
/// What proves that it is this server who names users in headers: asked at each connection; null for none.
/// </param>
/// <param name="Time">Time.</param>
internal sealed record RemoteAccess(
    Func<IObjectReader> Objects, IServiceDialer Dialer, Func<X509Certificate2>? ClientCertificate, TimeProvider Time);

/// <summary>
/// The connections to one aggregated API server: TLS to the Service's name, over one of its ready endpoints.
/// </summary>
internal sealed class RemoteTransport : IDisposable
{
    private readonly RemoteServer _server;
    private readonly RemoteAccess _access;
    private readonly ServerTrust _trust;
    private readonly HttpMessageInvoker _http;

    /// <exception cref="WebhookCallException">The server's caBundle holds no certificate.</exception>
    public RemoteTransport(RemoteServer server, RemoteAccess access)
    {
        _server = server;
        _access = access;
        _trust = server.IsTrustedBlindly
            ? new ServerTrust(null, access.Time) { IsBlind = true }
            : ServerTrust.Of(server.CaBundle, access.Time);
        var handler = ServerConnections.Handler(async (_, ct) => await ConnectAsync(ct).ConfigureAwait(false));

        // Headers pass through as the bytes that came: Kestrel reads UTF-8 and writes Latin-1.
        handler.RequestHeaderEncodingSelector = static (name, _) => RepeatedHeader.Of(name);
        handler.ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1;
        _http = new HttpMessageInvoker(handler);
    }

    /// <summary>Sends a request; the body of the response is still to be read.</summary>
    /// <exception cref="HttpRequestException">It could not be sent, or no answer came.</exception>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _http.SendAsync(request, cancellationToken);

    /// <summary>Opens a connection for one request that changes the protocol.</summary>
    /// <exception cref="WebhookConnectException">No endpoint answers, or it is none of those trusted.</exception>
    /// <exception cref="NoEndpointException">There is no endpoint.</exception>
    public async ValueTask<SslStream> ConnectAsync(CancellationToken cancellationToken)
    {
        var stream = await _access.Dialer.DialAnyAsync(Endpoints(), cancellationToken).ConfigureAwait(false);
        return await _trust.SecureAsync(stream, _server.HostName, cancellationToken, _access.ClientCertificate?.Invoke())
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private IReadOnlyList<(string Host, int Port)> Endpoints()
    {
        try
        {
            return ServiceEndpoints.Resolve(_access.Objects(), _server.Service);
        }
        catch (ApiException e)
        {
            throw new NoEndpointException(e.Message, e);
        }
    }
}

/// <summary>There is nothing to connect to; the message says why.</summary>
internal sealed class NoEndpointException(string message, Exception inner) : IOException(message, inner);
