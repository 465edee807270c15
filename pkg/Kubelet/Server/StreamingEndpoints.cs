using System.Globalization;
using System.Text;
using Kube1.Client.Streaming;
using Kube1.Kubelet.PodWorkers;
using Kube1.Kubelet.Runtime;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.Kubelet.Server;

/// <summary>
/// exec, attach and port-forward: the runtime prepares a stream and names a URL; the client's upgraded connection is
/// joined to it byte for byte, so that SPDY and WebSocket both work without being understood here.
/// </summary>
internal sealed class StreamingEndpoints(IPodRuntime runtime, PodWorkerSet workers, TimeProvider time)
{
    private readonly UpgradeDialer _dialer = new(time);
    private readonly StreamSplice _splice = new(time);

    public async Task ExecAsync(HttpContext context, string ns, string pod, string? uid, string container)
    {
        var query = context.Request.Query;
        var id = Running(ns, pod, uid, container);
        var command = query["command"].Where(c => c is not null).Select(c => c!).ToList();
        var url = await runtime.ExecAsync(
            new ExecRequest(id, command, Flag(query, "input", "stdin"), Flag(query, "output", "stdout"),
                Flag(query, "error", "stderr"), Flag(query, "tty", "tty")),
            context.RequestAborted);
        await JoinAsync(context, url);
    }

    public async Task AttachAsync(HttpContext context, string ns, string pod, string? uid, string container)
    {
        var query = context.Request.Query;
        var id = Running(ns, pod, uid, container);
        var url = await runtime.AttachAsync(
            new AttachRequest(id, Flag(query, "input", "stdin"), Flag(query, "output", "stdout"),
                Flag(query, "error", "stderr"), Flag(query, "tty", "tty")),
            context.RequestAborted);
        await JoinAsync(context, url);
    }

    public async Task PortForwardAsync(HttpContext context, string ns, string pod, string? uid)
    {
        var worker = Find(ns, pod, uid);
        var sandbox = worker.State.ReadySandbox ?? throw new EndpointException(500, $"pod \"{pod}\" has no running sandbox");
        var ports = context.Request.Query["port"].Concat(context.Request.Query["ports"])
            .SelectMany(p => (p ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
            .Select(p => int.TryParse(p, CultureInfo.InvariantCulture, out var port)
                ? port
                : throw new EndpointException(400, $"port: invalid value \"{p}\""))
            .ToList();
        var url = await runtime.PortForwardAsync(new PortForwardRequest(sandbox.Id, ports), context.RequestAborted);
        await JoinAsync(context, url);
    }

    /// <summary>POST /run/…?cmd=: a command to its end, and what it said; from before there were streams.</summary>
    public async Task RunAsync(HttpContext context, string ns, string pod, string? uid, string container)
    {
        if (context.Request.Method != "POST")
        {
            throw new EndpointException(405, "405: Method Not Allowed");
        }

        var command = context.Request.Query["cmd"].ToString().Split(' ');
        var result = await runtime.ExecSyncAsync(
            Running(ns, pod, uid, container), command, TimeSpan.Zero, context.RequestAborted);
        if (result.ExitCode != 0)
        {
            throw new EndpointException(500, $"command '{string.Join(' ', command)}' exited with {result.ExitCode}: "
                + Encoding.UTF8.GetString(result.StandardError.Span));
        }

        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(result.StandardOutput, context.RequestAborted);
        await context.Response.Body.WriteAsync(result.StandardError, context.RequestAborted);
    }

    private string Running(string ns, string pod, string? uid, string container)
    {
        var worker = Find(ns, pod, uid);
        return worker.State.Latest(container) is { IsRunning: true } running
            ? running.Id
            : throw new EndpointException(500, $"container not found (\"{container}\")");
    }

    private PodWorker Find(string ns, string pod, string? uid) =>
        workers.Find(ns, pod) is { } worker && (uid is null || worker.Uid == uid)
            ? worker
            : throw new EndpointException(404, $"pod does not exist");

    private async Task JoinAsync(HttpContext context, Uri url)
    {
        var upgrade = context.Features.Get<IHttpUpgradeFeature>();
        var protocol = context.Request.Headers.Upgrade.ToString();
        if (upgrade is not { IsUpgradableRequest: true } || protocol.Length == 0)
        {
            throw new EndpointException(400, "Upgrade request required");
        }

        var headers = context.Request.Headers
            .Where(h => h.Key.StartsWith("X-Stream-", StringComparison.OrdinalIgnoreCase)
                || h.Key.StartsWith("Sec-WebSocket-", StringComparison.OrdinalIgnoreCase)
                || h.Key.Equals("Origin", StringComparison.OrdinalIgnoreCase))
            .SelectMany(h => h.Value.Select(v => KeyValuePair.Create(h.Key, v ?? "")))
            .ToList();
        await using var answer = await _dialer.DialAsync(
            new UpgradeRequest { Uri = url, Method = context.Request.Method, Protocol = protocol, Headers = headers },
            context.RequestAborted);
        if (answer.Stream is not { } remote)
        {
            context.Response.StatusCode = answer.StatusCode;
            await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
            return;
        }

        foreach (var (name, value) in answer.Headers)
        {
            if (!name.Equals("Connection", StringComparison.OrdinalIgnoreCase)
                && !name.Equals("Upgrade", StringComparison.OrdinalIgnoreCase))
            {
                context.Response.Headers.Append(name, value);
            }
        }

        // Kestrel knows of no protocol but those it serves itself; the header names the one agreed upon.
        context.Response.Headers.Upgrade = answer.Header("Upgrade") ?? protocol;
        await using var local = await upgrade.UpgradeAsync();
        await _splice.RunAsync(local, remote, context.RequestAborted);
    }

    private static bool Flag(IQueryCollection query, string kubelet, string api) =>
        query[kubelet].ToString() is "1" or "true" || query[api].ToString() is "1" or "true";
}
