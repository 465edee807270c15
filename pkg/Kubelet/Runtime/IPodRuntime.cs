namespace Kube1.Kubelet.Runtime;

/// <summary>
/// What runs containers on a node: sandboxes, containers, images, streams and statistics, shaped after CRI v1
/// (https://kubernetes.io/docs/concepts/containers/cri/). Every failure of the runtime is a
/// <see cref="RuntimeException"/>; operations that stop or remove succeed when the thing is already gone.
/// </summary>
public interface IPodRuntime
{
    /// <summary>Name and versions of the runtime.</summary>
    Task<RuntimeVersion> VersionAsync(CancellationToken ct);

    /// <summary>The runtime's own conditions: RuntimeReady and NetworkReady.</summary>
    Task<RuntimeConditions> StatusAsync(CancellationToken ct);

    /// <summary>Makes and starts a sandbox; returns its id. On failure nothing is left running.</summary>
    Task<string> RunSandboxAsync(SandboxConfig config, string runtimeHandler, CancellationToken ct);

    /// <summary>Stops the sandbox with all its containers and takes its network down. Idempotent.</summary>
    Task StopSandboxAsync(string id, CancellationToken ct);

    /// <summary>Removes a stopped sandbox with all its containers. Idempotent.</summary>
    Task RemoveSandboxAsync(string id, CancellationToken ct);

    /// <summary>The sandbox's state and addresses; null when there is none with this id.</summary>
    Task<SandboxStatus?> SandboxStatusAsync(string id, CancellationToken ct);

    /// <summary>All sandboxes, ready or not.</summary>
    Task<IReadOnlyList<SandboxSummary>> ListSandboxesAsync(CancellationToken ct);

    /// <summary>Makes a container in a sandbox without starting it; returns its id.</summary>
    Task<string> CreateContainerAsync(
        string sandboxId, ContainerConfig config, SandboxConfig sandbox, CancellationToken ct);

    /// <summary>Starts a created container.</summary>
    Task StartContainerAsync(string id, CancellationToken ct);

    /// <summary>Sends the stop signal, waits <paramref name="grace"/>, then kills. Idempotent.</summary>
    Task StopContainerAsync(string id, TimeSpan grace, CancellationToken ct);

    /// <summary>Removes a container, killing it first when it still runs. Idempotent.</summary>
    Task RemoveContainerAsync(string id, CancellationToken ct);

    /// <summary>The container's state; null when there is none with this id.</summary>
    Task<ContainerStatus?> ContainerStatusAsync(string id, CancellationToken ct);

    /// <summary>All containers in any state.</summary>
    Task<IReadOnlyList<ContainerSummary>> ListContainersAsync(CancellationToken ct);

    /// <summary>Changes a running container's limits in place.</summary>
    Task UpdateContainerResourcesAsync(string id, LinuxResources resources, CancellationToken ct);

    /// <summary>Makes the runtime open its log file anew, after the file was renamed away.</summary>
    Task ReopenContainerLogAsync(string id, CancellationToken ct);

    /// <summary>
    /// Runs a command to its end and collects its output. A timeout is a <see cref="RuntimeException"/> with
    /// <see cref="RuntimeErrorCode.DeadlineExceeded"/>; zero means no timeout.
    /// </summary>
    Task<ExecResult> ExecSyncAsync(string id, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken ct);

    /// <summary>The URL of the runtime's streaming server at which a prepared exec can be joined.</summary>
    Task<Uri> ExecAsync(ExecRequest request, CancellationToken ct);

    /// <summary>The URL of the runtime's streaming server at which a prepared attach can be joined.</summary>
    Task<Uri> AttachAsync(AttachRequest request, CancellationToken ct);

    /// <summary>The URL of the runtime's streaming server at which a prepared port forward can be joined.</summary>
    Task<Uri> PortForwardAsync(PortForwardRequest request, CancellationToken ct);

    /// <summary>Usage of all running containers.</summary>
    Task<IReadOnlyList<ContainerStats>> ListContainerStatsAsync(CancellationToken ct);

    /// <summary>Usage of all ready sandboxes; empty when the runtime has no such figures.</summary>
    Task<IReadOnlyList<SandboxStats>> ListSandboxStatsAsync(CancellationToken ct);

    /// <summary>
    /// Container and sandbox events from now on. Throws <see cref="NotSupportedException"/> when the runtime has none;
    /// ends or throws <see cref="RuntimeException"/> when the stream breaks, and the caller relists and subscribes anew.
    /// </summary>
    IAsyncEnumerable<RuntimeEvent> EventsAsync(CancellationToken ct);

    /// <summary>All images.</summary>
    Task<IReadOnlyList<RuntimeImage>> ListImagesAsync(CancellationToken ct);

    /// <summary>The image with this reference or id; null when it is absent.</summary>
    Task<RuntimeImage?> ImageStatusAsync(string image, CancellationToken ct);

    /// <summary>Pulls an image; returns the runtime's reference of it.</summary>
    Task<string> PullImageAsync(string image, ImageAuth? auth, SandboxConfig? sandbox, CancellationToken ct);

    /// <summary>Removes an image with all its names. Idempotent.</summary>
    Task RemoveImageAsync(string image, CancellationToken ct);

    /// <summary>Usage of the file system that holds images.</summary>
    Task<FsUsage> ImageFsInfoAsync(CancellationToken ct);

    /// <summary>Imports a Docker or OCI archive (tar) and pins what it holds; returns the names.</summary>
    Task<IReadOnlyList<string>> ImportImagesAsync(Stream archive, CancellationToken ct);
}
