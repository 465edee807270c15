using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Discovery;

/// <summary>
/// /api, /apis and below, in the legacy and the aggregated form, and /version. Aggregated documents are made once for
/// each table of resources, and kept until there is another one.
/// </summary>
internal sealed class DiscoveryEndpoint(ApiServerCore core)
{
    private volatile TableDocuments? _documents;

    /// <summary>/api, /apis, /apis/{group}, /api/v1, /apis/{group}/{version}</summary>
    public ValueTask WriteAsync(RequestScope scope, string path)
    {
        if (path is "/api" or "/apis" && Accepted.ForAggregatedDiscovery(scope.Http.Request) is { } aggregated)
        {
            return WriteAggregatedAsync(scope, path, aggregated);
        }

        var legacy = new LegacyDiscovery(core.Options, core.Resources);
        var document = path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["api"] => legacy.Versions(),
            ["apis"] => legacy.Groups(),
            ["api", var version] => legacy.Resources("", version),
            ["apis", var group] => legacy.Group(group),
            ["apis", var group, var version] => legacy.Resources(group, version),
            _ => null,
        };
        var bytes = KubeBytes.LineOf(document ?? throw ApiErrors.PathNotFound());
        scope.Audit?.RecordResponse(bytes.Span);
        return ResponseBody.WriteAsync(scope, 200, Accepted.ForDocument(scope.Http.Request), bytes, scope.Aborted);
    }

    /// <summary>/version</summary>
    public static ValueTask WriteVersionAsync(RequestScope scope) => WriteRawAsync(scope, new JsonObject
    {
        ["major"] = KubernetesRelease.Major,
        ["minor"] = KubernetesRelease.Minor,
        ["gitVersion"] = KubernetesRelease.GitVersion,
        ["gitCommit"] = KubernetesRelease.GitCommit,
        ["gitTreeState"] = "clean",
        ["buildDate"] = KubernetesRelease.BuildDate,
        ["goVersion"] = KubernetesRelease.Runtime,
        ["compiler"] = KubernetesRelease.Compiler,
        ["platform"] = KubernetesRelease.Platform,
    });

    /// <summary>/: the paths that there are.</summary>
    public ValueTask WriteRootAsync(RequestScope scope)
    {
        string[] fixedPaths =
        [
            "/.well-known/openid-configuration", "/api", "/api/v1", "/apis", "/healthz", "/livez", "/metrics",
            "/openapi/v2", "/openapi/v3", "/openid/v1/jwks", "/readyz", "/version",
        ];
        var groups = core.Resources.All.Select(r => r.Descriptor.Resource).Where(r => r.Group.Length > 0)
            .SelectMany(r => new[] { $"/apis/{r.Group}", $"/apis/{r.Group}/{r.Version}" });
        var paths = fixedPaths.Concat(groups).Distinct().Order(StringComparer.Ordinal);
        return WriteRawAsync(scope, new JsonObject { ["paths"] = new JsonArray([.. paths.Select(p => (JsonNode)p)]) });
    }

    // What is no API object is indented JSON to everybody.
    private static ValueTask WriteRawAsync(RequestScope scope, JsonObject document) => ResponseBody.WriteAsync(
        scope, 200, Accepted.Json with { Pretty = true }, KubeBytes.Of(document), scope.Aborted);

    private async ValueTask WriteAggregatedAsync(RequestScope scope, string path, Accepted accepted)
    {
        var table = core.Resources;
        var documents = _documents;
        if (documents is null || !ReferenceEquals(documents.Table, table))
        {
            _documents = documents = new TableDocuments(table);
        }

        var (bytes, hash) = documents.Find(path);
        var response = scope.Http.Response;
        response.Headers.Vary = "Accept";
        response.Headers.CacheControl = "public";
        response.Headers.ETag = $"\"{hash}\"";
        if (EntityTag.IsKnown(scope.Http.Request, hash))
        {
            response.StatusCode = 304;
            return;
        }

        scope.Audit?.RecordResponse(bytes.Span);
        await ResponseBody.WriteAsync(
            scope, 200, accepted, bytes, scope.Aborted, accepted.ContentType + AggregatedDiscovery.KindParameters)
            .ConfigureAwait(false);
    }

    private sealed class TableDocuments(ResourceTable table)
    {
        private readonly ConcurrentDictionary<string, (ReadOnlyMemory<byte> Bytes, string Hash)> _documents = new();

        public ResourceTable Table => table;

        public (ReadOnlyMemory<byte> Bytes, string Hash) Find(string path) => _documents.GetOrAdd(path, p =>
        {
            var bytes = KubeBytes.LineOf(new AggregatedDiscovery(table).Document(core: p == "/api"));
            return (bytes, Convert.ToHexString(SHA512.HashData(bytes.Span)));
        });
    }
}
