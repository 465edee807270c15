using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Cri.Containerd;
using Kube1.Runtimes.Cri.Grpc;
using Kube1.Runtimes.Cri.Images;
using Kube1.Runtimes.Cri.Mapping;
using Microsoft.Extensions.Logging;

namespace Kube1.Runtimes.Cri;

/// <summary>
/// Any runtime that speaks CRI v1 on a Unix socket or named pipe (containerd, CRI-O). What containerd offers beyond
/// CRI (its image store and, on 1.6, its event stream) is reached over the same socket.
/// </summary>
public sealed partial class CriPodRuntime : IPodRuntime, IDisposable
{
    // The kubelet's --runtime-request-timeout; upstream doubles it for sandboxes, whose network may be slow.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan SandboxTimeout = 2 * RequestTimeout;

    private readonly GrpcChannel _channel;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PinnedImages _pinned;
    private readonly RuntimeEventSource _events;
    private readonly ImageImporter _importer;

    /// <summary>Makes the runtime; nothing is dialled before the first call.</summary>
    public CriPodRuntime(RuntimeEndpoint endpoint, ILoggerFactory loggers, TimeProvider time)
    {
        _time = time;
        _logger = loggers.CreateLogger<CriPodRuntime>();
        _channel = new GrpcChannel(endpoint, time);
        _pinned = new PinnedImages(_channel);
        _events = new RuntimeEventSource(_channel, time, loggers.CreateLogger<RuntimeEventSource>());
        _importer = new ImageImporter(_channel, time);
    }

    /// <inheritdoc/>
    public async Task<RuntimeVersion> VersionAsync(CancellationToken ct)
    {
        var response = await CallAsync(CriMethods.Version, new V1.VersionRequest { Version = "v1" }, ct);
        return new RuntimeVersion(response.RuntimeName, response.RuntimeVersion, response.RuntimeApiVersion);
    }

    /// <inheritdoc/>
    public async Task<RuntimeConditions> StatusAsync(CancellationToken ct)
    {
        var response = await CallAsync(CriMethods.Status, new V1.StatusRequest(), ct);
        return new RuntimeConditions(Find("RuntimeReady"), Find("NetworkReady"))
        {
            RuntimeHandlers = [.. response.RuntimeHandlers.Select(h => h.Name)],
        };

        RuntimeCondition Find(string type)
        {
            var condition = response.Status?.Conditions.FirstOrDefault(c => c.Type == type);
            return condition is null
                ? new RuntimeCondition(false, "NotReported", $"the runtime does not report {type}")
                : new RuntimeCondition(condition.Status, condition.Reason, condition.Message);
        }
    }

    /// <inheritdoc/>
    public async Task<string> RunSandboxAsync(SandboxConfig config, string runtimeHandler, CancellationToken ct)
    {
        var request = new V1.RunPodSandboxRequest
        {
            Config = SandboxMapping.ToProto(config),
            RuntimeHandler = runtimeHandler,
        };
        var response = await _channel
            .UnaryAsync(CriMethods.RunPodSandbox, request, RpcCall.Within(SandboxTimeout), ct)
            .ConfigureAwait(false);
        return response.PodSandboxId;
    }

    /// <inheritdoc/>
    public Task StopSandboxAsync(string id, CancellationToken ct) => GoneIsFineAsync(
        CallAsync(CriMethods.StopPodSandbox, new V1.StopPodSandboxRequest { PodSandboxId = id }, ct));

    /// <inheritdoc/>
    public Task RemoveSandboxAsync(string id, CancellationToken ct) => GoneIsFineAsync(
        CallAsync(CriMethods.RemovePodSandbox, new V1.RemovePodSandboxRequest { PodSandboxId = id }, ct));

