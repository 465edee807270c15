using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Kube1.Api.Errors;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Streaming.Proxies;
using Kube1.Client.Streaming;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.ApiServer.Streaming;

/// <summary>The client's side of an upgrade: what it asks for, and the switch of protocols.</summary>
internal static class ClientUpgrade
{
    // Frequent enough to keep proxies and NAT from forgetting the connection. No answer is demanded: that of a client
    // whose input waits for a slow command waits behind it. Who has vanished is found by TCP's keep-alive.
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(20);

    public static bool IsWebSocket(HttpContext http) =>
        ExtendedConnect.Of(http) is not null
        || Protocol(http) is { } protocol && protocol.Equals("websocket", StringComparison.OrdinalIgnoreCase);

    /// <summary>The Upgrade header of an HTTP/1.1 request that asks for an upgrade; else null.</summary>
    public static string? Protocol(HttpContext http) =>
        http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
            ? http.Request.Headers.Upgrade.ToString() is { Length: > 0 } protocol ? protocol : null
            : null;

    /// <summary>The WebSocket subprotocols offered, in order.</summary>
    public static IReadOnlyList<string> OfferedSubprotocols(HttpContext http) =>
        http.Request.Headers.SecWebSocketProtocol
            .SelectMany(v => (v ?? "").Split(
                ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .ToList();

    /// <summary>Completes the WebSocket handshake (RFC 6455 section 4.2.2, RFC 8441 for HTTP/2).</summary>
    public static async Task<WebSocket> AcceptWebSocketAsync(HttpContext http, string? subprotocol)
    {
        Stream stream;
        WatchConnection(http);
        if (ExtendedConnect.Of(http) is { } connect)
        {
            SetSubprotocol();
            stream = await connect.AcceptAsync().ConfigureAwait(false);
        }
        else
        {
            if (http.Request.Headers.SecWebSocketVersion != "13")
            {
                throw ApiErrors.BadRequest("websocket: unsupported version: 13 not found in 'Sec-Websocket-Version' header");
            }

            var key = http.Request.Headers.SecWebSocketKey.ToString();
            if (key.Length == 0)
            {
                throw ApiErrors.BadRequest("missing Sec-WebSocket-Key header");
            }

            SetSubprotocol();
            http.Response.Headers.Upgrade = "websocket";
            http.Response.Headers.SecWebSocketAccept = AcceptKey(key);
            stream = await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync().ConfigureAwait(false);
        }

        // Without the subprotocol, which would only be noted: .NET refuses the slash in SPDY/3.1+portforward.k8s.io.
        return WebSocket.CreateFromStream(new ClientFrames(stream), new WebSocketCreationOptions
        {
            IsServer = true,
            KeepAliveInterval = PingInterval,
        });

        void SetSubprotocol()
        {
            if (subprotocol is not null)
            {
                http.Response.Headers.SecWebSocketProtocol = subprotocol;
            }
        }
    }

    /// <summary>The headers of an HTTP/1.1 handshake that one over HTTP/2 does without (RFC 8441 section 5).</summary>
    public static IEnumerable<KeyValuePair<string, string>> HandshakeOf(HttpContext http) => ExtendedConnect.Of(http) is null
        ? []
        : [new("Sec-WebSocket-Key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)))];

    /// <summary>Switches the client to the raw stream that the upstream agreed to.</summary>
    public static async Task<Stream> AcceptRawAsync(HttpContext http, UpgradeResponse upstream)
    {
        WatchConnection(http);
        CopyHeaders(http, upstream);
        if (ExtendedConnect.Of(http) is { } connect)
        {
            http.Response.Headers.Remove("Sec-WebSocket-Accept");
            return await connect.AcceptAsync().ConfigureAwait(false);
        }

        http.Response.Headers.Upgrade = upstream.Header("Upgrade");
        return await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync().ConfigureAwait(false);
    }

    /// <summary>Passes on the upstream's refusal with its headers; this connection ends with it.</summary>
    /// <exception cref="ApiException">The upstream neither refused nor switched protocols.</exception>
    public static async Task RefuseAsync(HttpContext http, UpgradeResponse upstream, CancellationToken ct)
    {
        if (upstream.StatusCode < 400)
        {
            throw ProxyFailure.NoStatus($"invalid upgrade response: status code {upstream.StatusCode}");
        }

        http.Response.StatusCode = upstream.StatusCode;
        CopyHeaders(http, upstream);
        if (!HttpProtocol.IsHttp2(http.Request.Protocol))
        {
            http.Response.Headers.Connection = "close";
        }

        await http.Response.Body.WriteAsync(upstream.Body, ct).ConfigureAwait(false);
        if (!upstream.IsWhole)
        {
            // Only breaking off tells the client that there was more.
            await http.Response.Body.FlushAsync(ct).ConfigureAwait(false);
            http.Abort();
        }
    }

    private static void CopyHeaders(HttpContext http, UpgradeResponse upstream)
    {
        foreach (var (name, value) in upstream.Headers)
        {
            if (!HopHeaders.IsConnectionBound(name))
            {
                http.Response.Headers.Append(name, value);
            }
        }
    }

    private static void WatchConnection(HttpContext http)
    {
        if (http.Features.Get<IConnectionSocketFeature>() is { Socket: { } socket })
        {
            KeepAlive.Enable(socket);
        }
    }

    // SHA-1 is what RFC 6455 asks for; it protects nothing.
#pragma warning disable CA5350
    private static string AcceptKey(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
}
