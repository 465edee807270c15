using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.ApiServer.Http;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.OpenApi;

/// <summary>
/// /openapi/v2, the index /openapi/v3 and the documents below it, in JSON and protobuf. Headers and redirects are those
/// of k8s.io/kube-openapi (pkg/handler, pkg/handler3).
/// </summary>
internal sealed class OpenApiEndpoint(ApiServerCore core)
{
    private const string V2 = "/openapi/v2";
    private const string V3 = "/openapi/v3";

    private volatile MergedDocuments? _documents;

    /// <summary>Answers, or throws 404.</summary>
    public ValueTask WriteAsync(RequestScope scope, string path)
    {
        var merged = Documents();
        if (path == V3)
        {
            return WriteIndexAsync(scope, merged);
        }

        var name = path == V2 ? "" : path.StartsWith(V3 + "/", StringComparison.Ordinal) ? path[(V3.Length + 1)..] : null;
        if (name is not null && merged.ServerOf(name) is { } server)
        {
            return new ValueTask(core.Aggregator.ProxyAsync(scope, server));
        }

        var converted = name is null ? null : merged.ConvertedOf(name);
        if (name is null || (name.Length > 0 && converted is null && !merged.IsOwn(name)))
        {
            throw ApiErrors.PathNotFound();
        }

        var response = scope.Http.Response;
        response.Headers.Vary = "Accept";
        if (IsProtobufWanted(scope.Http.Request, name.Length == 0 ? "v2" : "v3") is not { } isProtobuf)
        {
            response.StatusCode = StatusCodes.Status406NotAcceptable;
            return ValueTask.CompletedTask;
        }

        response.ContentType = isProtobuf
            ? $"application/com.github.proto-openapi.spec.{(name.Length == 0 ? "v2" : "v3")}.v1.0+protobuf"
            : MediaTypes.Json;
        var hash = name.Length == 0 ? merged.V2Hash : converted?.Hash ?? merged.Own.HashOf(name);
        response.Headers.ETag = $"\"{hash}\"";
        if (name.Length > 0 && scope.Query("hash") is { Length: > 0 } asked)
        {
            if (asked != hash)
            {
                response.StatusCode = StatusCodes.Status301MovedPermanently;
                response.Headers.Location = AddressOf(name, hash);
                return ValueTask.CompletedTask;
            }

            // Under this address there will never be anything else.
            response.Headers.CacheControl = "public, immutable";
            response.Headers.Expires = core.Time.GetUtcNow().AddYears(1).ToString("R", CultureInfo.InvariantCulture);
        }

        return WriteDocumentAsync(
            scope, hash,
            () => name.Length == 0
                ? merged.V2(isProtobuf)
                : converted?.Document(isProtobuf) ?? merged.Own.V3(name, isProtobuf));
    }

    // Two requests may both make the documents anew, and either will do.
    private MergedDocuments Documents()
    {
        var (table, services, remote) = (core.Resources, core.Aggregator.ApiServices, core.Aggregator.Published);
        var known = _documents;
        if (known is null || !ReferenceEquals(known.Own.Table, table) || !ReferenceEquals(known.Services, services)
            || !ReferenceEquals(known.Remote, remote))
        {
            var own = known is not null && ReferenceEquals(known.Own.Table, table)
                ? known.Own
                : new DocumentCache(table, known?.Own);
            _documents = known = new MergedDocuments(own, services, remote);
        }

        return known;
    }

    private static string AddressOf(string name, string hash) => $"{V3}/{name}?hash={hash}";

    private static ValueTask WriteIndexAsync(RequestScope scope, MergedDocuments documents)
    {
        var paths = documents.Index(AddressOf);
        var index = KubeBytes.Of(new JsonObject { ["paths"] = paths });
        var hash = Convert.ToHexString(SHA512.HashData(index.Span));
        scope.Http.Response.ContentType = MediaTypes.Json;
        scope.Http.Response.Headers.ETag = $"\"{hash}\"";
        return WriteDocumentAsync(scope, hash, () => CompressedDocument.Of(stream => stream.Write(index.Span)));
    }

    private static async ValueTask WriteDocumentAsync(RequestScope scope, string hash, Func<CompressedDocument> make)
    {
        var (request, response) = (scope.Http.Request, scope.Http.Response);
        if (EntityTag.IsKnown(request, hash))
        {
            response.ContentType = null;
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var document = make();
        response.Headers.Append("Vary", "Accept-Encoding");
        var isCompressed = ResponseBody.AcceptsGzip(request);
        if (isCompressed)
        {
            response.Headers.ContentEncoding = "gzip";
        }

        response.ContentLength = isCompressed ? document.Gzip.Length : document.SizeBytes;
        if (HttpMethods.IsHead(request.Method))
        {
            return;
        }

        if (isCompressed)
        {
            await response.Body.WriteAsync(document.Gzip, scope.Aborted).ConfigureAwait(false);
            return;
        }

        var plain = document.Open();
        await using (plain.ConfigureAwait(false))
        {
            await plain.CopyToAsync(response.Body, scope.Aborted).ConfigureAwait(false);
        }
    }

    // The name with the @ is the older one; it is no media type by RFC 6838, but clients ask for it.
    private static bool? IsProtobufWanted(HttpRequest request, string version)
    {
        var header = request.Headers.Accept.ToString();
        foreach (var clause in AcceptClause.Parse(header.Length == 0 ? "*/*" : header))
        {
            if (clause.Matches("application", "json"))
            {
                return false;
            }

            if (clause.Matches("application", $"com.github.proto-openapi.spec.{version}.v1.0+protobuf")
                || clause.Matches("application", $"com.github.proto-openapi.spec.{version}@v1.0+protobuf"))
            {
                return true;
            }
        }

        return null;
    }
}
