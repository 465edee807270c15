using System.Collections.Concurrent;
using System.Net;
using Kube1.Cluster.Pki;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kube1.Tests.Streaming;

/// <summary>A small real server on loopback, over HTTP and HTTPS: what stands in a pod. A test says what it answers.</summary>
internal sealed class BackendServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CertificateAuthority _authority;

    private BackendServer(WebApplication app, CertificateAuthority authority, ConcurrentQueue<string> names) =>
        (_app, _authority, ServerNames) = (app, authority, names);

    /// <summary>The server name of each TLS handshake; empty for one without.</summary>
    public ConcurrentQueue<string> ServerNames { get; }

    /// <summary>Answers requests.</summary>
    public RequestDelegate Handle { get; set; } = NotFoundAsync;

    public int HttpPort => PortOf("http:");

    public int HttpsPort => PortOf("https:");

    public static async Task<BackendServer> StartAsync()
    {
        var authority = CertificateAuthority.Create("backend", TimeProvider.System);
        var certificate = authority.IssueServing("backend", [], [], [IPAddress.Loopback]);
        var names = new ConcurrentQueue<string>();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.RequestHeaderEncodingSelector = _ => System.Text.Encoding.UTF8;
            // A test says which bytes it sends.
            kestrel.ResponseHeaderEncodingSelector = _ => System.Text.Encoding.Latin1;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.UseHttps(https => https.ServerCertificateSelector = (_, name) =>
                {
                    names.Enqueue(name ?? "");
                    return certificate;
                });
            });
        });
        var app = builder.Build();
        app.UseWebSockets();
        var server = new BackendServer(app, authority, names);
        app.Run(context => server.Handle(context));
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _authority.Dispose();
    }

    private int PortOf(string scheme) => new Uri(_app.Urls.Single(u => u.StartsWith(scheme, StringComparison.Ordinal))).Port;

    private static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }
}
