using Kube1.Api.Models;
using Kube1.Kubelet.Hosts;
using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.Resources;

/// <summary>
/// The tree kubepods/{burstable,besteffort}/pod&lt;uid&gt; that containers' cgroups hang under. Made before a sandbox,
/// removed after it: the runtime removes only what it made itself.
/// </summary>
internal sealed class PodCgroups(ICgroups cgroups, string root)
{
    private string Top => root.TrimEnd('/') + "/kubepods";

    public void EnsureTop(decimal allocatableCpu, decimal allocatableMemory)
    {
        cgroups.Ensure(Top, new LinuxResources
        {
            CpuShares = ContainerResources.Shares((long)(allocatableCpu * 1000)),
            MemoryLimitInBytes = (long)allocatableMemory,
        });
        cgroups.Ensure(Top + "/burstable", new LinuxResources());
        cgroups.Ensure(Top + "/besteffort", new LinuxResources { CpuShares = ContainerResources.Shares(0) });
    }

    public string PathOf(V1Pod pod) => QosClass.Of(pod) switch
    {
        QosClass.Guaranteed => $"{Top}/pod{pod.Metadata.Uid}",
        QosClass.Burstable => $"{Top}/burstable/pod{pod.Metadata.Uid}",
        _ => $"{Top}/besteffort/pod{pod.Metadata.Uid}",
    };

    public string Ensure(V1Pod pod)
    {
        var path = PathOf(pod);
        cgroups.Ensure(path, ContainerResources.ForPod(pod));
        return path;
    }

    /// <summary>Removes the pod's cgroup wherever it is: the pod object may be gone, and with it its class.</summary>
    public async Task RemoveAsync(string uid, CancellationToken ct)
    {
        foreach (var parent in new[] { Top, Top + "/burstable", Top + "/besteffort" })
        {
            await cgroups.RemoveAsync($"{parent}/pod{uid}", ct);
        }
    }

    /// <summary>Pods that have a cgroup.</summary>
    public IEnumerable<string> Uids() => new[] { Top, Top + "/burstable", Top + "/besteffort" }
        .SelectMany(cgroups.Children)
        .Where(name => name.StartsWith("pod", StringComparison.Ordinal))
        .Select(name => name[3..]);
}
