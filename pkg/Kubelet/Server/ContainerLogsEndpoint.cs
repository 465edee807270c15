using System.Globalization;
using Kube1.Kubelet.Logs;
using Kube1.Kubelet.PodWorkers;
using Kube1.Kubelet.Runtime;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.Kubelet.Server;

/// <summary>GET /containerLogs/{namespace}/{pod}/{container}: what kubectl logs shows.</summary>
internal sealed class ContainerLogsEndpoint(IPodRuntime runtime, PodWorkerSet workers, TimeProvider time)
{
    private readonly CriLogReader _reader = new(time);

    public async Task HandleAsync(HttpContext context, string ns, string pod, string container)
    {
        var ct = context.RequestAborted;
        var query = Parse(context.Request.Query);
        var worker = workers.Find(ns, pod) ?? throw new EndpointException(404, $"pod \"{pod}\" does not exist\n");
        var target = Choose(worker, pod, container, Flag(context.Request.Query, "previous"));
        var path = target.Status.LogPath;
        context.Response.ContentType = "text/plain";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await context.Response.StartAsync(ct);
        if (!File.Exists(path))
        {
            return;
        }

        await _reader.CopyAsync(
            path, query, async token => await runtime.ContainerStatusAsync(target.Id, token) is { State: ContainerState.Running },
            context.Response.Body, ct);
    }

    private static PodContainer Choose(PodWorker worker, string pod, string container, bool previous)
    {
        var spec = worker.Pod?.Spec;
        if (spec is null || PodTerminator.Find(spec, container) is null)
        {
            throw new EndpointException(404, $"container \"{container}\" not found in pod \"{pod}\"\n");
        }

        var instances = worker.State.Instances(container).Where(c => c.Status.State != ContainerState.Created).ToList();
        if (previous)
        {
            return instances.Where(c => c.HasExited).Skip(instances.Count > 0 && instances[0].HasExited ? 1 : 0).FirstOrDefault()
                ?? instances.Skip(1).FirstOrDefault()
                ?? throw new EndpointException(400, $"previous terminated container \"{container}\" in pod \"{pod}\" not found");
        }

        if (instances.Count > 0)
        {
            return instances[0];
        }

        var now = worker.Snapshot()?.Status;
        var status = (now?.ContainerStatuses ?? [])
            .Concat(now?.InitContainerStatuses ?? [])
            .Concat(now?.EphemeralContainerStatuses ?? [])
            .FirstOrDefault(s => s.Name == container);
        var reason = status?.State?.Waiting?.Reason;
        throw new EndpointException(400, reason switch
        {
            "ImagePullBackOff" or "ErrImagePull" or "ErrImageNeverPull" or "InvalidImageName" =>
                $"container \"{container}\" in pod \"{pod}\" is waiting to start: "
                + (reason is "ImagePullBackOff" ? "trying and failing to pull image" : "image can't be pulled"),
            null => $"container \"{container}\" in pod \"{pod}\" is not available",
            _ => $"container \"{container}\" in pod \"{pod}\" is waiting to start: {reason}",
        });
    }

    private LogQuery Parse(IQueryCollection query)
    {
        DateTimeOffset? since = null;
        if (Number(query, "sinceSeconds") is { } seconds)
        {
            since = time.GetUtcNow().AddSeconds(-seconds);
        }
        else if (query["sinceTime"].ToString() is { Length: > 0 } text)
        {
            since = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed)
                ? parsed
                : throw new EndpointException(400, $"sinceTime: invalid value \"{text}\"");
        }

        return new LogQuery
        {
            Follow = Flag(query, "follow"),
            TailLines = Number(query, "tailLines"),
            LimitBytes = Number(query, "limitBytes"),
            Since = since,
            Timestamps = Flag(query, "timestamps"),
            Stream = query["stream"].ToString() switch { "Stdout" => "stdout", "Stderr" => "stderr", _ => null },
        };
    }

    private static long? Number(IQueryCollection query, string name)
    {
        var text = query[name].ToString();
        return text.Length == 0 ? null
            : long.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= 0 ? value
            : throw new EndpointException(400, $"{name}: invalid value \"{text}\"");
    }

    private static bool Flag(IQueryCollection query, string name) => query[name].ToString() is "true" or "1";
}
