using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Discovery;

/// <summary>
/// /api, /apis and below, in the legacy and the aggregated form, and /version. Aggregated documents are made once and kept
/// until something else is served, here or by another server.
/// </summary>
internal sealed class DiscoveryEndpoint(ApiServerCore core)
{
    private volatile GroupDocuments? _documents;

    /// <summary>/api, /apis, /apis/{group}, /api/v1, /apis/{group}/{version}</summary>
    public ValueTask WriteAsync(RequestScope scope, string path)
    {
        if (path is "/api" or "/apis" && Accepted.ForAggregatedDiscovery(scope.Http.Request) is { } aggregated)
        {
            return WriteAggregatedAsync(scope, path, aggregated);
        }

        var legacy = new LegacyDiscovery(core.Options, Documents().Groups);
        var document = path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["api"] => legacy.Versions(),
            ["apis"] => legacy.Groups(),
            ["api", var version] => legacy.Resources("", version),
            ["apis", var group] => legacy.Group(group),
            ["apis", var group, var version] => legacy.Resources(group, version),
            _ => null,
        };
        if (document is null)
        {
            return PageNotFound.AnswerAsync(
                scope, path.StartsWith("/apis/", StringComparison.Ordinal) ? path.Split('/')[2] : "");
        }

        var bytes = KubeBytes.LineOf(document);
        scope.Audit?.RecordResponse(bytes.Span);
        return ResponseBody.WriteAsync(scope, 200, Accepted.ForDocument(scope.Http.Request), bytes, scope.Aborted);
    }

    /// <summary>/version</summary>
    public static ValueTask WriteVersionAsync(RequestScope scope) => WriteRawAsync(scope, new JsonObject
    {
        ["major"] = KubernetesRelease.Major,
        ["minor"] = KubernetesRelease.Minor,
        ["emulationMajor"] = KubernetesRelease.Major,
        ["emulationMinor"] = KubernetesRelease.Minor,
        ["minCompatibilityMajor"] = KubernetesRelease.Major,
        ["minCompatibilityMinor"] = KubernetesRelease.MinCompatibilityMinor,
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
        var groups = Documents().Groups.ByName.Where(g => g.Name.Length > 0)
            .SelectMany(g => g.Versions.Select(v => $"/apis/{g.Name}/{v.Version}").Prepend($"/apis/{g.Name}"));
        var paths = fixedPaths.Concat(groups).Distinct().Order(StringComparer.Ordinal);
        return WriteRawAsync(scope, new JsonObject { ["paths"] = new JsonArray([.. paths.Select(p => (JsonNode)p)]) });
    }

    // What is no API object is indented JSON to everybody.
    private static ValueTask WriteRawAsync(RequestScope scope, JsonObject document) => ResponseBody.WriteAsync(
        scope, 200, Accepted.Json with { Pretty = true }, KubeBytes.Of(document), scope.Aborted);

    private async ValueTask WriteAggregatedAsync(RequestScope scope, string path, Accepted accepted)
    {
        var (bytes, hash) = Documents().Find(path);
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

    // Two requests may both make them, and either will do.
    private GroupDocuments Documents()
    {
        var (table, services, discovered) = (core.Resources, core.Aggregator.ApiServices, core.Aggregator.Discovered);
        if (_documents is { } known && ReferenceEquals(known.Groups.Table, table)
            && ReferenceEquals(known.Groups.Services, services) && ReferenceEquals(known.Groups.Discovered, discovered))
        {
            return known;
        }

        return _documents = new GroupDocuments(new ServedGroups(table, services, discovered));
    }

    private sealed class GroupDocuments(ServedGroups groups)
    {
        private readonly ConcurrentDictionary<string, (ReadOnlyMemory<byte> Bytes, string Hash)> _documents = new();

        public ServedGroups Groups => groups;

        public (ReadOnlyMemory<byte> Bytes, string Hash) Find(string path) => _documents.GetOrAdd(path, p =>
        {
            var bytes = KubeBytes.LineOf(AggregatedDiscovery.Document(groups, core: p == "/api"));
            return (bytes, Convert.ToHexString(SHA512.HashData(bytes.Span)));
        });
    }
}
