using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Cluster.Pki;
using Kube1.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Kube1.Tests.Extensions.Webhooks;

/// <summary>
/// A real HTTPS server on loopback with a certificate of its own CA, for 127.0.0.1 and hook.default.svc. Each path is a
/// webhook: a test says what it answers.
/// </summary>
internal sealed class WebhookServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CertificateAuthority _authority;
    private readonly ConcurrentDictionary<string, RequestDelegate> _paths = new();

    private WebhookServer(WebApplication app, CertificateAuthority authority)
    {
        _app = app;
        _authority = authority;
    }

    /// <summary>All calls in order: the path and the body.</summary>
    public ConcurrentQueue<(string Path, JsonObject Body)> Calls { get; } = new();

    /// <summary>The server name of each TLS handshake.</summary>
    public ConcurrentQueue<string> ServerNames { get; } = new();

    public int Port => new Uri(_app.Urls.Single()).Port;

    /// <summary>The CA's certificate as caBundle holds it.</summary>
    public string CaBundle => Convert.ToBase64String(Encoding.ASCII.GetBytes(_authority.CertificatePem));

    public static async Task<WebhookServer> StartAsync()
    {
        var authority = CertificateAuthority.Create("webhook-ca", new ManualTime());
        var certificate = authority.IssueServing("hook", [], ["hook.default.svc"], [IPAddress.Loopback]);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        WebhookServer? server = null;
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
                https.ServerCertificateSelector = (_, name) =>
                {
                    server!.ServerNames.Enqueue(name ?? "");
                    return certificate;
                })));
        var app = builder.Build();
        server = new WebhookServer(app, authority);
        app.Run(server.HandleAsync);
        await app.StartAsync();
        return server;
    }

    public string Url(string path) => $"https://127.0.0.1:{Port}/{path}";

    /// <summary>What a path does with a request.</summary>
    public void On(string path, RequestDelegate handle) => _paths["/" + path] = handle;

    /// <summary>What a path answers to a review: the fields of "response" besides its uid, as JSON.</summary>
    public void Answer(string path, string response) => Answer(path, _ => response);

    /// <summary>The same, depending on the review's "request".</summary>
    public void Answer(string path, Func<JsonObject, string> response) => On(path, async context =>
    {
        var review = await ReadAsync(context);
        var request = review["request"]!.AsObject();
        var fields = JsonNode.Parse(response(request))!.AsObject();
        fields["uid"] = (string?)request["uid"];
        await context.Response.WriteAsync(new JsonObject
        {
            ["apiVersion"] = (string?)review["apiVersion"],
            ["kind"] = "AdmissionReview",
            ["response"] = fields,
        }.ToJsonString());
    });

    /// <summary>A path that allows everything and applies a patch.</summary>
    public void Patch(string path, string patch) => Answer(path, Patched(patch));

    /// <summary>An answer that allows and applies a patch.</summary>
    public static string Patched(string patch) => new JsonObject
    {
        ["allowed"] = true,
        ["patchType"] = "JSONPatch",
        ["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(patch)),
    }.ToJsonString();

    /// <summary>The "request" of each review that a path got.</summary>
    public List<JsonObject> ReviewsOf(string path) =>
        [.. Calls.Where(c => c.Path == "/" + path).Select(c => c.Body["request"]!.AsObject())];

    public async Task<JsonObject> ReadAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        Calls.Enqueue((context.Request.Path, body));
        return body;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _authority.Dispose();
    }

    private Task HandleAsync(HttpContext context)
    {
        if (_paths.TryGetValue(context.Request.Path, out var handle))
        {
            return handle(context);
        }

        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }
}
