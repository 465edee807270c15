using Kube1.Api;

namespace Kube1.Kubelet.Probes;

/// <summary>User agents of requests into pods; servers tell probes from users by them.</summary>
internal static class ProbeAgents
{
    public const string Probe = $"kube-probe/{KubernetesRelease.Major}.{KubernetesRelease.Minor}";
    public const string Lifecycle = $"kube-lifecycle/{KubernetesRelease.Major}.{KubernetesRelease.Minor}";
}
