using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Kube1.Api.Errors;
using Kube1.Api.Models;

namespace Kube1.Client.Http;

/// <summary>Turns a failed response into the exception that carries the server's Status.</summary>
internal static class StatusReader
{
    /// <summary>A Status is small; whatever else a proxy in between sends is only quoted.</summary>
    private const int MaxBodyBytes = 256 * 1024;

    private const int MaxQuotedChars = 2048;

    public static async Task<ApiException> ReadAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var body = await ReadBoundedAsync(response, ct).ConfigureAwait(false);
        return new ApiException(TryParse(body) ?? Describe(response, body));
    }

    /// <summary>The Status in these bytes; null when they are something else.</summary>
    public static V1Status? TryParse(ReadOnlySpan<byte> body)
    {
        try
        {
            var status = KubeJson.Deserialize<V1Status>(body);
            return status.Kind == "Status" && status.Status != "Success" ? status : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task<byte[]> ReadBoundedAsync(HttpResponseMessage response, CancellationToken ct)
    {
        using var buffer = new MemoryStream();
        var stream = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var chunk = new byte[8192];
            int read;
            while (buffer.Length < MaxBodyBytes && (read = await stream.ReadAsync(chunk, ct).ConfigureAwait(false)) > 0)
            {
                buffer.Write(chunk, 0, read);
            }
        }

        return buffer.ToArray();
    }

    // As upstream's NewGenericServerResponse: what the code alone says, and the body as quoted text.
    private static V1Status Describe(HttpResponseMessage response, byte[] body)
    {
        var code = (int)response.StatusCode;
        var (reason, message) = Meaning(code);
        var text = Encoding.UTF8.GetString(body).Trim();
        var causes = new List<V1StatusCause>();
        if (text.Length > 0)
        {
            text = text.Length > MaxQuotedChars ? text[..MaxQuotedChars] : text;
            causes.Add(new V1StatusCause { Reason = "UnexpectedServerResponse", Message = text });
            message = code >= 500 ? $"an error on the server (\"{text}\") has prevented the request from succeeding" : message;
        }

        return new V1Status
        {
            Kind = "Status",
            ApiVersion = "v1",
            Status = "Failure",
            Code = code,
            Reason = reason,
            Message = message,
            Details = new V1StatusDetails { Causes = causes, RetryAfterSeconds = RetryAfterSeconds(response.Headers) },
        };
    }

    public static int? RetryAfterSeconds(HttpResponseHeaders headers) =>
        headers.RetryAfter?.Delta is { } delta ? (int)delta.TotalSeconds : null;

    private static (string Reason, string Message) Meaning(int code) => code switch
    {
        400 => (StatusReasons.BadRequest, "the server rejected our request for an unknown reason"),
        401 => (StatusReasons.Unauthorized, "the server has asked for the client to provide credentials"),
        403 => (StatusReasons.Forbidden, "the server does not allow access to the requested resource"),
        404 => (StatusReasons.NotFound, "the server could not find the requested resource"),
        405 => (StatusReasons.MethodNotAllowed, "the server does not allow this method on the requested resource"),
        406 => (StatusReasons.NotAcceptable, "the server was unable to respond with a content type that the client supports"),
        409 => (StatusReasons.Conflict, "the server reported a conflict"),
        410 => (StatusReasons.Expired, "the requested resource version is no longer available"),
        413 => (StatusReasons.RequestEntityTooLarge, "the request entity is too large"),
        415 => (StatusReasons.UnsupportedMediaType, "the server does not support the media type of the request"),
        422 => (StatusReasons.Invalid, "the server rejected our request due to an error in our request"),
        429 => (StatusReasons.TooManyRequests, "the server has received too many requests and has asked us to try again later"),
        503 => (StatusReasons.ServiceUnavailable, "the server is currently unable to handle the request"),
        504 => (StatusReasons.Timeout, "the server was unable to return a response in the time allotted"),
        _ => (StatusReasons.InternalError,
            $"the server responded with the status code {code} but did not return more information"),
    };
}
