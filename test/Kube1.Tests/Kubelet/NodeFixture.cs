using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Events;
using Kube1.Kubelet;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Images;
using Kube1.Kubelet.Nodes;
using Kube1.Kubelet.PodWorkers;
using Kube1.Kubelet.Probes;
using Kube1.Kubelet.Status;
using Kube1.Kubelet.Volumes;
using Kube1.Runtimes.Simulated;
using Kube1.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Kubelet;

/// <summary>Pod workers over a simulated runtime, a clock that stands still and an API server that only knows objects.</summary>
internal sealed class NodeFixture : IAsyncDisposable
{
    private static readonly TimeSpan RealLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RealPause = TimeSpan.FromMilliseconds(5);

    private CancellationTokenSource _stop = new();
    private readonly List<Task> _loops = [];

    public NodeFixture()
    {
        Folder = Directory.CreateTempSubdirectory("kube1-node").FullName;
        Time = new ManualTime();
        Runtime = new SimulatedPodRuntime(Time);
        Options = new KubeletOptions
        {
            NodeName = "node1",
            NodeIPs = ["192.168.0.1"],
            RootDirectory = Path.Combine(Folder, "kubelet"),
            PodLogsDirectory = Path.Combine(Folder, "logs"),
            NodeLogsDirectory = Path.Combine(Folder, "var-log"),
            ClusterDnsAddress = "10.43.0.10",
            ResolvConfPath = Path.Combine(Folder, "resolv.conf"),
        };
        Workers = Start();
    }

    public string Folder { get; }

    public ManualTime Time { get; }

    public SimulatedPodRuntime Runtime { get; }

    public KubeletOptions Options { get; }

    public PodWorkerSet Workers { get; private set; }

    public SimulatedMounts Mounts { get; } = new();

    public SimulatedNodeFacts Facts { get; } = new();

    /// <summary>Events go to <see cref="FakeApi.Events"/>.</summary>
    public EventRecorder Recorder { get; private set; } = null!;

    public FakeApi Api { get; } = new();

    /// <summary>A kubelet that starts anew over the same runtime and folders.</summary>
    public PodWorkerSet Start(params IReadOnlyList<V1Pod> pods)
    {
        var client = new KubeClient(Api, new Uri("http://api/"), "kubelet/test");
        var (mounts, facts) = (Mounts, Facts);
        Recorder = new EventRecorder(client, "kubelet", "node1", Time, NullLogger.Instance);
        var events = new ContainerEvents(Recorder);
        var (_, allocatable) = new NodeStatusBuilder(Options, facts.Machine).Resources(null);
        var objects = new ObjectWatches(client, Time, NullLoggerFactory.Instance);
        var tokens = new ServiceAccountTokens(client, Time);
        var folders = new PodFolders(Options.RootDirectory);
        var volumes = new PodVolumes(folders, mounts, new VolumePayload(objects, tokens, allocatable), Time);
        var prober = new Prober(Runtime, Time);
        var workers = new PodWorkerSet(Options, NullLogger.Instance);
        workers.Services = new PodServices
        {
            Options = Options,
            Runtime = Runtime,
            RuntimeName = "simulated",
            Client = client,
            Time = Time,
            Loggers = NullLoggerFactory.Instance,
            Events = events,
            Images = new ImagePuller(Runtime, new PullSecrets(objects), events, Time, Options.ImagesImported),
            Volumes = volumes,
            Folders = folders,
            Objects = objects,
            Tokens = tokens,
            Sandboxes = new SandboxConfigBuilder(
                Options, new PodDns(Options.ClusterDnsAddress, Options.ClusterDomain, Options.ResolvConfPath)),
            Containers = new ContainerConfigBuilder(
                Options, new EnvironmentBuilder(objects, allocatable, events.Warning), folders, volumes, mounts,
                facts.Machine),
            Prober = prober,
            Hooks = new LifecycleHooks(Runtime, prober, Time),
            Services = () => [],
            Admit = _ => null,
        };
        foreach (var pod in pods)
        {
            workers.Put(pod);
        }

        _loops.Add(Recorder.RunAsync(_stop.Token));
        _loops.Add(workers.RunAsync(_stop.Token));
        _loops.Add(new RuntimeEventPump(Runtime, workers, Time, NullLogger.Instance).RunAsync(_stop.Token));
        return workers;
    }

