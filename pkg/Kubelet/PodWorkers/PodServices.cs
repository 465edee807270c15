using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Images;
using Kube1.Kubelet.Probes;
using Kube1.Kubelet.Resources;
using Kube1.Kubelet.Runtime;
using Kube1.Kubelet.Volumes;
using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.PodWorkers;

/// <summary>What all pod workers of a node share; composed once in <see cref="KubeletRole"/>.</summary>
internal sealed record PodServices
{
    public required KubeletOptions Options { get; init; }

    public required IPodRuntime Runtime { get; init; }

    /// <summary>Scheme of container ids in status: "containerd".</summary>
    public required string RuntimeName { get; init; }

    public required KubeClient Client { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILoggerFactory Loggers { get; init; }

    public required ContainerEvents Events { get; init; }

    public required ImagePuller Images { get; init; }

    public required PodVolumes Volumes { get; init; }

    public required PodFolders Folders { get; init; }

    public required ObjectWatches Objects { get; init; }

    public required IServiceAccountTokens Tokens { get; init; }

    /// <summary>Null when the node does not manage cgroups.</summary>
    public PodCgroups? Cgroups { get; init; }

    public required SandboxConfigBuilder Sandboxes { get; init; }

    public required ContainerConfigBuilder Containers { get; init; }

    public required IProber Prober { get; init; }

    public required LifecycleHooks Hooks { get; init; }

    /// <summary>The Services that exist now; null until they were read once.</summary>
    public required Func<IReadOnlyList<V1Service>?> Services { get; init; }

    /// <summary>Whether the node can take the pod besides those it has; null when it can.</summary>
    public required Func<V1Pod, Status.PodFailure?> Admit { get; init; }
}
