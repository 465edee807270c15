namespace Kube1.ApiServer.Extensions.Webhooks;

/// <summary>
/// How connections to servers that extend this one are kept: in HTTP/1.1, as upstream, so that requests spread over a
/// Service's endpoints, without proxies, cookies and redirects; with the bounds of client-go's transport.
/// </summary>
internal static class ServerConnections
{
    /// <summary>How long connecting may take.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(90);

    // A connection to an endpoint that has been replaced, or with a certificate that has, must not live for ever.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>A handler that opens its connections in this way.</summary>
    public static SocketsHttpHandler Handler(
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect) => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionIdleTimeout = IdleTimeout,
        PooledConnectionLifetime = Lifetime,
        ConnectCallback = connect,
    };
}
