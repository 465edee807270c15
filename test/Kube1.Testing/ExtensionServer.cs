using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Kube1.Cluster.Pki;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Kube1.Testing;

/// <summary>A request as an extension server saw it.</summary>
/// <param name="Method">"GET"</param>
/// <param name="Target">Path and query, as they came over the wire.</param>
/// <param name="User">Whom the front proxy named.</param>
/// <param name="Headers">All headers.</param>
public sealed record ExtensionRequest(
    string Method, string Target, string User, IReadOnlyDictionary<string, string[]> Headers);

/// <summary>
/// A real aggregated API server over HTTPS: it serves flunders, of the group example.org, out of its memory, and believes
/// nobody but a front proxy with a certificate of the given authority. A test may say what a path does instead.
/// </summary>
public sealed class ExtensionServer : IAsyncDisposable
{
    /// <summary>"example.org"</summary>
    public const string Group = "example.org";

    private const string AggregatedType =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private readonly WebApplication _app;
    private readonly CertificateAuthority _authority;
    private readonly X509Certificate2 _frontProxies;
    private readonly ConcurrentDictionary<string, RequestDelegate> _paths = new();
    private readonly ConcurrentDictionary<string, JsonObject> _flunders = new(StringComparer.Ordinal);

    private ExtensionServer(WebApplication app, CertificateAuthority authority, X509Certificate2 frontProxies) =>
        (_app, _authority, _frontProxies) = (app, authority, frontProxies);

    /// <summary>All requests in order.</summary>
    public ConcurrentQueue<ExtensionRequest> Requests { get; } = new();

    /// <summary>The port on loopback and all other addresses.</summary>
    public int Port => new Uri(_app.Urls.Single()).Port;

