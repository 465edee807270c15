using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Kube1.Kubelet.Runtime;

namespace Kube1.Runtimes.Simulated;

/// <summary>How a simulated container behaves once it is started.</summary>
public sealed record SimulatedBehavior
{
    /// <summary>After how long it ends by itself; null for never.</summary>
    public TimeSpan? ExitAfter { get; init; }

    /// <summary>Its exit code.</summary>
    public int ExitCode { get; init; }

    /// <summary>How long it takes to end after its stop signal; longer than the grace period and it is killed (137).</summary>
    public TimeSpan StopTakes { get; init; }
}

/// <summary>
/// A runtime that only pretends: no process, no network, no file. Containers run until they are stopped, or as a script
/// or the pod's annotations say. Deterministic with a fake clock, and light enough for thousands of nodes in one process.
/// </summary>
public sealed partial class SimulatedPodRuntime : IPodRuntime
{
    /// <summary>Annotation of a pod: its containers end by themselves after this many seconds.</summary>
    public const string ExitAfterAnnotation = "simulated.kube1.dev/exit-after-seconds";

    /// <summary>Annotation of a pod: the exit code of its containers.</summary>
    public const string ExitCodeAnnotation = "simulated.kube1.dev/exit-code";

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Sandbox> _sandboxes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Container> _containers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RuntimeImage> _images = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Channel<RuntimeEvent>, bool> _listeners = new();
    private readonly string _addressPrefix;
    private long _lastId;
    private int _lastAddress = 1;

    /// <summary>Pods get addresses <paramref name="addressPrefix"/>.2, .3, … ("10.42.0").</summary>
    public SimulatedPodRuntime(TimeProvider time, string addressPrefix = "10.42.0") =>
        (_time, _addressPrefix) = (time, addressPrefix);

    /// <summary>Decides how a container behaves; null leaves it to the annotations.</summary>
    public Func<ContainerConfig, SimulatedBehavior?>? Script { get; set; }

    /// <summary>Answers exec; without it every command succeeds and says nothing.</summary>
    public Func<string, IReadOnlyList<string>, ExecResult>? Exec { get; set; }

    /// <summary>Memory that a container pretends to use.</summary>
    public Func<ContainerConfig, ulong> MemoryOf { get; set; } = _ => 1 << 20;

    /// <summary>Where exec, attach and port-forward streams are served; null for nowhere.</summary>
    public Uri? Streams { get; set; }

    /// <summary>Called before each operation ("RunSandbox", "PullImage", …) with its subject; may throw.</summary>
    public Action<string, string>? Before { get; set; }

    /// <summary>Called when an operation is done but not yet answered; may throw, as a caller that gives up would.</summary>
    public Action<string, string>? After { get; set; }

    /// <summary>Whether any image is there; else only those added or pulled.</summary>
    public bool HasAllImages { get; set; } = true;

    /// <summary>Every container made so far that was not removed.</summary>
    public IReadOnlyList<ContainerStatus> Containers
    {
        get
        {
            lock (_gate)
            {
                return [.. _containers.Values.Select(c => c.Status)];
            }
        }
    }

    /// <summary>What a container was made with.</summary>
    public ContainerConfig ConfigOf(string id)
    {
        lock (_gate)
        {
            return _containers[id].Config;
        }
    }

    /// <summary>Ends a running container as if by itself.</summary>
    public void Exit(string id, int exitCode, string reason = "")
    {
        Container container;
        lock (_gate)
        {
            container = _containers[id];
            if (container.Status.State != ContainerState.Running)
            {
                return;
            }

            container.Timer?.Dispose();
            container.Status = container.Status with
            {
                State = ContainerState.Exited,
                ExitCode = exitCode,
                Reason = reason.Length > 0 ? reason : exitCode == 0 ? "Completed" : "Error",
                FinishedAt = _time.GetUtcNow(),
            };
        }

        container.Ended.TrySetResult();
        Tell(RuntimeEventType.Stopped, id, container.PodUid);
    }

    /// <inheritdoc/>
    public Task<RuntimeVersion> VersionAsync(CancellationToken ct) =>
        Task.FromResult(new RuntimeVersion("simulated", "1.0.0", "v1"));

    /// <inheritdoc/>
    public Task<RuntimeConditions> StatusAsync(CancellationToken ct) =>
        Task.FromResult(new RuntimeConditions(new RuntimeCondition(true), new RuntimeCondition(true)));

    /// <inheritdoc/>
    public async IAsyncEnumerable<RuntimeEvent> EventsAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var channel = Channel.CreateUnbounded<RuntimeEvent>();
        _listeners[channel] = true;
        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(ct))
            {
                yield return change;
            }
        }
        finally
        {
            _listeners.TryRemove(channel, out _);
        }
    }

    private string NewId() => Interlocked.Increment(ref _lastId).ToString("x64", CultureInfo.InvariantCulture);

    private void Tell(RuntimeEventType type, string id, string podUid)
    {
        var change = new RuntimeEvent(type, id, podUid, _time.GetUtcNow());
        foreach (var listener in _listeners.Keys)
        {
            listener.Writer.TryWrite(change);
        }
    }

    private SimulatedBehavior BehaviorOf(Container container)
    {
        if (Script?.Invoke(container.Config) is { } scripted)
        {
            return scripted;
        }

        var annotations = container.Sandbox.Annotations;
        return new SimulatedBehavior
        {
            ExitAfter = annotations.TryGetValue(ExitAfterAnnotation, out var after)
                && double.TryParse(after, CultureInfo.InvariantCulture, out var seconds)
                ? TimeSpan.FromSeconds(seconds)
                : null,
            ExitCode = annotations.TryGetValue(ExitCodeAnnotation, out var code) && int.TryParse(code, out var number)
                ? number
                : 0,
        };
    }

    private static RuntimeException NotFound(string what, string id) =>
        new(RuntimeErrorCode.NotFound, $"an error occurred when try to find {what} \"{id}\": not found");

    private sealed class Sandbox(SandboxStatus status)
    {
        public SandboxStatus Status { get; set; } = status;
    }

    private sealed class Container(SandboxConfig sandbox, ContainerConfig config, string sandboxId, ContainerStatus status)
    {
        public SandboxConfig Sandbox { get; } = sandbox;

        public ContainerConfig Config { get; } = config;

        public string SandboxId { get; } = sandboxId;

        public ContainerStatus Status { get; set; } = status;

        public ITimer? Timer { get; set; }

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string PodUid => Sandbox.Metadata.Uid;
    }
}
