using System.Text;
using Kube1.Api.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.ApiServer.Http;

/// <summary>
/// The answer to a request that upstream's filters refuse before anybody knows what form an answer is to have: 500 as text.
/// </summary>
internal static class InternalErrorText
{
    /// <summary>Answers; the text names the request.</summary>
    public static async ValueTask WriteAsync(RequestScope scope, string why)
    {
        var target = scope.Http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? scope.Info.Path;
        var text = ForbiddenAccess.Sanitized($"Internal Server Error: {GoText.Quote(target)}: {why}") + "\n";
        var response = scope.Http.Response;
        response.StatusCode = StatusCodes.Status500InternalServerError;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.XContentTypeOptions = "nosniff";
        var bytes = Encoding.UTF8.GetBytes(text);
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, scope.Aborted).ConfigureAwait(false);
    }
}
