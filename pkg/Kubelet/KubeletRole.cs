using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Events;
using Kube1.Client.Informers;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Evictions;
using Kube1.Kubelet.Hosts;
using Kube1.Kubelet.Images;
using Kube1.Kubelet.Logs;
using Kube1.Kubelet.Nodes;
using Kube1.Kubelet.PodWorkers;
using Kube1.Kubelet.Probes;
using Kube1.Kubelet.Resources;
using Kube1.Kubelet.Runtime;
using Kube1.Kubelet.Server;
using Kube1.Kubelet.Volumes;
using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet;

/// <summary>What a kubelet stands on: the API as its node, the container runtime, and the machine.</summary>
public sealed record KubeletSeams(
    KubeClient Client, InformerSet Informers, IPodRuntime Runtime, IMounts Mounts, INodeFacts Facts, ICgroups? Cgroups);

/// <summary>
/// The node agent: registers the node, runs the pods that are bound to it and reports both. Stopping it leaves all
/// containers running; the next start takes them over from the runtime's labels.
/// </summary>
public sealed class KubeletRole
{
    private readonly KubeletOptions _options;
    private readonly KubeletSeams _seams;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A kubelet that does nothing until it is run.</summary>
    public KubeletRole(KubeletOptions options, KubeletSeams seams, TimeProvider time, ILoggerFactory loggers) =>
        (_options, _seams, _time, _loggers) = (options, seams, time, loggers);

    /// <summary>Completes when the node was reported ready for the first time.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Runs until cancelled. The informers of <see cref="KubeletSeams.Informers"/> must be running.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        Directory.CreateDirectory(_options.RootDirectory);
        var machine = _seams.Facts.Machine;
        var version = await _seams.Runtime.VersionAsync(ct);
        var recorder = new EventRecorder(
            _seams.Client, "kubelet", _options.NodeName, _time, _loggers.CreateLogger<EventRecorder>());
        var events = new ContainerEvents(recorder);
        var (_, allocatable) = new NodeStatusBuilder(_options, machine).Resources(
            _seams.Mounts.UsageOf(_options.RootDirectory));
        var cgroups = _options.ManageCgroups && _seams.Cgroups is { } c ? new PodCgroups(c, _options.CgroupRoot) : null;
        cgroups?.EnsureTop(allocatable["cpu"].Value, allocatable["memory"].Value);

