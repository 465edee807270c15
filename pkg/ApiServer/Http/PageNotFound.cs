using Kube1.Api.Errors;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Http;

/// <summary>The answer for a path of which nothing at all is known: 404 as text.</summary>
internal static class PageNotFound
{
    /// <summary>
    /// Answers for a path of an API group; throws the 404 that is a Status when the group is built in. Custom groups are
    /// passed through upstream's servers as nobody's.
    /// </summary>
    public static ValueTask AnswerAsync(RequestScope scope, string group) => scope.Core.Resources.IsBuiltInGroup(group)
        ? throw ApiErrors.PathNotFound()
        : WriteAsync(scope);

    /// <summary>Answers.</summary>
    public static async ValueTask WriteAsync(RequestScope scope)
    {
        var response = scope.Http.Response;
        response.StatusCode = StatusCodes.Status404NotFound;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.XContentTypeOptions = "nosniff";
        var text = "404 page not found\n"u8.ToArray();
        response.ContentLength = text.Length;
        if (!HttpMethods.IsHead(scope.Http.Request.Method))
        {
            await response.Body.WriteAsync(text, scope.Aborted).ConfigureAwait(false);
        }
    }
}
