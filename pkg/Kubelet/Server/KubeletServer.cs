using Kube1.Api.Errors;
using Kube1.Kubelet.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.Server;

/// <summary>
/// The kubelet's API on port 10250: logs, exec, attach, port-forward, pods, statistics, metrics, the node's own logs. Who
/// asks is known by a client certificate or a token, and the API server says whether they may.
/// Source: https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/
/// </summary>
internal sealed partial class KubeletServer(
    KubeletOptions options, KubeletAccess access, ContainerLogsEndpoint logs, StreamingEndpoints streaming,
    ObservationEndpoints observation, ResourceMetricsEndpoint resources, ILoggerFactory loggers)
{
    private readonly NodeLogsEndpoint _nodeLogs = new(options.NodeLogsDirectory);
    private readonly ILogger _logger = loggers.CreateLogger<KubeletServer>();
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The port in use, once it is.</summary>
    public Task<int> Port => _port.Task;

    public async Task RunAsync(CancellationToken ct)
    {
        // Empty: the usual builders read settings from the working directory and watch all that lies below it, which
        // takes many seconds in "/"; and environment variables could move the port.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            // Logs and streams flow as fast as their reader wants: a paused terminal is no broken connection.
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(options.Listen!, listen =>
            {
                // Upgrades exist in HTTP/1.1; HTTP/2 would only be for metrics.
                listen.Protocols = HttpProtocols.Http1;
                listen.UseHttps(new HttpsConnectionAdapterOptions
                {
                    ServerCertificateSelector = (_, _) => options.ServingCertificate!(),
                    ClientCertificateMode = ClientCertificateMode.AllowCertificate,

                    // Verified by KubeletAccess, so that a bad certificate gets an answer and not a broken handshake.
                    ClientCertificateValidation = static (_, _, _) => true,
                });
            });
        });
        await using var app = builder.Build();
        app.Run(HandleAsync);
        await app.StartAsync(ct);
        _port.SetResult(new Uri(app.Urls.First()).Port);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
        }
        finally
        {
            await app.StopAsync(CancellationToken.None);
        }
    }

    internal async Task HandleAsync(HttpContext context)
    {
        try
        {
            if (await access.RefusalOfAsync(context, context.RequestAborted) is { } refusal)
            {
                await AnswerAsync(context, refusal.Code, refusal.Message);
                return;
            }

            await RouteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away.
        }
        catch (EndpointException e)
        {
            await AnswerAsync(context, e.Code, e.Message);
        }
        catch (Exception e) when (e is RuntimeException or ApiException or IOException or HttpRequestException)
        {
            LogFailed(context.Request.Method, context.Request.Path, e);
            await AnswerAsync(context, 500, e is RuntimeException r ? r.RpcText : e.Message);
        }
    }

    private Task RouteAsync(HttpContext context)
    {
        var segments = (context.Request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        return segments switch
        {
            ["healthz", ..] => AnswerAsync(context, 200, "ok"),
            ["pods"] or ["runningpods"] => observation.PodsAsync(context),
            ["metrics"] => observation.MetricsAsync(context),
            ["metrics", "resource"] => resources.HandleAsync(context),
            ["stats", "summary"] => observation.SummaryAsync(context),
            ["configz"] => observation.ConfigAsync(context),
            ["containerLogs", var ns, var pod, var container] => logs.HandleAsync(context, ns, pod, container),
            ["logs", ..] => _nodeLogs.HandleAsync(context),
            ["run", var ns, var pod, var container] => streaming.RunAsync(context, ns, pod, null, container),
            ["run", var ns, var pod, var uid, var container] => streaming.RunAsync(context, ns, pod, uid, container),
            ["exec", var ns, var pod, var container] => streaming.ExecAsync(context, ns, pod, null, container),
            ["exec", var ns, var pod, var uid, var container] => streaming.ExecAsync(context, ns, pod, uid, container),
            ["attach", var ns, var pod, var container] => streaming.AttachAsync(context, ns, pod, null, container),
            ["attach", var ns, var pod, var uid, var container] => streaming.AttachAsync(context, ns, pod, uid, container),
            ["portForward", var ns, var pod] => streaming.PortForwardAsync(context, ns, pod, null),
            ["portForward", var ns, var pod, var uid] => streaming.PortForwardAsync(context, ns, pod, uid),
            _ => AnswerAsync(context, 404, "404 page not found"),
        };
    }

    private static Task AnswerAsync(HttpContext context, int code, string text)
    {
        if (context.Response.HasStarted)
        {
            // Half an answer cannot become an error any more; breaking the connection tells the client.
            context.Abort();
            return Task.CompletedTask;
        }

        context.Response.StatusCode = code;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}

/// <summary>An answer other than success, with the text that kubectl shows.</summary>
internal sealed class EndpointException(int code, string message) : Exception(message)
{
    public int Code { get; } = code;
}
