namespace Kube1.Scheduler.Snapshot;

/// <summary>https://kubernetes.io/docs/reference/labels-annotations-taints/</summary>
internal static class WellKnownLabels
{
    public const string Hostname = "kubernetes.io/hostname";
    public const string Region = "topology.kubernetes.io/region";
    public const string Zone = "topology.kubernetes.io/zone";
}