    public async Task RestartAsync(params IReadOnlyList<V1Pod> pods)
    {
        await StopLoopsAsync();
        _stop.Dispose();
        _stop = new CancellationTokenSource();
        Workers = Start(pods);
    }

    public static V1Pod Pod(string name = "web", Action<V1PodSpec>? edit = null)
    {
        var pod = new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = name, Namespace = "default", Uid = $"uid-{name}", Generation = 1 },
            Spec = new V1PodSpec
            {
                NodeName = "node1",
                RestartPolicy = "Always",
                TerminationGracePeriodSeconds = 30,
                Containers = [new V1Container { Name = "app", Image = "app:1" }],
            },
        };
        edit?.Invoke(pod.Spec);
        return pod;
    }

    public V1PodStatus? Status(V1Pod pod) => Workers.Find(pod.Metadata.Uid!)?.Snapshot()?.Status;

    /// <summary>Waits until the condition holds, moving the fake clock on by <paramref name="step"/> between looks.</summary>
    public async Task UntilAsync(Func<bool> condition, string what, TimeSpan? step = null)
    {
        using var limit = new CancellationTokenSource(RealLimit);
        while (!condition())
        {
            if (limit.IsCancellationRequested)
            {
                Assert.Fail($"never came true: {what}; pods: {string.Join('\n', Workers.All.Select(w =>
                    w.Snapshot() is { } pod ? KubeJson.ToJson(pod).ToJsonString() : w.Uid))}");
            }

            if (step is { } by)
            {
                Time.Advance(by);
            }

            await Task.Delay(RealPause, TimeProvider.System, CancellationToken.None);
        }
    }

    public Task UntilPhaseAsync(V1Pod pod, string phase, TimeSpan? step = null) =>
        UntilAsync(() => Status(pod)?.Phase == phase, $"{pod.Metadata.Name} is {phase}", step);

    public async ValueTask DisposeAsync()
    {
        await StopLoopsAsync();
        _stop.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task StopLoopsAsync()
    {
        await _stop.CancelAsync();
        foreach (var loop in _loops)
        {
            await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _loops.Clear();
    }
}

/// <summary>Just enough of an API server: objects by path, pod status patches and deletions as they come.</summary>
internal sealed class FakeApi : HttpMessageHandler
{
    public ConcurrentDictionary<string, JsonObject> Objects { get; } = new();

    public ConcurrentQueue<JsonObject> StatusPatches { get; } = new();

    public ConcurrentQueue<string> Deletions { get; } = new();

    /// <summary>"Reason: message" of each event, once for all its repeats.</summary>
    public ConcurrentQueue<string> Events { get; } = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var path = request.RequestUri!.AbsolutePath;
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(ct);
        if (path.Contains("/events", StringComparison.Ordinal))
        {
            var recorded = JsonNode.Parse(body)!.AsObject();
            if (request.Method == HttpMethod.Post)
            {
                Events.Enqueue($"{recorded["reason"]}: {recorded["message"]}");
            }

            return Answer(HttpStatusCode.OK, recorded);
        }

        if (request.Method == HttpMethod.Patch)
        {
            StatusPatches.Enqueue(JsonNode.Parse(body)!.AsObject());
            return Answer(HttpStatusCode.OK, KubeJson.ToJson(NodeFixture.Pod()));
        }

        if (request.Method == HttpMethod.Delete)
        {
            Deletions.Enqueue(path + " " + body);
            return Answer(HttpStatusCode.OK, new JsonObject { ["kind"] = "Status", ["status"] = "Success" });
        }

        return Objects.TryGetValue(path, out var found)
            ? Answer(HttpStatusCode.OK, found)
            : Answer(HttpStatusCode.NotFound, new JsonObject
            {
                ["kind"] = "Status",
                ["apiVersion"] = "v1",
                ["status"] = "Failure",
                ["reason"] = "NotFound",
                ["message"] = "not found",
                ["code"] = 404,
            });
    }

    private static HttpResponseMessage Answer(HttpStatusCode code, JsonObject body) => new(code)
    {
        Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
    };
}
