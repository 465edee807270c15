using Kube1.Api.Models;

namespace Kube1.Scheduler.Snapshot;

/// <summary>A pod with what the plugins need of it, worked out once for each version of the pod.</summary>
internal sealed class PodInfo
{
    private static readonly Dictionary<string, string> NoLabels = [];

    public PodInfo(V1Pod pod)
    {
        Pod = pod;
        Namespace = pod.Metadata.Namespace ?? "";
        Key = KeyOf(pod);
        Uid = pod.Metadata.Uid ?? "";
        Labels = pod.Metadata.Labels ?? NoLabels;
        Priority = pod.Spec?.Priority ?? 0;
        Requests = PodRequests.Of(pod);
        var nonZero = PodRequests.Of(pod, nonZero: true);
        NonZeroMilliCpu = nonZero.MilliCpu;
        NonZeroMemoryBytes = nonZero.MemoryBytes;
        HostPorts = HostPort.Of(pod.Spec);
        var affinity = pod.Spec?.Affinity;
        RequiredAffinity = AffinityTerm.Required(
            affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution, Namespace);
        RequiredAntiAffinity = AffinityTerm.Required(
            affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution, Namespace);
        PreferredAffinity = AffinityTerm.Preferred(
            affinity?.PodAffinity?.PreferredDuringSchedulingIgnoredDuringExecution, Namespace);
        PreferredAntiAffinity = AffinityTerm.Preferred(
            affinity?.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution, Namespace);
    }

    public V1Pod Pod { get; }

    public string Namespace { get; }

    /// <summary>"namespace/name"</summary>
    public string Key { get; }

    public string Uid { get; }

    public IReadOnlyDictionary<string, string> Labels { get; }

    public int Priority { get; }

    public ResourceAmounts Requests { get; }

    public long NonZeroMilliCpu { get; }

    public long NonZeroMemoryBytes { get; }

    public HostPort[] HostPorts { get; }

    public AffinityTerm[] RequiredAffinity { get; }

    public AffinityTerm[] RequiredAntiAffinity { get; }

    public AffinityTerm[] PreferredAffinity { get; }

    public AffinityTerm[] PreferredAntiAffinity { get; }

    public bool Terminating => Pod.Metadata.DeletionTimestamp is not null;

    public bool HasAffinity =>
        RequiredAffinity.Length + RequiredAntiAffinity.Length + PreferredAffinity.Length + PreferredAntiAffinity.Length > 0;

    public IReadOnlyList<V1Toleration> Tolerations => Pod.Spec?.Tolerations ?? (IReadOnlyList<V1Toleration>)[];

    public static string KeyOf(V1Pod pod) => $"{pod.Metadata.Namespace}/{pod.Metadata.Name}";
}
