using Kube1.Api.Models;
using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.PodWorkers;

/// <summary>A container of the pod with the sandbox it belongs to.</summary>
internal sealed record PodContainer(string SandboxId, ContainerStatus Status)
{
    public string Id => Status.Id;

    public string Name => Status.Metadata.Name;

    public bool IsRunning => Status.State == ContainerState.Running;

    public bool HasExited => Status.State == ContainerState.Exited;
}

/// <summary>What the runtime holds of one pod: an immutable picture, newest first.</summary>
internal sealed record PodRuntimeState(IReadOnlyList<SandboxStatus> Sandboxes, IReadOnlyList<PodContainer> Containers)
{
    public static readonly PodRuntimeState Empty = new([], []);

    public SandboxStatus? LatestSandbox => Sandboxes.Count > 0 ? Sandboxes[0] : null;

    /// <summary>The sandbox that containers may run in now.</summary>
    public SandboxStatus? ReadySandbox => LatestSandbox is { State: SandboxState.Ready } latest ? latest : null;

    public IEnumerable<PodContainer> Running => Containers.Where(c => c.IsRunning);

    /// <summary>Instances of a container, newest first.</summary>
    public IEnumerable<PodContainer> Instances(string name) => Containers.Where(c => c.Name == name);

    public PodContainer? Latest(string name) => Instances(name).FirstOrDefault();

    /// <summary>The newest instance in the sandbox of now: those of an earlier sandbox only count as history.</summary>
    public PodContainer? Current(string name) =>
        LatestSandbox is { } sandbox ? Instances(name).FirstOrDefault(c => c.SandboxId == sandbox.Id) : null;

    public IReadOnlyList<string> PodIPs(V1Pod pod, IReadOnlyList<string> hostIPs) =>
        pod.Spec!.HostNetwork == true ? (Sandboxes.Count > 0 ? hostIPs : []) : ReadySandbox?.IPs ?? [];
}
