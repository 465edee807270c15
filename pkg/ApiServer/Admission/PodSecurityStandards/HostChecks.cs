using System.Globalization;

namespace Kube1.ApiServer.Admission.PodSecurityStandards;

/// <summary>What pods may not share with their node.</summary>
internal static class HostChecks
{
    public static PodViolation? Namespaces(PodFacts pod)
    {
        var shared = new List<string>();
        Add(pod.Spec.HostNetwork, "hostNetwork=true");
        Add(pod.Spec.HostPID, "hostPID=true");
        Add(pod.Spec.HostIPC, "hostIPC=true");
        return shared.Count == 0 ? null : new PodViolation("host namespaces", string.Join(", ", shared));

        void Add(bool? isShared, string text)
        {
            if (isShared == true)
            {
                shared.Add(text);
            }
        }
    }

    public static PodViolation? Ports(PodFacts pod)
    {
        var ports = new SortedSet<string>(StringComparer.Ordinal);
        var containers = pod.Where(c =>
        {
            var used = (c.Ports ?? []).Where(p => p.HostPort is not (null or 0)).ToList();
            ports.UnionWith(used.Select(p => p.HostPort!.Value.ToString(CultureInfo.InvariantCulture)));
            return used.Count > 0;
        });
        return containers.Count == 0
            ? null
            : new PodViolation(
                "hostPort",
                $"{ViolationText.Containers(containers)} {ViolationText.Plural("uses", "use", containers.Count)} "
                + $"{ViolationText.Plural("hostPort", "hostPorts", ports.Count)} {string.Join(", ", ports)}");
    }

    /// <summary>A probe of another host makes the kubelet a port scanner (KEP-4940).</summary>
    public static PodViolation? Probes(PodFacts pod)
    {
        var containers = new SortedSet<string>(StringComparer.Ordinal);
        var hosts = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var container in pod.Containers)
        {
            var used = container.Probes.SelectMany(p => new[] { p.HttpGet?.Host, p.TcpSocket?.Host })
                .Concat(container.Hooks.SelectMany(h => new[] { h.HttpGet?.Host, h.TcpSocket?.Host }))
                .OfType<string>().Where(h => h.Length > 0).ToList();
            hosts.UnionWith(used);
            if (used.Count > 0)
            {
                containers.Add(container.Name);
            }
        }

        return containers.Count == 0
            ? null
            : new PodViolation(
                "probe or lifecycle host",
                $"{ViolationText.Containers(containers)} {ViolationText.Plural("uses", "use", containers.Count)} "
                + $"{ViolationText.Plural("probe or lifecycle host", "probe or lifecycle hosts", hosts.Count)} "
                + ViolationText.Quoted(hosts));
    }
}