    /// <summary>The CA's certificate as caBundle holds it.</summary>
    public string CaBundle => Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(_authority.CertificatePem));

    /// <summary>Starts one whose certificate is for these names, and which believes that authority's front proxy.</summary>
    public static async Task<ExtensionServer> StartAsync(
        X509Certificate2 frontProxies, TimeProvider time, IPAddress address, params string[] names)
    {
        var authority = CertificateAuthority.Create("extension-ca", time);
        var certificate = authority.IssueServing("extension", [], names, []);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.RequestHeaderEncodingSelector = _ => System.Text.Encoding.UTF8;
            kestrel.Listen(address, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.UseHttps(certificate, https =>
                {
                    https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                    https.AllowAnyClientCertificate();
                });
            });
        });
        var app = builder.Build();
        app.UseWebSockets();
        var server = new ExtensionServer(app, authority, frontProxies);
        app.Run(server.HandleAsync);
        await app.StartAsync().ConfigureAwait(false);
        return server;
    }

    /// <summary>What a path does with a request that a front proxy has sent.</summary>
    public void On(string path, RequestDelegate handle) => _paths[path] = handle;

    /// <summary>A path answers with this.</summary>
    public void On(string path, int code, string body, string type = "application/json") => On(path, context =>
        AnswerAsync(context, code, body, type));

    /// <summary>A path does what it did at first.</summary>
    public void Restore(string path) => _paths.TryRemove(path, out _);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync().ConfigureAwait(false);
        _authority.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        var headers = request.Headers.ToDictionary(
            h => h.Key, h => h.Value.Select(v => v ?? "").ToArray(), StringComparer.OrdinalIgnoreCase);
        var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        Requests.Enqueue(new ExtensionRequest(
            request.Method, target, request.Headers["X-Remote-User"].ToString(), headers));
        if (!IsFrontProxy(context.Connection.ClientCertificate))
        {
            await AnswerAsync(context, 401, """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}""")
                .ConfigureAwait(false);
            return;
        }

        if (_paths.TryGetValue(request.Path.Value ?? "", out var handle))
        {
            await handle(context).ConfigureAwait(false);
            return;
        }

        await ServeAsync(context).ConfigureAwait(false);
    }

    private bool IsFrontProxy(X509Certificate2? certificate)
    {
        if (certificate?.GetNameInfo(X509NameType.SimpleName, false) != "front-proxy-client")
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_frontProxies);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        return chain.Build(certificate);
    }

    private Task ServeAsync(HttpContext context) => (context.Request.Path.Value ?? "").Split('/') switch
    {
        ["", "apis"] => AnswerAsync(context, 200, Aggregated, AggregatedType),
        ["", "apis", Group, "v1"] => AnswerAsync(context, 200, Legacy),
        ["", "openapi", "v3"] => AnswerAsync(
            context, 200,
            """{"paths":{"apis/example.org/v1":{"serverRelativeURL":"/openapi/v3/apis/example.org/v1?hash=F1"},"version":{"serverRelativeURL":"/openapi/v3/version?hash=F2"}}}"""),
        ["", "openapi", "v3", "apis", Group, "v1"] => AnswerAsync(
            context, 200,
            """{"openapi":"3.0.0","info":{"title":"flunders","version":"1"},"paths":{},"components":{"schemas":{"org.example.v1.Flunder":{"type":"object","x-kubernetes-group-version-kind":[{"group":"example.org","version":"v1","kind":"Flunder"}]}}}}"""),
        ["", "openapi", "v2"] => AnswerAsync(context, 200, OpenApiV2),
        ["", "apis", Group, "v1", "flunders"] => ServeAllAsync(context, null),
        ["", "apis", Group, "v1", "namespaces", var ns, "flunders"] => ServeAllAsync(context, ns),
        ["", "apis", Group, "v1", "namespaces", var ns, "flunders", var name] => ServeOneAsync(context, $"{ns}/{name}"),
        _ => AnswerAsync(context, 404, Status(404, "NotFound", "the server could not find the requested resource")),
    };

    private async Task ServeAllAsync(HttpContext context, string? ns)
    {
        if (context.Request.Method == "POST" && ns is not null)
        {
            var flunder = (await JsonNode.ParseAsync(context.Request.Body).ConfigureAwait(false))!.AsObject();
            var metadata = flunder["metadata"]!.AsObject();
            metadata["namespace"] = ns;
            metadata["uid"] = Guid.NewGuid().ToString();
            metadata["creationTimestamp"] = "2026-01-01T00:00:00Z";
            (flunder["apiVersion"], flunder["kind"]) = ($"{Group}/v1", "Flunder");
            _flunders[$"{ns}/{metadata["name"]}"] = flunder;
            await AnswerAsync(context, 201, flunder.ToJsonString()).ConfigureAwait(false);
            return;
        }

        var prefix = ns is null ? "" : ns + "/";
        var found = _flunders.Where(f => f.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        if (context.Request.Method == "DELETE")
        {
            found.ForEach(f => _flunders.TryRemove(f.Key, out _));
        }

        await AnswerAsync(context, 200, new JsonObject
        {
            ["kind"] = "FlunderList",
            ["apiVersion"] = $"{Group}/v1",
            ["metadata"] = new JsonObject { ["resourceVersion"] = "1" },
            ["items"] = new JsonArray([.. found.OrderBy(f => f.Key).Select(f => f.Value.DeepClone())]),
        }.ToJsonString()).ConfigureAwait(false);
    }

    private Task ServeOneAsync(HttpContext context, string key)
    {
        if (!_flunders.TryGetValue(key, out var flunder))
        {
            return AnswerAsync(context, 404, Status(404, "NotFound", $"flunders.{Group} \"{key.Split('/')[1]}\" not found"));
        }

        if (context.Request.Method == "DELETE")
        {
            _flunders.TryRemove(key, out _);
        }

        return AnswerAsync(context, 200, flunder.ToJsonString());
    }

    private static Task AnswerAsync(HttpContext context, int code, string body, string type = "application/json")
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(body);
    }

    private static string Status(int code, string reason, string message) => new JsonObject
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = message,
        ["reason"] = reason,
        ["code"] = code,
    }.ToJsonString();

    private const string Aggregated = """
        {"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","metadata":{},"items":[
          {"metadata":{"name":"example.org"},"versions":[{"version":"v1","resources":[
            {"resource":"flunders","responseKind":{"group":"example.org","version":"v1","kind":"Flunder"},"scope":"Namespaced",
             "singularResource":"flunder","verbs":["create","delete","deletecollection","get","list","watch"],"shortNames":["fl"],
             "categories":["all"],"subresources":[{"subresource":"status","verbs":["get"]}]}]}]}]}
        """;

    private const string Legacy = """
        {"kind":"APIResourceList","apiVersion":"v1","groupVersion":"example.org/v1","resources":[
          {"name":"flunders","singularName":"flunder","namespaced":true,"kind":"Flunder","shortNames":["fl"],
           "verbs":["create","delete","deletecollection","get","list"]},
          {"name":"flunders/status","singularName":"","namespaced":true,"kind":"Flunder","verbs":["get"]}]}
        """;

    private const string OpenApiV2 = """
        {"swagger":"2.0","info":{"title":"flunders","version":"1"},"paths":{
          "/apis/":{"get":{"responses":{"200":{"description":"OK"}}}},
          "/apis/example.org/v1/flunders":{"get":{"operationId":"listFlunder","responses":{"200":{"description":"OK",
            "schema":{"$ref":"#/definitions/org.example.v1.FlunderList"}}}}}},
         "definitions":{
          "org.example.v1.FlunderList":{"type":"object","properties":{"items":{"type":"array","items":{"$ref":"#/definitions/org.example.v1.Flunder"}},
            "metadata":{"$ref":"#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta"}}},
          "org.example.v1.Flunder":{"type":"object","description":"A flunder.","x-kubernetes-group-version-kind":[{"group":"example.org","version":"v1","kind":"Flunder"}]},
          "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta":{"type":"object","description":"Another release's."},
          "org.example.v1.Elsewhere":{"type":"object"}}}
        """;
}
