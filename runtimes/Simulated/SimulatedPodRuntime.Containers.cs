using System.Globalization;
using Kube1.Kubelet.Runtime;

namespace Kube1.Runtimes.Simulated;

/// <summary>Sandboxes and containers.</summary>
public sealed partial class SimulatedPodRuntime
{
    private const int Killed = 137;

    /// <inheritdoc/>
    public Task<string> RunSandboxAsync(SandboxConfig config, string runtimeHandler, CancellationToken ct)
    {
        Before?.Invoke("RunSandbox", config.Metadata.Name);
        var id = NewId();
        lock (_gate)
        {
            IReadOnlyList<string> addresses = [];
            if (config.Namespaces.Network != NamespaceMode.Node)
            {
                var number = Interlocked.Increment(ref _lastAddress);
                var prefix = _addressPrefix;
                if (number > 254)
                {
                    var parts = prefix.Split('.');
                    var third = int.Parse(parts[2], CultureInfo.InvariantCulture) + number / 254;
                    prefix = $"{parts[0]}.{parts[1]}.{third}";
                    number = number % 254 + 1;
                }

                addresses = [$"{prefix}.{number}"];
            }

            _sandboxes[id] = new Sandbox(new SandboxStatus(
                id, config.Metadata, SandboxState.Ready, _time.GetUtcNow(), addresses, config.Namespaces, config.Labels,
                config.Annotations, runtimeHandler));
        }

        Tell(RuntimeEventType.Started, id, config.Metadata.Uid);
        return Task.FromResult(id);
    }

    /// <inheritdoc/>
    public async Task StopSandboxAsync(string id, CancellationToken ct)
    {
        List<string> running;
        lock (_gate)
        {
            if (!_sandboxes.TryGetValue(id, out var sandbox))
            {
                return;
            }

            running =
            [
                .. _containers.Where(c => c.Value.SandboxId == id && c.Value.Status.State == ContainerState.Running)
                    .Select(c => c.Key),
            ];
            sandbox.Status = sandbox.Status with { State = SandboxState.NotReady, IPs = [] };
        }

        foreach (var container in running)
        {
            await StopContainerAsync(container, TimeSpan.Zero, ct);
        }
    }

