using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Kube1.ApiServer.Streaming;

/// <summary>HTTP to servers behind this one, with nothing done by the way: no proxy, cookies, redirects or tracing.</summary>
internal static class BackendTransport
{
    /// <param name="connectTimeout">How long connecting may take, TLS included.</param>
    /// <param name="tls">Makes the options of one connection.</param>
    public static HttpMessageInvoker Create(TimeSpan connectTimeout, Func<SslClientAuthenticationOptions> tls) =>
        new(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = connectTimeout,
            ConnectCallback = (context, ct) => ConnectAsync(context, tls, ct),
            // Headers pass through as the bytes that came: Kestrel reads UTF-8 and writes Latin-1.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        });

    /// <summary>
    /// TLS is done here, with the name of the server that is dialed: the handler would take the Host header's, which a proxy's
    /// client chooses. All that is left to the client is that requests with different Hosts share no connection.
    /// </summary>
    private static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, Func<SslClientAuthenticationOptions> tls, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream stream;
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, ct).ConfigureAwait(false);
            stream = new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        if (context.InitialRequestMessage.RequestUri!.Scheme == Uri.UriSchemeHttp)
        {
            return stream;
        }

        var secured = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            var options = tls();
            options.TargetHost = context.DnsEndPoint.Host;
            await secured.AuthenticateAsClientAsync(options, ct).ConfigureAwait(false);
            return secured;
        }
        catch
        {
            await secured.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
