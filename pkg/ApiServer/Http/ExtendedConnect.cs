using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.ApiServer.Http;

/// <summary>
/// WebSockets over HTTP/2: they begin with CONNECT and a protocol (RFC 8441), and mean what GET means over HTTP/1.1.
/// </summary>
internal static class ExtendedConnect
{
    /// <summary>The way to accept it, when the request opens a WebSocket so; else null.</summary>
    public static IHttpExtendedConnectFeature? Of(HttpContext http) =>
        http.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: "websocket" } connect
            ? connect
            : null;

    /// <summary>The request's method; "GET" when it opens a WebSocket.</summary>
    public static string MethodOf(HttpContext http) =>
        Of(http) is null ? http.Request.Method : HttpMethods.Get;
}
