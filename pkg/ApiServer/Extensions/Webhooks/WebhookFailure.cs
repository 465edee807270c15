using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Extensions.Webhooks;

/// <summary>Why a webhook could not be asked, in the words of Go's net/http and of client-go.</summary>
internal static class WebhookFailure
{
    /// <summary>client-go's bound on how much of a body without structure stands in an error.</summary>
    private const int MaxShownChars = 2048;

    /// <summary>What broke a request off.</summary>
    public static string Describe(Exception failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case ApiException refused:
                    return refused.Message;
                case WebhookConnectException connect:
                    return connect.Message;
                case HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }:
                case HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }:
                    return "EOF";
                case HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse }:
                case HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse }:
                    return "net/http: HTTP/1.x transport connection broken: malformed HTTP response";
                case System.Net.Sockets.SocketException socket:
                    return socket.SocketErrorCode == System.Net.Sockets.SocketError.ConnectionReset
                        ? "read: connection reset by peer"
                        : Client.Streaming.DialFailure.Describe(socket);
            }
        }

        return failure.Message;
    }

    /// <summary>
    /// An answer with another code than 2xx: the message of its Status when it has one (k8s.io/apimachinery/pkg/api/errors
    /// NewGenericServerResponse).
    /// </summary>
    public static WebhookCallException OfResponse(int code, string? mediaType, ReadOnlySpan<byte> body)
    {
        if (StatusMessage(body) is { Length: > 0 } message)
        {
            return new WebhookCallException(message, code);
        }

        var isText = mediaType is null || mediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase);
        var shown = isText ? Encoding.UTF8.GetString(body[..Math.Min(body.Length, MaxShownChars)]).Trim() : "unknown";
        return new WebhookCallException(Generic(code, shown), code);
    }

    private static string Generic(int code, string shown) => code switch
    {
        400 => "the server rejected our request for an unknown reason",
        401 => "the server has asked for the client to provide credentials",
        403 or 415 => shown,
        404 => "the server could not find the requested resource",
        405 => "the server does not allow this method on the requested resource",
        406 => shown is "" or "unknown"
            ? "the server was unable to respond with a content type that the client supports"
            : shown,
        409 => "the server reported a conflict",
        422 => "the server rejected our request due to an error in our request",
        429 => "the server has received too many requests and has asked us to try again later",
        503 => "the server is currently unable to handle the request",
        504 => "the server was unable to return a response in the time allotted, but may still be processing the request",
        >= 500 => $"an error on the server ({GoText.Quote(shown)}) has prevented the request from succeeding",
        _ => $"the server responded with the status code {code} but did not return more information",
    };

    private static string? StatusMessage(ReadOnlySpan<byte> body)
    {
        try
        {
            return WebhookJson.Parse(body) is JsonObject status && status.Text("kind") == "Status"
                && status.Text("apiVersion") == "v1" && status.Text("status") != "Success"
                ? status.Text("message")
                : null;
        }
        catch (JsonException)
        {
            // A body without structure.
            return null;
        }
    }
}
