using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Http;

/// <summary>
/// The HTTPS port: Kestrel in an empty host, without configuration, environment and what else costs start-up time. Any
/// client certificate passes the handshake; the authenticator judges it, so that a bad one gets a Status.
/// </summary>
internal sealed class KestrelListener : IAsyncDisposable
{
    /// <summary>A peer that the kernel's probes do not reach is given up after so many of them.</summary>
    private const int TcpKeepAliveProbes = 3;

    private const int TcpKeepAliveProbeSeconds = 30;

    private readonly WebApplication _server;

    private KestrelListener(WebApplication server) => _server = server;

    /// <summary>The port in use.</summary>
    public int Port => new Uri(_server.Urls.First()).Port;

    /// <summary>Binds and begins to serve.</summary>
    public static async Task<KestrelListener> StartAsync(
        ApiServerOptions options, RequestDelegate pipeline, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var certificate = options.ServingCertificate
            ?? throw new ArgumentException("a listening server needs a serving certificate", nameof(options));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.WebHost
            .UseSockets(sockets => sockets.CreateBoundListenSocket = endpoint => Bind(endpoint, options.Connections))
            .UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.AllowSynchronousIO = false;
                // One character a byte: headers of servers behind a proxy pass through whatever they carry.
                kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
                Bound(kestrel.Limits, options.Connections);
                kestrel.Listen(options.Listen!, listen => Configure(listen, certificate, options.Connections));
            });
        var server = builder.Build();
        server.Run(pipeline);
        try
        {
            await server.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new KestrelListener(server);
    }

    /// <summary>Stops accepting and waits for requests to end, as long as the token allows.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static void Bound(KestrelServerLimits limits, ConnectionLimits connections)
    {
        limits.MaxConcurrentConnections = connections.MaxConnections;
        limits.MaxConcurrentUpgradedConnections = connections.MaxUpgradedConnections;
        limits.MaxRequestLineSize = connections.MaxRequestHeadBytes;
        limits.MaxRequestHeadersTotalSize = connections.MaxRequestHeadBytes;
        limits.RequestHeadersTimeout = connections.RequestHead;
        limits.KeepAliveTimeout = connections.Idle;
        limits.MinResponseDataRate = new MinDataRate(connections.MinResponseBytesPerSecond, connections.ResponseGrace);
        limits.Http2.MaxStreamsPerConnection = connections.MaxStreamsPerConnection;
        limits.Http2.MaxRequestHeaderFieldSize = connections.MaxRequestHeadBytes;
        limits.Http2.KeepAlivePingDelay = connections.PingDelay;
        limits.Http2.KeepAlivePingTimeout = connections.PingTimeout;

        // Bodies are bounded where they are read (BodyReader, TimedBody): those of streams to pods are not bounded at all.
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
    }

    // Connections inherit what the listening socket has.
    private static Socket Bind(EndPoint endpoint, ConnectionLimits limits)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)limits.TcpKeepAlive.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, TcpKeepAliveProbeSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, TcpKeepAliveProbes);
        return socket;
    }

    private static void Configure(
        ListenOptions listen, Func<string?, X509Certificate2> certificate, ConnectionLimits limits)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.UseHttps(new HttpsConnectionAdapterOptions
        {
            ServerCertificateSelector = (_, name) => certificate(name),
            ClientCertificateMode = ClientCertificateMode.AllowCertificate,
            ClientCertificateValidation = static (_, _, _) => true,
            HandshakeTimeout = limits.Handshake,
            SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        });
    }
}