    /// <inheritdoc/>
    public Task RemoveSandboxAsync(string id, CancellationToken ct)
    {
        lock (_gate)
        {
            _sandboxes.Remove(id);
            foreach (var container in _containers.Where(c => c.Value.SandboxId == id).Select(c => c.Key).ToList())
            {
                _containers.Remove(container);
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<SandboxStatus?> SandboxStatusAsync(string id, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult(_sandboxes.GetValueOrDefault(id)?.Status);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SandboxSummary>> ListSandboxesAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<SandboxSummary>>([.. _sandboxes.Values.Select(s => new SandboxSummary(
                s.Status.Id, s.Status.Metadata, s.Status.State, s.Status.CreatedAt, s.Status.Labels, s.Status.Annotations,
                s.Status.RuntimeHandler))]);
        }
    }

    /// <inheritdoc/>
    public Task<string> CreateContainerAsync(
        string sandboxId, ContainerConfig config, SandboxConfig sandbox, CancellationToken ct)
    {
        Before?.Invoke("CreateContainer", config.Metadata.Name);
        var id = NewId();
        lock (_gate)
        {
            if (!_sandboxes.ContainsKey(sandboxId))
            {
                throw NotFound("sandbox", sandboxId);
            }

            _containers[id] = new Container(sandbox, config, sandboxId, new ContainerStatus
            {
                Id = id,
                Metadata = config.Metadata,
                State = ContainerState.Created,
                CreatedAt = _time.GetUtcNow(),
                Image = config.UserSpecifiedImage,
                ImageRef = config.Image,
                Labels = config.Labels,
                Annotations = config.Annotations,
                Mounts = config.Mounts,
                LogPath = Path.Combine(sandbox.LogDirectory, config.LogPath),
            });
        }

        After?.Invoke("CreateContainer", config.Metadata.Name);
        return Task.FromResult(id);
    }

    /// <inheritdoc/>
    public Task StartContainerAsync(string id, CancellationToken ct)
    {
        Container? container;
        lock (_gate)
        {
            container = _containers.GetValueOrDefault(id) ?? throw NotFound("container", id);
        }

        Before?.Invoke("StartContainer", container.Config.Metadata.Name);
        var behavior = BehaviorOf(container);
        lock (_gate)
        {
            container.Status = container.Status with { State = ContainerState.Running, StartedAt = _time.GetUtcNow() };
        }

        Tell(RuntimeEventType.Started, id, container.PodUid);
        if (behavior.ExitAfter is { } after)
        {
            container.Timer = _time.CreateTimer(_ => Exit(id, behavior.ExitCode), null, after, Timeout.InfiniteTimeSpan);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopContainerAsync(string id, TimeSpan grace, CancellationToken ct)
    {
        Container? container;
        lock (_gate)
        {
            container = _containers.GetValueOrDefault(id);
        }

        if (container is not { Status.State: ContainerState.Running })
        {
            return;
        }

        Before?.Invoke("StopContainer", container.Config.Metadata.Name);
        var takes = BehaviorOf(container).StopTakes;
        if (takes > TimeSpan.Zero && grace > TimeSpan.Zero)
        {
            var wait = takes < grace ? takes : grace;
            await Task.WhenAny(container.Ended.Task, Task.Delay(wait, _time, ct));
            ct.ThrowIfCancellationRequested();
        }

        Exit(id, takes > grace ? Killed : 0);
    }

    /// <inheritdoc/>
    public async Task RemoveContainerAsync(string id, CancellationToken ct)
    {
        await StopContainerAsync(id, TimeSpan.Zero, ct);
        lock (_gate)
        {
            _containers.Remove(id);
        }
    }

    /// <inheritdoc/>
    public Task<ContainerStatus?> ContainerStatusAsync(string id, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult(_containers.GetValueOrDefault(id)?.Status);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ContainerSummary>> ListContainersAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<ContainerSummary>>([.. _containers.Values.Select(c => new ContainerSummary(
                c.Status.Id, c.SandboxId, c.Status.Metadata, c.Status.Image, c.Status.ImageRef, c.Status.State,
                c.Status.CreatedAt, c.Status.Labels, c.Status.Annotations))]);
        }
    }

    /// <inheritdoc/>
    public Task UpdateContainerResourcesAsync(string id, LinuxResources resources, CancellationToken ct) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task ReopenContainerLogAsync(string id, CancellationToken ct)
    {
        Before?.Invoke("ReopenContainerLog", id);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ExecResult> ExecSyncAsync(string id, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken ct) =>
        Task.FromResult(Exec?.Invoke(id, command) ?? new ExecResult(default, default, 0));

    /// <inheritdoc/>
    public Task<Uri> ExecAsync(ExecRequest request, CancellationToken ct) =>
        Streams is { } streams ? Task.FromResult(streams) : throw NoStreams();

    /// <inheritdoc/>
    public Task<Uri> AttachAsync(AttachRequest request, CancellationToken ct) =>
        Streams is { } streams ? Task.FromResult(streams) : throw NoStreams();

    /// <inheritdoc/>
    public Task<Uri> PortForwardAsync(PortForwardRequest request, CancellationToken ct) =>
        Streams is { } streams ? Task.FromResult(streams) : throw NoStreams();

    /// <inheritdoc/>
    public Task<IReadOnlyList<ContainerStats>> ListContainerStatsAsync(CancellationToken ct)
    {
        Before?.Invoke("ListContainerStats", "");
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<ContainerStats>>([.. _containers.Values
                .Where(c => c.Status.State == ContainerState.Running)
                .Select(c => new ContainerStats(c.Status.Id, c.Status.Metadata, c.Status.Labels, _time.GetUtcNow())
                {
                    CpuUsageCoreNanoSeconds = 0,
                    CpuUsageNanoCores = 0,
                    MemoryUsageBytes = MemoryOf(c.Config),
                    MemoryWorkingSetBytes = MemoryOf(c.Config),
                    WritableLayerBytes = 0,
                })]);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SandboxStats>> ListSandboxStatsAsync(CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<SandboxStats>>([]);

    private static RuntimeException NoStreams() =>
        new(RuntimeErrorCode.Unimplemented, "a simulated container has no streams");
}
