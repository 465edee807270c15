using Google.Protobuf;
using Kube1.Kubelet.Runtime;

namespace Kube1.Runtimes.Cri.Mapping;

/// <summary>Containers: the kubelet's records to CRI's messages and back.</summary>
internal static class ContainerMapping
{
    public static V1.ContainerConfig ToProto(ContainerConfig config)
    {
        var message = new V1.ContainerConfig
        {
            Metadata = new V1.ContainerMetadata { Name = config.Metadata.Name, Attempt = config.Metadata.Attempt },
            Image = new V1.ImageSpec { Image = config.Image, UserSpecifiedImage = config.UserSpecifiedImage },
            WorkingDir = config.WorkingDir,
            LogPath = config.LogPath,
            Stdin = config.Stdin,
            StdinOnce = config.StdinOnce,
            Tty = config.Tty,
            StopSignal = ToSignal(config.StopSignal),
            Linux = new V1.LinuxContainerConfig
            {
                Resources = LinuxMapping.ToProto(config.Resources),
                SecurityContext = ToProto(config.Security),
            },
        };
        message.Command.AddRange(config.Command);
        message.Args.AddRange(config.Args);
        foreach (var entry in config.Environment)
        {
            message.Envs.Add(new V1.KeyValue { Key = entry.Name, Value = ByteString.CopyFromUtf8(entry.Value) });
        }

        foreach (var mount in config.Mounts)
        {
            message.Mounts.Add(ToProto(mount));
        }

        foreach (var device in config.Devices)
        {
            message.Devices.Add(new V1.Device
            {
                ContainerPath = device.ContainerPath,
                HostPath = device.HostPath,
                Permissions = device.Permissions,
            });
        }

        SandboxMapping.Copy(config.Labels, message.Labels);
        SandboxMapping.Copy(config.Annotations, message.Annotations);
        return message;
    }

    public static ContainerSummary FromProto(V1.Container container) => new(
        container.Id,
        container.PodSandboxId,
        FromProto(container.Metadata),
        container.Image?.Image ?? "",
        container.ImageRef,
        (ContainerState)container.State,
        LinuxMapping.Time(container.CreatedAt),
        container.Labels.ToDictionary(),
        container.Annotations.ToDictionary());

    public static ContainerStatus FromProto(V1.ContainerStatus status) => new()
    {
        Id = status.Id,
        Metadata = FromProto(status.Metadata),
        State = (ContainerState)status.State,
        CreatedAt = LinuxMapping.Time(status.CreatedAt),
        StartedAt = LinuxMapping.OptionalTime(status.StartedAt),
        FinishedAt = LinuxMapping.OptionalTime(status.FinishedAt),
        ExitCode = status.ExitCode,
        Image = status.Image?.Image ?? "",
        ImageRef = status.ImageRef,
        ImageId = status.ImageId,
        Reason = status.Reason,
        Message = status.Message,
        Labels = status.Labels.ToDictionary(),
        Annotations = status.Annotations.ToDictionary(),
        Mounts = [.. status.Mounts.Select(FromProto)],
        LogPath = status.LogPath,
        Resources = LinuxMapping.FromProto(status.Resources?.Linux),
        User = status.User?.Linux is { } user
            ? new ContainerUser(user.Uid, user.Gid, [.. user.SupplementalGroups])
            : null,
        StopSignal = FromSignal(status.StopSignal),
    };

    public static ContainerMetadata FromProto(V1.ContainerMetadata? metadata) =>
        metadata is null ? new ContainerMetadata("", 0) : new ContainerMetadata(metadata.Name, metadata.Attempt);

    /// <summary>"SIGRTMIN+3" is SIGRTMINPLUS3 in CRI, "SIGRTMAX-1" is SIGRTMAXMINUS1.</summary>
    internal static V1.Signal ToSignal(string signal)
    {
        var name = signal.Replace("+", "PLUS", StringComparison.Ordinal)
            .Replace("-", "MINUS", StringComparison.Ordinal);
        return name.StartsWith("SIG", StringComparison.Ordinal)
            && Enum.TryParse<V1.Signal>(name, ignoreCase: true, out var value)
            ? value
            : V1.Signal.RuntimeDefault;
    }

    internal static string FromSignal(V1.Signal signal) => signal == V1.Signal.RuntimeDefault
        ? ""
        : signal.ToString().ToUpperInvariant()
            .Replace("PLUS", "+", StringComparison.Ordinal)
            .Replace("MINUS", "-", StringComparison.Ordinal);

    private static V1.Mount ToProto(MountConfig mount) => new()
    {
        ContainerPath = mount.ContainerPath,
        HostPath = mount.HostPath,
        Readonly = mount.ReadOnly,
        RecursiveReadOnly = mount.RecursiveReadOnly,
        SelinuxRelabel = mount.SELinuxRelabel,
        Propagation = (V1.MountPropagation)mount.Propagation,
    };

    private static MountConfig FromProto(V1.Mount mount) => new()
    {
        ContainerPath = mount.ContainerPath,
        HostPath = mount.HostPath,
        ReadOnly = mount.Readonly,
        RecursiveReadOnly = mount.RecursiveReadOnly,
        SELinuxRelabel = mount.SelinuxRelabel,
        Propagation = (MountPropagation)mount.Propagation,
    };

    private static V1.LinuxContainerSecurityContext ToProto(ContainerSecurity security)
    {
        var message = new V1.LinuxContainerSecurityContext
        {
            Capabilities = new V1.Capability(),
            Privileged = security.Privileged,
            NamespaceOptions = LinuxMapping.ToProto(security.Namespaces),
            SelinuxOptions = LinuxMapping.ToProto(security.SELinux),
            RunAsUser = LinuxMapping.Int64(security.RunAsUser),
            RunAsGroup = LinuxMapping.Int64(security.RunAsGroup),
            RunAsUsername = security.RunAsUserName,
            ReadonlyRootfs = security.ReadOnlyRootFilesystem,
            SupplementalGroupsPolicy = security.StrictSupplementalGroups
                ? V1.SupplementalGroupsPolicy.Strict
                : V1.SupplementalGroupsPolicy.Merge,
            NoNewPrivs = security.NoNewPrivileges,
            Seccomp = LinuxMapping.ToProto(security.Seccomp),
            Apparmor = LinuxMapping.ToProto(security.AppArmor),
        };
        message.Capabilities.AddCapabilities.AddRange(security.AddCapabilities);
        message.Capabilities.DropCapabilities.AddRange(security.DropCapabilities);
        message.SupplementalGroups.AddRange(security.SupplementalGroups);
        message.MaskedPaths.AddRange(security.MaskedPaths);
        message.ReadonlyPaths.AddRange(security.ReadOnlyPaths);
        return message;
    }
}
