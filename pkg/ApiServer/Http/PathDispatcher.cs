using Kube1.Api.Errors;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Discovery;
using Kube1.ApiServer.OpenApi;

namespace Kube1.ApiServer.Http;

/// <summary>Requests for anything but resources: discovery, health, metrics, documents.</summary>
internal sealed class PathDispatcher(
    ApiServerCore core, DiscoveryEndpoint discovery, OpenApiEndpoint documents, HealthEndpoint health,
    MetricsExporter metrics)
{
    /// <summary>Answers; throws 404 below a group that is served, and 405.</summary>
    public ValueTask DispatchAsync(RequestScope scope)
    {
        var path = scope.Info.Path.TrimEnd('/') is { Length: > 0 } trimmed ? trimmed : "/";
        return path.Split('/', 3)[1] switch
        {
            // Upstream asks here, and with health, metrics and the API's documents, for no method.
            "" => discovery.WriteRootAsync(scope),
            "healthz" or "livez" or "readyz" => health.WriteAsync(scope, path),
            "metrics" when path == "/metrics" => metrics.WriteAsync(scope),
            "openapi" => documents.WriteAsync(scope, path),
            _ => DispatchReadAsync(scope, path),
        };
    }

    private ValueTask DispatchReadAsync(RequestScope scope, string path)
    {
        Func<ValueTask>? answer = path.Split('/', 3)[1] switch
        {
            "api" or "apis" => () => discovery.WriteAsync(scope, path),
            "version" when path == "/version" => () => DiscoveryEndpoint.WriteVersionAsync(scope),
            "openid" when path == "/openid/v1/jwks" =>
                () => WriteDocumentAsync(scope, core.Security.JsonWebKeySet, "application/jwk-set+json"),
            ".well-known" when path == "/.well-known/openid-configuration" =>
                () => WriteDocumentAsync(scope, core.Security.OpenIdConfiguration, MediaTypes.Json),
            "v1-kube1" when path == SecurityComposition.AuthorityPath =>
                () => WriteDocumentAsync(scope, core.Security.AuthorityPem, "application/x-pem-file"),
            _ => null,
        };
        if (answer is null)
        {
            return PageNotFound.WriteAsync(scope);
        }

        if (scope.Info.Verb is not ("get" or "head"))
        {
            scope.Http.Response.Headers.Allow = "GET";
            throw ApiErrors.MethodNotAllowed();
        }

        return answer();
    }

    private static async ValueTask WriteDocumentAsync(
        RequestScope scope, ReadOnlyMemory<byte>? document, string contentType)
    {
        if (document is not { } bytes)
        {
            await PageNotFound.WriteAsync(scope).ConfigureAwait(false);
            return;
        }

        var response = scope.Http.Response;
        response.ContentType = contentType;
        response.Headers.CacheControl = "public, max-age=3600";
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, scope.Aborted).ConfigureAwait(false);
    }
}
