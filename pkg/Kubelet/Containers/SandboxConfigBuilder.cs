using Kube1.Api.Models;
using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.Containers;

/// <summary>What the pod's sandbox is made of.</summary>
internal sealed class SandboxConfigBuilder(KubeletOptions options, PodDns dns)
{
    public SandboxConfig Build(V1Pod pod, uint attempt, string cgroupParent)
    {
        var spec = pod.Spec!;
        var security = spec.SecurityContext;
        var containers = (spec.InitContainers ?? []).Concat(spec.Containers).ToList();
        var meta = pod.Metadata;
        var labels = new Dictionary<string, string>(meta.Labels ?? [], StringComparer.Ordinal)
        {
            [PodKeys.PodName] = meta.Name!,
            [PodKeys.PodNamespace] = meta.Namespace!,
            [PodKeys.PodUid] = meta.Uid!,
        };
        var annotations = new Dictionary<string, string>(meta.Annotations ?? [], StringComparer.Ordinal);
        var groups = new List<long>(security?.SupplementalGroups ?? []);
        if (security?.FsGroup is { } fsGroup)
        {
            groups.Add(fsGroup);
        }

        return new SandboxConfig
        {
            Metadata = new SandboxMetadata(meta.Name!, meta.Uid!, meta.Namespace!, attempt),
            Hostname = spec.HostNetwork == true ? "" : PodHosts.KernelHostname(pod, options.ClusterDomain),
            LogDirectory = PodKeys.LogDirectory(options.PodLogsDirectory, meta.Namespace!, meta.Name!, meta.Uid!),
            Dns = dns.For(pod),
            PortMappings = spec.HostNetwork == true
                ? []
                : [.. containers.SelectMany(c => c.Ports ?? []).Select(p => new PortMapping(
                    p.Protocol ?? "TCP", p.ContainerPort, p.HostPort ?? 0, p.HostIP ?? ""))],
            Labels = labels,
            Annotations = annotations,
            CgroupParent = cgroupParent,
            Namespaces = SecurityBuilder.Namespaces(spec),
            RunAsUser = security?.RunAsUser,
            RunAsGroup = security?.RunAsGroup,
            SupplementalGroups = groups,
            StrictSupplementalGroups = security?.SupplementalGroupsPolicy == "Strict",
            Privileged = containers.Any(c => c.SecurityContext?.Privileged == true),
            Seccomp = new SecurityProfile(SecurityProfileType.RuntimeDefault),
            SELinux = SecurityBuilder.SELinux(security?.SeLinuxOptions),
            Sysctls = (security?.Sysctls ?? []).ToDictionary(s => s.Name, s => s.Value, StringComparer.Ordinal),
        };
    }
}
