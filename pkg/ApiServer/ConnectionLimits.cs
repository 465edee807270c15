namespace Kube1.ApiServer;

/// <summary>
/// What one client of the HTTPS port may cost, and for how long. The defaults are upstream's where it has one
/// (k8s.io/apiserver/pkg/server secure_serving.go); Go's servers leave the rest open.
/// </summary>
public sealed record ConnectionLimits
{
    /// <summary>Each costs a file descriptor and some buffers; upstream stops at the process's descriptors.</summary>
    public int MaxConnections { get; init; } = 16_384;

    /// <summary>Of these: exec, attach, port-forward and watches by WebSocket over HTTP/1.1.</summary>
    public int MaxUpgradedConnections { get; init; } = 8192;

    /// <summary>client-go multiplexes all requests and watches of a process over one connection; Go's default is 250.</summary>
    public int MaxStreamsPerConnection { get; init; } = 1000;

    /// <summary>Line and headers of a request, each. Go's default: kubectl exec puts a whole script into the URL.</summary>
    public int MaxRequestHeadBytes { get; init; } = 1024 * 1024;

    /// <summary>From the connection to the end of the TLS handshake; Go's is 10 s.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From a request's first byte to the end of its headers; upstream's ReadHeaderTimeout.</summary>
    public TimeSpan RequestHead { get; init; } = TimeSpan.FromSeconds(32);

    /// <summary>
    /// From the first look at a request's body to its end, on the server's clock; upstream's --request-timeout. Streams
    /// to pods and nodes have none.
    /// </summary>
    public TimeSpan RequestBody { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Without a request in progress; upstream's IdleTimeout.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>
    /// What a client must take of its answers, on average, once they do not fit into the buffers of both sides. Slow
    /// enough for a reader who pauses a log for minutes.
    /// </summary>
    public double MinResponseBytesPerSecond { get; init; } = 240;

    /// <summary>How long a client may take nothing before that counts.</summary>
    public TimeSpan ResponseGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>An HTTP/2 client with open watches and nothing to say is asked for a sign of life.</summary>
    public TimeSpan PingDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long it has to give one.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The kernel's probes of a silent peer, as Go's; they find HTTP/1.1 clients whose machine has gone.</summary>
    public TimeSpan TcpKeepAlive { get; init; } = TimeSpan.FromMinutes(3);
}
