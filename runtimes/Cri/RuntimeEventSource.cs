using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Cri.Containerd;
using Kube1.Runtimes.Cri.Grpc;
using Kube1.Runtimes.Cri.Mapping;
using Microsoft.Extensions.Logging;
using ContainerdEvents = Kube1.Runtimes.Cri.Containerd.Events;

namespace Kube1.Runtimes.Cri;

/// <summary>
/// Events from CRI's GetContainerEvents or, where that is not implemented (containerd 1.6), from containerd's own
/// event service.
/// </summary>
internal sealed partial class RuntimeEventSource(
    GrpcChannel channel, TimeProvider time, ILogger<RuntimeEventSource> logger)
{
    // containerd tells of an exit before its CRI part has written the container's state. The event is held until CRI
    // shows it: usually some milliseconds, more on a machine that is busy. A container that ends at once may still be
    // "created" by then. After the bound the event goes out anyway; by then the receiver has relisted.
    private static readonly TimeSpan SettleBound = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstSettleStep = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan MaxSettleStep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StatusDeadline = TimeSpan.FromSeconds(2);

    // A relist per event is cheap; should the receiver hang, the stream must not grow without end.
    private const int MaxWaiting = 1024;

    private bool _criHasNone;

    /// <exception cref="NotSupportedException">The runtime has neither of the two streams.</exception>
    public async IAsyncEnumerable<RuntimeEvent> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        if (!Volatile.Read(ref _criHasNone))
        {
            await using var events = FromCriAsync(ct).GetAsyncEnumerator(ct);
            while (await NextOrUnimplementedAsync(events).ConfigureAwait(false) is { } more)
            {
                if (!more)
                {
                    yield break;
                }

                yield return events.Current;
            }

            Volatile.Write(ref _criHasNone, true);
            LogFallback();
        }

        await foreach (var found in FromContainerdAsync(ct).ConfigureAwait(false))
        {
            yield return found;
        }
    }

    /// <summary>Whether there is an event; null when the call is not implemented.</summary>
    private static async Task<bool?> NextOrUnimplementedAsync(IAsyncEnumerator<RuntimeEvent> events)
    {
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false);
        }
        catch (RuntimeException e) when (e.Code == RuntimeErrorCode.Unimplemented)
        {
            return null;
        }
    }

    private async IAsyncEnumerable<RuntimeEvent> FromCriAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var stream = channel.ServerStreamAsync(
            CriMethods.GetContainerEvents, new V1.GetEventsRequest(), RpcCall.Unbounded, ct);
        await foreach (var message in stream.ConfigureAwait(false))
        {
            yield return new RuntimeEvent(
                (RuntimeEventType)message.ContainerEventType,
                message.ContainerId,
                message.PodSandboxStatus?.Metadata?.Uid is { Length: > 0 } uid ? uid : null,
                LinuxMapping.Time(message.CreatedAt));
        }
    }

    private async IAsyncEnumerable<RuntimeEvent> FromContainerdAsync([EnumeratorCancellation] CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var settled = Channel.CreateBounded<RuntimeEvent>(MaxWaiting);
        var pump = PumpAsync(settled.Writer, stop.Token);
        try
        {
            await foreach (var found in settled.Reader.ReadAllAsync(ct).ConfigureAwait(false))
            {
                yield return found;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await pump.ConfigureAwait(false);
        }
    }

    /// <summary>Reads containerd's stream to its end; the writer carries the failure, if one ended it.</summary>
    private async Task PumpAsync(ChannelWriter<RuntimeEvent> output, CancellationToken ct)
    {
        var settling = new List<Task>();
        Exception? failure = null;
        try
        {
            var request = new ContainerdEvents.SubscribeRequest();
            request.Filters.Add("namespace==k8s.io,topic~=\"/tasks/(start|exit)\"");
            request.Filters.Add("namespace==k8s.io,topic~=\"/containers/(create|delete)\"");
            var call = RpcCall.Unbounded with { Metadata = [ContainerdMethods.Namespace] };
            var stream = channel.ServerStreamAsync(ContainerdMethods.Subscribe, request, call, ct);
            await foreach (var envelope in stream.ConfigureAwait(false))
            {
                if (Translate(envelope) is not { } found)
                {
                    continue;
                }

                settling.RemoveAll(t => t.IsCompleted);
                if (found.Type == RuntimeEventType.Stopped && settling.Count < MaxWaiting)
                {
                    settling.Add(SettleAsync(found, output, ct));
                }
                else
                {
                    await output.WriteAsync(found, ct).ConfigureAwait(false);
                }
            }
        }
        catch (RuntimeException e)
        {
            failure = e.Code == RuntimeErrorCode.Unimplemented
                ? new NotSupportedException("the container runtime has no event stream", e)
                : e;
        }
        catch (OperationCanceledException)
        {
            // The receiver has gone.
        }

        await Task.WhenAll(settling).ConfigureAwait(false);
        output.TryComplete(failure);
    }

    private async Task SettleAsync(RuntimeEvent exit, ChannelWriter<RuntimeEvent> output, CancellationToken ct)
    {
        try
        {
            var start = time.GetTimestamp();
            var step = FirstSettleStep;
            while (time.GetElapsedTime(start) < SettleBound
                && !await ShowsExitAsync(exit.ContainerId, ct).ConfigureAwait(false))
            {
                await Task.Delay(step, time, ct).ConfigureAwait(false);
                step = step * 2 < MaxSettleStep ? step * 2 : MaxSettleStep;
            }

            await output.WriteAsync(exit, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // The receiver has gone.
        }
    }

    private async Task<bool> ShowsExitAsync(string id, CancellationToken ct)
    {
        try
        {
            var request = new V1.ContainerStatusRequest { ContainerId = id };
            var response = await channel
                .UnaryAsync(CriMethods.ContainerStatus, request, RpcCall.Within(StatusDeadline), ct)
                .ConfigureAwait(false);
            return response.Status?.State is not (V1.ContainerState.ContainerCreated or V1.ContainerState.ContainerRunning);
        }
        catch (RuntimeException e) when (e.Code == RuntimeErrorCode.NotFound)
        {
            return await SandboxShowsExitAsync(id, ct).ConfigureAwait(false);
        }
        catch (RuntimeException)
        {
            return true; // the event is sent as it is; whoever receives it asks again
        }
    }

    private async Task<bool> SandboxShowsExitAsync(string id, CancellationToken ct)
    {
        try
        {
            var request = new V1.PodSandboxStatusRequest { PodSandboxId = id };
            var response = await channel
                .UnaryAsync(CriMethods.PodSandboxStatus, request, RpcCall.Within(StatusDeadline), ct)
                .ConfigureAwait(false);
            return response.Status?.State != V1.PodSandboxState.SandboxReady;
        }
        catch (RuntimeException)
        {
            return true;
        }
    }

    internal static RuntimeEvent? Translate(ContainerdEvents.Envelope envelope)
    {
        var payload = envelope.Event;
        if (payload is null)
        {
            return null;
        }

        var at = envelope.Timestamp?.ToDateTimeOffset() ?? DateTimeOffset.UnixEpoch;
        // containerd 1.x packs the bare message name, later ones a URL before it.
        switch (payload.TypeUrl[(payload.TypeUrl.LastIndexOf('/') + 1)..])
        {
            case "containerd.events.TaskStart":
                var start = ContainerdEvents.TaskStart.Parser.ParseFrom(payload.Value);
                return new(RuntimeEventType.Started, start.ContainerId, null, at);
            case "containerd.events.TaskExit":
                var exit = ContainerdEvents.TaskExit.Parser.ParseFrom(payload.Value);
                return exit.Id == exit.ContainerId ? new(RuntimeEventType.Stopped, exit.ContainerId, null, at) : null;
            case "containerd.events.ContainerCreate":
                var made = ContainerdEvents.ContainerCreate.Parser.ParseFrom(payload.Value);
                return new(RuntimeEventType.Created, made.Id, null, at);
            case "containerd.events.ContainerDelete":
                var removed = ContainerdEvents.ContainerDelete.Parser.ParseFrom(payload.Value);
                return new(RuntimeEventType.Deleted, removed.Id, null, at);
            default:
                return null;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The runtime has no GetContainerEvents; reading containerd's own event stream")]
    private partial void LogFallback();
}
