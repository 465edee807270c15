using Kube1.Api.Models;
using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.Containers;

/// <summary>
/// Privileges of a container from its own and the pod's security context; the container's come first.
/// Source: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
/// </summary>
internal static class SecurityBuilder
{
    private static readonly string[] DefaultMasked =
    [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
        "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
        "/sys/devices/virtual/powercap",
    ];

    private static readonly string[] DefaultReadOnly =
        ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    public static NamespaceOptions Namespaces(V1PodSpec spec) => new(
        spec.HostNetwork == true ? NamespaceMode.Node : NamespaceMode.Pod,
        spec.HostPID == true
            ? NamespaceMode.Node
            : spec.ShareProcessNamespace == true ? NamespaceMode.Pod : NamespaceMode.Container,
        spec.HostIPC == true ? NamespaceMode.Node : NamespaceMode.Pod);

    /// <param name="pod">The pod.</param>
    /// <param name="container">The container.</param>
    /// <param name="image">Its image, whose user counts when the pod names none.</param>
    /// <param name="targetId">The container whose processes it is to see (ephemeral containers); null for none.</param>
    public static ContainerSecurity Build(V1Pod pod, V1Container container, RuntimeImage image, string? targetId)
    {
        var spec = pod.Spec!;
        var own = container.SecurityContext;
        var shared = spec.SecurityContext;
        var user = own?.RunAsUser ?? shared?.RunAsUser ?? image.Uid;
        VerifyNonRoot(pod, container, own?.RunAsNonRoot ?? shared?.RunAsNonRoot, image);
        var privileged = own?.Privileged == true;
        var unmasked = own?.ProcMount == "Unmasked" || privileged;
        var groups = new List<long>(shared?.SupplementalGroups ?? []);
        if (shared?.FsGroup is { } fsGroup)
        {
            groups.Add(fsGroup);
        }

        return new ContainerSecurity
        {
            Privileged = privileged,
            AddCapabilities = [.. (own?.Capabilities?.Add ?? []).Select(Capability)],
            DropCapabilities = [.. (own?.Capabilities?.Drop ?? []).Select(Capability)],
            Namespaces = targetId is null
                ? Namespaces(spec)
                : Namespaces(spec) with { Pid = NamespaceMode.Target, TargetId = targetId },
            RunAsUser = user,
            RunAsUserName = user is null ? image.UserName : "",
            RunAsGroup = user is null && image.UserName.Length == 0 ? null : own?.RunAsGroup ?? shared?.RunAsGroup,
            ReadOnlyRootFilesystem = own?.ReadOnlyRootFilesystem == true,
            SupplementalGroups = groups,
            StrictSupplementalGroups = shared?.SupplementalGroupsPolicy == "Strict",
            NoNewPrivileges = own?.AllowPrivilegeEscalation == false,
            MaskedPaths = unmasked ? [] : DefaultMasked,
            ReadOnlyPaths = unmasked ? [] : DefaultReadOnly,
            Seccomp = Profile(own?.SeccompProfile ?? shared?.SeccompProfile)
                ?? new SecurityProfile(SecurityProfileType.Unconfined),
            AppArmor = AppArmor(own?.AppArmorProfile ?? shared?.AppArmorProfile),
            SELinux = SELinux(own?.SeLinuxOptions ?? shared?.SeLinuxOptions),
        };
    }

    public static SELinuxOptions? SELinux(V1SELinuxOptions? options) => options is null
        ? null
        : new SELinuxOptions(options.User ?? "", options.Role ?? "", options.Type ?? "", options.Level ?? "");

    private static SecurityProfile? Profile(V1SeccompProfile? profile) => profile?.Type switch
    {
        "RuntimeDefault" => new SecurityProfile(SecurityProfileType.RuntimeDefault),
        "Localhost" => new SecurityProfile(
            SecurityProfileType.Localhost, "/var/lib/kubelet/seccomp/" + profile.LocalhostProfile),
        "Unconfined" => new SecurityProfile(SecurityProfileType.Unconfined),
        _ => null,
    };

    private static SecurityProfile? AppArmor(V1AppArmorProfile? profile) => profile?.Type switch
    {
        "RuntimeDefault" => new SecurityProfile(SecurityProfileType.RuntimeDefault),
        "Localhost" => new SecurityProfile(SecurityProfileType.Localhost, profile.LocalhostProfile ?? ""),
        "Unconfined" => new SecurityProfile(SecurityProfileType.Unconfined),
        _ => null,
    };

    private static string Capability(string name) =>
        name.StartsWith("CAP_", StringComparison.Ordinal) ? name[4..] : name;

    private static void VerifyNonRoot(V1Pod pod, V1Container container, bool? nonRoot, RuntimeImage image)
    {
        if (nonRoot != true)
        {
            return;
        }

        var about = $"(pod: \"{PodKeys.Describe(pod)}\", container: {container.Name})";
        var asked = container.SecurityContext?.RunAsUser ?? pod.Spec!.SecurityContext?.RunAsUser;
        if (asked is { } user)
        {
            if (user == 0)
            {
                throw new ContainerConfigException($"container's runAsUser breaks non-root policy {about}");
            }
        }
        else if (image.Uid == 0 || (image.Uid is null && image.UserName.Length == 0))
        {
            throw new ContainerConfigException($"container has runAsNonRoot and image will run as root {about}");
        }
        else if (image.UserName.Length > 0)
        {
            throw new ContainerConfigException(
                $"container has runAsNonRoot and image has non-numeric user ({image.UserName}), "
                + $"cannot verify user is non-root {about}");
        }
    }
}