        var services = _seams.Informers.Of<V1Service>();
        var pods = _seams.Informers.Of<V1Pod>(null, null, $"spec.nodeName={_options.NodeName}");
        var workers = new PodWorkerSet(_options, _loggers.CreateLogger<PodWorkerSet>());
        var folders = new PodFolders(_options.RootDirectory);
        var collector = new ImageCollector(
            _options, _seams.Runtime, _seams.Mounts, recorder, _time, _loggers.CreateLogger<ImageCollector>());
        var usage = new PodUsageReader(_options, _seams.Runtime, _seams.Mounts, folders);
        var evictions = new EvictionMonitor(
            _options,
            new EvictionSeams(
                _seams.Runtime, _seams.Mounts, _seams.Facts, workers, usage, collector, events, recorder),
            _time,
            _loggers.CreateLogger<EvictionMonitor>());
        var node = new NodeAgent(
            _options, _seams.Client, _seams.Runtime, version, _seams.Facts, _seams.Mounts,
            () => evictions.Conditions, recorder, _options.Listen?.Port, _time, _loggers.CreateLogger<NodeAgent>());
        var objects = new ObjectWatches(_seams.Client, _time, _loggers);
        var tokens = new ServiceAccountTokens(_seams.Client, _time);
        var volumes = new PodVolumes(
            folders, _seams.Mounts, new VolumePayload(objects, tokens, allocatable), _time);
        var resolvConf = NodeResolvConf.Choose(_options.ResolvConfPath);
        using var prober = new Prober(_seams.Runtime, _time);
        using var images = new ImagePuller(_seams.Runtime, new PullSecrets(objects), events, _time, _options.ImagesImported);
        workers.Services = new PodServices
        {
            Options = _options,
            Runtime = _seams.Runtime,
            RuntimeName = version.RuntimeName,
            Client = _seams.Client,
            Time = _time,
            Loggers = _loggers,
            Events = events,
            Images = images,
            Volumes = volumes,
            Folders = folders,
            Objects = objects,
            Tokens = tokens,
            Cgroups = cgroups,
            Sandboxes = new SandboxConfigBuilder(
                _options, new PodDns(_options.ClusterDnsAddress, _options.ClusterDomain, resolvConf)),
            Containers = new ContainerConfigBuilder(
                _options, new EnvironmentBuilder(objects, allocatable, events.Warning), folders, volumes,
                _seams.Mounts, machine),
            Prober = prober,
            Hooks = new LifecycleHooks(_seams.Runtime, prober, _time),
            Services = () => services.HasSynced ? [.. services.List()] : null,
            Admit = pod => evictions.Judge(pod) ?? workers.Admit(pod, node.Node),
        };

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        List<Task> loops =
        [
            recorder.RunAsync(stop.Token),
            node.RunAsync(stop.Token),
            objects.RunAsync(stop.Token),
            workers.RunAsync(stop.Token),
            RunPodsAsync(pods, services, workers, node, stop.Token),
            new LogRotator(_options, _seams.Runtime, workers, _time, _loggers.CreateLogger<LogRotator>())
                .RunAsync(stop.Token),
            evictions.RunAsync(stop.Token),
            collector.RunAsync(stop.Token),
        ];
        if (_options.Listen is not null)
        {
            loops.Add(Server(workers).RunAsync(stop.Token));
        }

        try
        {
            await await Task.WhenAny(loops);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(loops.Select(Quiet));
        }
    }

    private KubeletServer Server(PodWorkerSet workers) => new(
        _options,
        new KubeletAccess(_options, _seams.Client, _time),
        new ContainerLogsEndpoint(_seams.Runtime, workers, _time),
        new StreamingEndpoints(_seams.Runtime, workers, _time),
        new ObservationEndpoints(_options, _seams.Runtime, workers, _seams.Facts, _seams.Mounts, _time),
        new ResourceMetricsEndpoint(_seams.Runtime, workers, _seams.Facts, _time),
        _loggers);

    /// <summary>
    /// Starts to act on pods only when all of them are known: what the runtime has beyond them is then truly left over.
    /// </summary>
    private async Task RunPodsAsync(
        Informer<V1Pod> pods, Informer<V1Service> services, PodWorkerSet workers, NodeAgent node, CancellationToken ct)
    {
        await node.Registered.WaitAsync(ct);
        await services.WaitForSyncAsync(ct);
        using var handler = pods.AddHandler(workers.Put, (_, now) => workers.Put(now), workers.Remove);
        await pods.WaitForSyncAsync(ct);
        foreach (var pod in pods.List())
        {
            workers.Put(pod);
        }

        var readiness = TellReadyAsync(node, ct);
        var pump = new RuntimeEventPump(
            _seams.Runtime, workers, _time, _loggers.CreateLogger<RuntimeEventPump>());
        await Task.WhenAll(readiness, pump.RunAsync(ct), RemoveLeftoversAsync(workers, ct));
    }

    private static async Task RemoveLeftoversAsync(PodWorkerSet workers, CancellationToken ct)
    {
        await workers.Observed.WaitAsync(ct);
        var services = workers.Services!;
        await Leftovers.RemoveAsync(
            services.Folders, services.Volumes, services.Cgroups, uid => workers.Find(uid) is not null, ct);
    }

    private async Task TellReadyAsync(NodeAgent node, CancellationToken ct)
    {
        await node.Ready.WaitAsync(ct);
        _ready.TrySetResult();
    }

    /// <summary>The first failure is thrown by the caller; the others are only waited for.</summary>
    private static async Task Quiet(Task loop) => await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
