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
    /// <summary>Answers, or throws 404.</summary>
    public ValueTask DispatchAsync(RequestScope scope)
    {
        if (scope.Info.Verb is not ("get" or "head"))
        {
            throw ApiErrors.PathNotFound();
        }

        var path = scope.Info.Path.Length > 1 ? scope.Info.Path.TrimEnd('/') : "/";
        return path.Split('/', 3)[1] switch
        {
            "" => discovery.WriteRootAsync(scope),
            "api" or "apis" => discovery.WriteAsync(scope, path),
            "version" when path == "/version" => DiscoveryEndpoint.WriteVersionAsync(scope),
            "healthz" or "livez" or "readyz" => health.WriteAsync(scope, path),
            "metrics" when path == "/metrics" => metrics.WriteAsync(scope),
            "openapi" => documents.WriteAsync(scope, path),
            "openid" when path == "/openid/v1/jwks" =>
                WriteDocumentAsync(scope, core.Security.JsonWebKeySet, "application/jwk-set+json"),
            ".well-known" when path == "/.well-known/openid-configuration" =>
                WriteDocumentAsync(scope, core.Security.OpenIdConfiguration, MediaTypes.Json),
            "v1-kube1" when path == SecurityComposition.AuthorityPath =>
                WriteDocumentAsync(scope, core.Security.AuthorityPem, "application/x-pem-file"),
            _ => throw ApiErrors.PathNotFound(),
        };
    }

    private static async ValueTask WriteDocumentAsync(
        RequestScope scope, ReadOnlyMemory<byte>? document, string contentType)
    {
        var bytes = document ?? throw ApiErrors.PathNotFound();
        var response = scope.Http.Response;
        response.ContentType = contentType;
        response.Headers.CacheControl = "public, max-age=3600";
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, scope.Aborted).ConfigureAwait(false);
    }
}
