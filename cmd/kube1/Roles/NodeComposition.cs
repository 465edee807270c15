using System.Net;
using Kube1.Api.Models;
using Kube1.Cluster.Configuration;
using Kube1.Cluster.Supervision;
using Kube1.Kubelet;
using Kube1.Kubelet.Runtime;
using Kube1.Network;
using Kube1.Network.Cni;
using Kube1.Network.Dns;
using Kube1.Network.Overlay;
using Kube1.Network.Proxy;
using Kube1.Runtimes.Cri;
using Kube1.Runtimes.Cri.Containerd;
using Kube1.Runtimes.Cri.Grpc;
using Kube1.Runtimes.Cri.Images;
using Kube1.Runtimes.Linux.Cgroups;
using Kube1.Runtimes.Linux.Mounts;
using Kube1.Runtimes.Linux.Netlink;
using Kube1.Runtimes.Linux.Nftables;
using Kube1.Runtimes.Linux.Nodes;
using Kube1.Runtimes.Linux.Switches;
using Microsoft.Extensions.Logging;

namespace Kube1.Cmd.Roles;

/// <summary>The roles of a node, the same on a server and on an agent: container runtime, kubelet, network.</summary>
internal sealed partial class NodeComposition(
    ClusterConfig config, DataLayout layout, IPAddress nodeAddress, Func<string, NodeAccess> createAccess,
    ILoggerFactory loggers, TimeProvider time)
{
    private readonly string _nodeName = config.NodeName ?? Dns.GetHostName().ToLowerInvariant();
    private readonly LinuxHostNetwork _network = new();
    private readonly KernelSwitches _switches = new(layout.Root, time);
    private readonly ILogger _logger = loggers.CreateLogger("Kube1.Node");
    private readonly TaskCompletionSource _imported = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NodeAccess? _access;
    private IPodRuntime? _runtime;

    /// <summary>The node's roles; those that talk to the API start when <paramref name="api"/> is ready.</summary>
    public IReadOnlyList<Role> Roles(string api) =>
    [
        new("runtime", [], RunRuntimeAsync),
        new("images", ["runtime"], ImportImagesAsync),
        new("node-access", [api], RunAccessAsync),
        new("kubelet", ["node-access", "runtime"], RunKubeletAsync),
        new("routes", ["node-access"], RunRoutesAsync) { Restartable = true },
        new("services", ["node-access"], RunServicesAsync) { Restartable = true },
        new("dns", ["node-access"], RunDnsAsync) { Restartable = true },
    ];

    private NetworkOptions NetworkOptions => new()
    {
        Instance = config.InstanceName,
        NodeName = _nodeName,
        ClusterCidr = config.ClusterCidr,
        ServiceCidr = config.ServiceCidr,
        ClusterDns = config.EffectiveClusterDns,
        ClusterDomain = config.ClusterDomain,
        CniConfigDirectory = layout.CniConfig,
        CniDataDirectory = layout.CniData,
    };

    private async Task RunRuntimeAsync(RoleSignals signals, CancellationToken ct)
    {
        if (config.ContainerRuntimeEndpoint is { } given)
        {
            var other = new CriPodRuntime(RuntimeEndpoint.Parse(given), loggers, time);
            var version = await other.VersionAsync(ct);
            _runtime = other;
            signals.Ready($"{version.RuntimeName} {version.Version} at {given}");
            await Task.Delay(Timeout.InfiniteTimeSpan, time, ct);
            return;
        }

        var search = RuntimeBinaries.Find(layout.Root);
        var supervisor = new ContainerdSupervisor(
            new ContainerdOptions
            {
                Directory = layout.Containerd,
                Binaries = search.Found ?? throw new IOException(search.Problem),
                CniConfigDirectory = layout.CniConfig,
            },
            loggers, time);
        var adopted = await supervisor.StartAsync(ct);
        var runtime = new CriPodRuntime(supervisor.Endpoint, loggers, time);
        await PauseImage.EnsureAsync(runtime, ct);
        _runtime = runtime;
        signals.Ready(adopted ? "containerd, running since before" : "containerd");
        await supervisor.RunAsync(ct);
    }

    /// <summary>Archives in the images folder are imported at each start: a machine without a registry needs no more.</summary>
    private async Task ImportImagesAsync(RoleSignals signals, CancellationToken ct)
    {
        var imported = 0;
        foreach (var archive in Directory.Exists(layout.Images) ? Directory.GetFiles(layout.Images).Order().ToArray() : [])
        {
            try
            {
                await using var file = File.OpenRead(archive);
                imported += (await _runtime!.ImportImagesAsync(file, ct)).Count;
            }
            catch (Exception e) when (e is IOException or RuntimeException or InvalidDataException)
            {
                // One broken archive must not keep the node from starting.
                LogImportFailed(archive, e);
            }
        }

        _imported.TrySetResult();
        signals.Ready($"{imported} imported");
        await Task.Delay(Timeout.InfiniteTimeSpan, time, ct);
    }

    private async Task RunAccessAsync(RoleSignals signals, CancellationToken ct)
    {
        _access = createAccess(_nodeName);
        await _switches.SetAsync("net/ipv4/ip_forward", "1", ct);
        _network.EnsureLoopbackAddress(config.EffectiveClusterDns);
        signals.Ready($"node {_nodeName}, {nodeAddress}");
        await Task.WhenAll([Task.Delay(Timeout.InfiniteTimeSpan, time, ct), .. _access.Background.Select(b => b.RunAsync(ct))]);
    }

    private async Task RunKubeletAsync(RoleSignals signals, CancellationToken ct)
    {
        var options = new KubeletOptions
        {
            NodeName = _nodeName,
            NodeIPs = [nodeAddress.ToString()],
            RootDirectory = layout.Kubelet,
            PodLogsDirectory = layout.PodLogs,
            ClusterDnsAddress = config.EffectiveClusterDns.ToString(),
            ClusterDomain = config.ClusterDomain,
            Labels = config.NodeLabels,
            Taints = [.. config.NodeTaints.Select(t => new V1Taint { Key = t.Key, Value = t.Value, Effect = t.Effect })],
            MaxPods = config.MaxPods,
            CgroupRoot = "/" + config.InstanceName,
            ImagesImported = _imported.Task,
            Listen = new IPEndPoint(IPAddress.Any, config.KubeletPort),
            ServingCertificate = _access!.ServingCertificate,
            ClientCas = _access.ClientCas,
        };
        var informers = new Client.Informers.InformerSet(_access.Kubelet, time, loggers);
        var kubelet = new KubeletRole(
            options,
            new KubeletSeams(
                _access.Kubelet, informers, _runtime!, new LinuxMounts(), new LinuxNodeFacts(), LinuxCgroups.Detect(time)),
            time, loggers);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var running = kubelet.RunAsync(stop.Token);
        Task[] all = [running, informers.RunAsync(stop.Token), AnnounceAsync(kubelet, signals, stop.Token)];
        try
        {
            await await Task.WhenAny(all[0], all[1]);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task AnnounceAsync(KubeletRole kubelet, RoleSignals signals, CancellationToken ct)
    {
        await kubelet.Ready.WaitAsync(ct);
        signals.Ready("node Ready");
    }

    /// <summary>The pod network: this node's CNI configuration as soon as it has a range, and routes to the others.</summary>
    private async Task RunRoutesAsync(RoleSignals signals, CancellationToken ct)
    {
        var nodes = _access!.Informers.Of<V1Node>();
        var range = new TaskCompletionSource<IPNetwork>(TaskCreationOptions.RunContinuationsAsynchronously);
        using (nodes.AddHandler(Look, (_, node) => Look(node), null))
        {
            var podRange = await range.Task.WaitAsync(ct);
            CniConfig.Write(NetworkOptions, podRange, _network.DefaultMtu());
            signals.Ready($"pods {podRange}");
        }

        var routes = new HostGatewayRoutes(
            NetworkOptions, _network, _access.Informers, time, loggers.CreateLogger<HostGatewayRoutes>());
        await routes.RunAsync(ct);

        void Look(V1Node node)
        {
            if (node.Metadata.Name == _nodeName && IPNetwork.TryParse(node.Spec?.PodCIDR, out var found))
            {
                range.TrySetResult(found);
            }
        }
    }

    private async Task RunServicesAsync(RoleSignals signals, CancellationToken ct)
    {
        using var nftables = new LibNftables();
        var proxy = new ServiceProxy(
            NetworkOptions, nftables, new LinuxConnectionTracking(), _access!.Informers, time, loggers.CreateLogger<ServiceProxy>());
        var standing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = proxy.RunAsync(() => standing.TrySetResult(), ct);
        try
        {
            if (await Task.WhenAny(running, standing.Task) == standing.Task)
            {
                await OpenLoopbackAsync(ct);
                signals.Ready();
            }
        }
        finally
        {
            await running;
        }
    }

    /// <summary>Where the kernel's switches are not ours to write, node ports are open on all addresses but 127.0.0.1.</summary>
    private async Task OpenLoopbackAsync(CancellationToken ct)
    {
        try
        {
            await _switches.SetAsync(ServiceProxy.LoopbackSwitch, "1", ct);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogLoopbackClosed(e.Message);
        }
    }

    private async Task RunDnsAsync(RoleSignals signals, CancellationToken ct)
    {
        var dns = new DnsServer(NetworkOptions, _access!.Informers, time, loggers.CreateLogger<DnsServer>());
        await dns.RunAsync(() => signals.Ready($"{config.EffectiveClusterDns}"), ct);
    }

    [LoggerMessage(LogLevel.Warning, "node ports stay closed on 127.0.0.1: {Why}")]
    private partial void LogLoopbackClosed(string why);

    [LoggerMessage(LogLevel.Error, "{Archive} could not be imported")]
    private partial void LogImportFailed(string archive, Exception exception);
}
