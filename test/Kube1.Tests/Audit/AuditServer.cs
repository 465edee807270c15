using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Kube1.Tests.Audit;

/// <summary>A real HTTPS server that takes EventLists, when the test lets it, and asks for a bearer token.</summary>
internal sealed class AuditServer : IAsyncDisposable
{
    private const string Token = "let-me-in";

    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;
    private readonly Channel<JsonObject> _lists = Channel.CreateUnbounded<JsonObject>();
    private readonly string _kubeconfig = Path.GetTempFileName();

    private AuditServer(WebApplication app, X509Certificate2 certificate) => (_app, _certificate) = (app, certificate);

    /// <summary>What becomes of the next requests: the code to answer with, once it is known.</summary>
    public Func<Task<int>> Answer { get; set; } = () => Task.FromResult(200);

    /// <summary>The requests so far: path, query and content type.</summary>
    public List<string> Requests { get; } = [];

    public static async Task<AuditServer> StartAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=audit", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        var server = new AuditServer(app, certificate);
        app.Run(server.HandleAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>A kubeconfig that names the server.</summary>
    public string Kubeconfig(string token = Token)
    {
        var ca = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(_certificate.ExportCertificatePem()));
        File.WriteAllText(_kubeconfig, $$$"""
            apiVersion: v1
            kind: Config
            current-context: audit
            contexts: [{name: audit, context: {cluster: audit, user: audit}}]
            clusters: [{name: audit, cluster: {server: "{{{_app.Urls.Single()}}}/events", certificate-authority-data: {{{ca}}} }}]
            users: [{name: audit, user: {token: {{{token}}} }}]
            """);
        return _kubeconfig;
    }

    /// <summary>The next list that the server has taken.</summary>
    public async Task<JsonObject> NextAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await _lists.Reader.ReadAsync(timeout.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
        File.Delete(_kubeconfig);
    }

    private async Task HandleAsync(HttpContext http)
    {
        var list = (await JsonNode.ParseAsync(http.Request.Body))!.AsObject();
        lock (Requests)
        {
            Requests.Add($"{http.Request.Path}{http.Request.QueryString} {http.Request.ContentType}");
        }

        http.Response.StatusCode = http.Request.Headers.Authorization == "Bearer " + Token ? await Answer() : 401;
        if (http.Response.StatusCode == 200)
        {
            await _lists.Writer.WriteAsync(list);
        }
    }
}
