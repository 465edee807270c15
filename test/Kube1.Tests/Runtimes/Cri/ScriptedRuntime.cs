using System.Globalization;
using System.Threading.Channels;
using Google.Protobuf;
using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Cri.Containerd;
using Kube1.Runtimes.Cri.Grpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using V1 = Kube1.Runtimes.Cri.V1;
using ContainerdEvents = Kube1.Runtimes.Cri.Containerd.Events;

namespace Kube1.Tests.Runtimes.Cri;

/// <summary>
/// A gRPC server on a Unix socket that answers as containerd 1.6 does: no GetContainerEvents, an event service of its
/// own, and container states that lag behind the events. States are given out in order, the last one for ever.
/// </summary>
internal sealed class ScriptedRuntime : IAsyncDisposable
{
    /// <summary>What gRPC puts before a message: whether it is compressed, and its length.</summary>
    private const int FrameHeadBytes = 5;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kube1-cri");
    private readonly Channel<ContainerdEvents.Envelope> _events = Channel.CreateUnbounded<ContainerdEvents.Envelope>();
    private readonly Queue<V1.ContainerState> _states;
    private readonly WebApplication _server;

    private ScriptedRuntime(IEnumerable<V1.ContainerState> states)
    {
        _states = new(states);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.ListenUnixSocket(Socket, o => o.Protocols = HttpProtocols.Http2));
        _server = builder.Build();
        _server.Run(AnswerAsync);
    }

    /// <summary>The sandboxes that are there; of those whose names begin with "bad" no usage can be had.</summary>
    public List<V1.PodSandbox> Sandboxes { get; } = [];

    public RuntimeEndpoint Endpoint => RuntimeEndpoint.Parse("unix://" + Socket);

    /// <summary>The states that were told, in order.</summary>
    public List<V1.ContainerState> Told { get; } = [];

    private string Socket => Path.Combine(_folder.FullName, "cri.sock");

    public static async Task<ScriptedRuntime> StartAsync(params V1.ContainerState[] states)
    {
        var runtime = new ScriptedRuntime(states);
        await runtime._server.StartAsync();
        return runtime;
    }

    public void Emit(ContainerdEvents.Envelope envelope) => _events.Writer.TryWrite(envelope);

    public async ValueTask DisposeAsync()
    {
        _events.Writer.TryComplete();
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        if (context.Request.Path == ContainerdMethods.Subscribe.Path)
        {
            await context.Response.StartAsync();
            await foreach (var envelope in _events.Reader.ReadAllAsync(context.RequestAborted))
            {
                await WriteAsync(context, envelope);
            }

            End(context, RuntimeErrorCode.Ok);
        }
        else if (context.Request.Path == CriMethods.ContainerStatus.Path)
        {
            await WriteAsync(context, new V1.ContainerStatusResponse { Status = new V1.ContainerStatus { State = Next() } });
            End(context, RuntimeErrorCode.Ok);
        }
        else if (context.Request.Path == CriMethods.ListPodSandbox.Path)
        {
            await WriteAsync(context, new V1.ListPodSandboxResponse { Items = { Sandboxes } });
            End(context, RuntimeErrorCode.Ok);
        }
        else if (context.Request.Path == CriMethods.ListPodSandboxStats.Path)
        {
            await TellUsageAsync(context);
        }
        else
        {
            await context.Response.StartAsync();
            End(context, RuntimeErrorCode.Unimplemented);
        }
    }

    // One sandbox of which there is no usage is the end of all of them, and without a filter so is one that is not ready.
    private async Task TellUsageAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var filter = V1.ListPodSandboxStatsRequest.Parser.ParseFrom(body.ToArray().AsSpan(FrameHeadBytes)).Filter;
        var asked = Sandboxes.Where(s => filter is null
            || (s.State == V1.PodSandboxState.SandboxReady && (filter.Id.Length == 0 || filter.Id == s.Id))).ToList();
        if (asked.Exists(s => s.State != V1.PodSandboxState.SandboxReady || s.Id.StartsWith("bad", StringComparison.Ordinal)))
        {
            await context.Response.StartAsync();
            End(context, RuntimeErrorCode.Unknown);
            return;
        }

        await WriteAsync(context, new V1.ListPodSandboxStatsResponse
        {
            Stats = { asked.Select(s => new V1.PodSandboxStats { Attributes = new V1.PodSandboxAttributes { Id = s.Id } }) },
        });
        End(context, RuntimeErrorCode.Ok);
    }

    private V1.ContainerState Next()
    {
        lock (_states)
        {
            var state = _states.Count > 1 ? _states.Dequeue() : _states.Peek();
            Told.Add(state);
            return state;
        }
    }

    private static async Task WriteAsync(HttpContext context, IMessage message)
    {
        await context.Response.Body.WriteAsync(GrpcFrames.Encode(message));
        await context.Response.Body.FlushAsync();
    }

    private static void End(HttpContext context, RuntimeErrorCode code) =>
        context.Response.AppendTrailer("grpc-status", ((int)code).ToString(CultureInfo.InvariantCulture));
}