    /// <inheritdoc/>
    public async Task<SandboxStatus?> SandboxStatusAsync(string id, CancellationToken ct)
    {
        // Verbose: the process id, by which port forwarding and statistics find the pod's network, is only there.
        var response = await NullIfGoneAsync(CallAsync(
            CriMethods.PodSandboxStatus, new V1.PodSandboxStatusRequest { PodSandboxId = id, Verbose = true }, ct));
        return response?.Status is null ? null : SandboxMapping.FromProto(response);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SandboxSummary>> ListSandboxesAsync(CancellationToken ct)
    {
        var response = await CallAsync(CriMethods.ListPodSandbox, new V1.ListPodSandboxRequest(), ct);
        return [.. response.Items.Select(SandboxMapping.FromProto)];
    }

    /// <inheritdoc/>
    public async Task<string> CreateContainerAsync(
        string sandboxId, ContainerConfig config, SandboxConfig sandbox, CancellationToken ct)
    {
        var request = new V1.CreateContainerRequest
        {
            PodSandboxId = sandboxId,
            Config = ContainerMapping.ToProto(config),
            SandboxConfig = SandboxMapping.ToProto(sandbox),
        };
        return (await CallAsync(CriMethods.CreateContainer, request, ct)).ContainerId;
    }

    /// <inheritdoc/>
    public Task StartContainerAsync(string id, CancellationToken ct) =>
        CallAsync(CriMethods.StartContainer, new V1.StartContainerRequest { ContainerId = id }, ct);

    /// <inheritdoc/>
    public Task StopContainerAsync(string id, TimeSpan grace, CancellationToken ct)
    {
        var request = new V1.StopContainerRequest
        {
            ContainerId = id,
            Timeout = (long)Math.Ceiling(Math.Max(0, grace.TotalSeconds)),
        };
        return GoneIsFineAsync(
            _channel.UnaryAsync(CriMethods.StopContainer, request, RpcCall.Within(grace + RequestTimeout), ct));
    }

    /// <inheritdoc/>
    public Task RemoveContainerAsync(string id, CancellationToken ct) => GoneIsFineAsync(
        CallAsync(CriMethods.RemoveContainer, new V1.RemoveContainerRequest { ContainerId = id }, ct));

    /// <inheritdoc/>
    public async Task<ContainerStatus?> ContainerStatusAsync(string id, CancellationToken ct)
    {
        var response = await NullIfGoneAsync(
            CallAsync(CriMethods.ContainerStatus, new V1.ContainerStatusRequest { ContainerId = id }, ct));
        return response?.Status is null ? null : ContainerMapping.FromProto(response.Status);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ContainerSummary>> ListContainersAsync(CancellationToken ct)
    {
        var response = await CallAsync(CriMethods.ListContainers, new V1.ListContainersRequest(), ct);
        return [.. response.Containers.Select(ContainerMapping.FromProto)];
    }

    /// <inheritdoc/>
    public Task UpdateContainerResourcesAsync(string id, LinuxResources resources, CancellationToken ct) => CallAsync(
        CriMethods.UpdateContainerResources,
        new V1.UpdateContainerResourcesRequest { ContainerId = id, Linux = LinuxMapping.ToProto(resources) },
        ct);

    /// <inheritdoc/>
    public Task ReopenContainerLogAsync(string id, CancellationToken ct) =>
        CallAsync(CriMethods.ReopenContainerLog, new V1.ReopenContainerLogRequest { ContainerId = id }, ct);

    /// <inheritdoc/>
    public async Task<ExecResult> ExecSyncAsync(
        string id, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken ct)
    {
        var request = new V1.ExecSyncRequest
        {
            ContainerId = id,
            Timeout = (long)Math.Ceiling(timeout.TotalSeconds),
        };
        request.Cmd.AddRange(command);
        // The runtime keeps the time; ours is only there for a runtime that hangs.
        var call = timeout > TimeSpan.Zero ? RpcCall.Within(timeout + RequestTimeout) : RpcCall.Unbounded;
        var response = await _channel.UnaryAsync(CriMethods.ExecSync, request, call, ct).ConfigureAwait(false);
        return new ExecResult(response.Stdout.Memory, response.Stderr.Memory, response.ExitCode);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<RuntimeEvent> EventsAsync(CancellationToken ct) => _events.ReadAsync(ct);

    /// <summary>Closes the connection; nothing happens to containers.</summary>
    public void Dispose() => _channel.Dispose();

    private Task<TResponse> CallAsync<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method, TRequest request, CancellationToken ct)
        where TRequest : Google.Protobuf.IMessage
        where TResponse : class, Google.Protobuf.IMessage<TResponse> =>
        _channel.UnaryAsync(method, request, RpcCall.Within(RequestTimeout), ct);

    private static async Task GoneIsFineAsync(Task call)
    {
        try
        {
            await call.ConfigureAwait(false);
        }
        catch (RuntimeException e) when (e.Code == RuntimeErrorCode.NotFound)
        {
            // Stopping or removing what is gone has succeeded.
        }
    }

    private static async Task<T?> NullIfGoneAsync<T>(Task<T> call)
        where T : class
    {
        try
        {
            return await call.ConfigureAwait(false);
        }
        catch (RuntimeException e) when (e.Code == RuntimeErrorCode.NotFound)
        {
            return null;
        }
    }
}
