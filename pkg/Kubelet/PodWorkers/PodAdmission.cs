using Kube1.Api.Models;
using Kube1.Kubelet.Resources;
using Kube1.Kubelet.Status;

namespace Kube1.Kubelet.PodWorkers;

/// <summary>
/// The node's last word on a pod that was bound to it: it refuses what cannot run here, with upstream's reasons. A
/// refused pod fails, and its controller makes another.
/// </summary>
internal static class PodAdmission
{
    public static PodFailure? Judge(V1Pod pod, IReadOnlyList<V1Pod> others, V1Node? node, string nodeName)
    {
        if (node is null)
        {
            return null;
        }

        return Os(pod, node) ?? Selector(pod, node) ?? Resources(pod, others, node) ?? Ports(pod, others)
            ?? (pod.Spec!.NodeName != nodeName
                ? new PodFailure("NodeName", "Predicate NodeName failed: node(s) didn't match the requested node name")
                : null);
    }

    private static PodFailure? Os(V1Pod pod, V1Node node)
    {
        var os = node.Status?.NodeInfo?.OperatingSystem ?? "linux";
        if (pod.Spec!.Os is { } wanted && wanted.Name != os)
        {
            return new PodFailure(
                "PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS");
        }

        return pod.Spec.NodeSelector?.GetValueOrDefault("kubernetes.io/os") is { } label && label != os
            ? new PodFailure(
                "PodOSSelectorNodeLabelDoesNotMatch",
                "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label")
            : null;
    }

    private static PodFailure? Selector(V1Pod pod, V1Node node) => NodeAffinityMatch.Matches(pod.Spec!, node)
        ? null
        : new PodFailure(
            "NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector");

    private static PodFailure? Resources(V1Pod pod, IReadOnlyList<V1Pod> others, V1Node node)
    {
        var allocatable = node.Status?.Allocatable ?? [];
        if (allocatable.TryGetValue("pods", out var max) && others.Count + 1 > max.LongValue)
        {
            return Out("pods", 1, others.Count, max.LongValue);
        }

        var used = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var other in others)
        {
            foreach (var (name, amount) in PodResources.Requests(other))
            {
                used[name] = used.GetValueOrDefault(name) + amount;
            }
        }

        foreach (var (name, amount) in PodResources.Requests(pod).Where(r => r.Value > 0))
        {
            var capacity = allocatable.TryGetValue(name, out var quantity) ? quantity.Value : 0m;
            if (used.GetValueOrDefault(name) + amount > capacity)
            {
                var factor = name == "cpu" ? 1000m : 1m;
                var taken = (long)(used.GetValueOrDefault(name) * factor);
                return Out(name, (long)(amount * factor), taken, (long)(capacity * factor));
            }
        }

        return null;
    }

    private static PodFailure Out(string resource, long requested, long used, long capacity) => new(
        "OutOf" + resource,
        $"Node didn't have enough resource: {resource}, requested: {requested}, used: {used}, capacity: {capacity}");

    private static PodFailure? Ports(V1Pod pod, IReadOnlyList<V1Pod> others)
    {
        var wanted = HostPorts(pod).ToList();
        var taken = others.SelectMany(HostPorts).ToList();
        var clash = wanted.Exists(w => taken.Exists(t => t.Port == w.Port && t.Protocol == w.Protocol
            && (t.IP == w.IP || IsAny(t.IP) || IsAny(w.IP))));
        return clash
            ? new PodFailure(
                "NodePorts", "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports")
            : null;
    }

    private static IEnumerable<(int Port, string Protocol, string IP)> HostPorts(V1Pod pod) => pod.Spec!.Containers
        .Concat((pod.Spec.InitContainers ?? []).Where(PodResources.IsSidecar))
        .SelectMany(c => c.Ports ?? [])
        .Where(p => p.HostPort > 0)
        .Select(p => (p.HostPort!.Value, p.Protocol ?? "TCP", p.HostIP ?? ""));

    private static bool IsAny(string ip) => ip is "" or "0.0.0.0" or "::";
}
