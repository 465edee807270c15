using System.Globalization;
using Kube1.Api.Models;
using Kube1.Kubelet.Hosts;
using Kube1.Kubelet.Resources;
using Kube1.Kubelet.Runtime;
using Kube1.Kubelet.Volumes;

namespace Kube1.Kubelet.Containers;

/// <summary>Everything that one start of a container needs to know.</summary>
internal sealed record ContainerRequest(
    V1Pod Pod,
    V1Container Container,
    int RestartCount,
    RuntimeImage Image,
    PodAddresses Addresses,
    IReadOnlyDictionary<string, string> VolumePaths,
    IReadOnlyList<V1Service> Services)
{
    /// <summary>The container whose processes this one is to see; null for none.</summary>
    public string? TargetId { get; init; }
}

/// <summary>
/// Turns a container of a pod into what the runtime wants: environment, expanded command, mounts, limits, privileges.
/// What cannot be resolved is a <see cref="ContainerConfigException"/>.
/// </summary>
internal sealed class ContainerConfigBuilder(
    KubeletOptions options, EnvironmentBuilder environment, PodFolders folders, PodVolumes volumes, IMounts mounts,
    MachineFacts machine)
{
    private const string DefaultTerminationMessagePath = "/dev/termination-log";
    private const UnixFileMode WorldWritable = (UnixFileMode)0x1B6; // 0666
    private const UnixFileMode WorldReadable = (UnixFileMode)0x1A4; // 0644

    public async Task<ContainerConfig> BuildAsync(ContainerRequest request, CancellationToken ct)
    {
        var (pod, container) = (request.Pod, request.Container);
        var env = await environment.BuildAsync(pod, container, request.Addresses, request.Services, ct);
        var values = env.ToDictionary(e => e.Name, e => e.Value, StringComparer.Ordinal);
        string? Lookup(string name) => values.GetValueOrDefault(name);
        var stop = container.Lifecycle?.StopSignal ?? "";
        return new ContainerConfig
        {
            Metadata = new ContainerMetadata(container.Name, (uint)request.RestartCount),
            Image = request.Image.Id,
            UserSpecifiedImage = container.Image ?? "",
            Command = [.. (container.Command ?? []).Select(c => VariableExpansion.Expand(c, Lookup))],
            Args = [.. (container.Args ?? []).Select(a => VariableExpansion.Expand(a, Lookup))],
            WorkingDir = container.WorkingDir ?? "",
            Environment = env,
            Mounts = Mounts(request, Lookup),
            Labels = Labels(pod, container),
            Annotations = Annotations(pod, container, request.RestartCount),
            LogPath = PodKeys.LogPath(container.Name, request.RestartCount),
            Stdin = container.Stdin == true,
            StdinOnce = container.StdinOnce == true,
            Tty = container.Tty == true,
            Resources = ContainerResources.For(pod, container, machine.MemoryBytes),
            Security = SecurityBuilder.Build(pod, container, request.Image, request.TargetId),
            StopSignal = stop,
        };
    }

    private List<MountConfig> Mounts(ContainerRequest request, Func<string, string?> lookup)
    {
        var result = new List<MountConfig>();
        var (pod, container) = (request.Pod, request.Container);
        var hostsMounted = false;
        var list = container.VolumeMounts ?? [];
        for (var i = 0; i < list.Count; i++)
        {
            var mount = list[i];
            hostsMounted |= mount.MountPath == "/etc/hosts";
            if (!request.VolumePaths.TryGetValue(mount.Name, out var path))
            {
                throw new ContainerConfigException(
                    $"cannot find volume \"{mount.Name}\" to mount into container \"{container.Name}\"");
            }

            var volume = pod.Spec!.Volumes!.Find(v => v.Name == mount.Name)!;
            var readOnly = mount.ReadOnly == true || IsConfig(volume);
            result.Add(new MountConfig
            {
                ContainerPath = mount.MountPath.StartsWith('/') ? mount.MountPath : "/" + mount.MountPath,
                HostPath = SubPath(pod, container, mount, i, path, readOnly, lookup),
                ReadOnly = readOnly,
                RecursiveReadOnly = readOnly && mount.RecursiveReadOnly is "Enabled",
                Propagation = mount.MountPropagation switch
                {
                    "HostToContainer" => MountPropagation.HostToContainer,
                    "Bidirectional" => MountPropagation.Bidirectional,
                    _ => MountPropagation.Private,
                },
            });
        }

        if (!hostsMounted && request.Addresses.PodIPs.Count > 0)
        {
            result.Add(new MountConfig { ContainerPath = "/etc/hosts", HostPath = WriteHosts(request) });
        }

        result.Add(new MountConfig
        {
            ContainerPath = string.IsNullOrEmpty(container.TerminationMessagePath)
                ? DefaultTerminationMessagePath
                : container.TerminationMessagePath,
            HostPath = NewTerminationLog(request),
        });
        return result;
    }

    private static bool IsConfig(V1Volume volume) =>
        volume.ConfigMap is not null || volume.Secret is not null || volume.DownwardAPI is not null
        || volume.Projected is not null;

    private string SubPath(
        V1Pod pod, V1Container container, V1VolumeMount mount, int index, string path, bool readOnly,
        Func<string, string?> lookup)
    {
        var subPath = !string.IsNullOrEmpty(mount.SubPathExpr)
            ? VariableExpansion.ExpandStrict(mount.SubPathExpr, lookup)
            : mount.SubPath;
        if (string.IsNullOrEmpty(subPath))
        {
            return path;
        }

        try
        {
            return volumes.BindSubPath(pod, mount.Name, path, container.Name, index, subPath, readOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or VolumeException)
        {
            throw new ContainerConfigException(
                $"failed to prepare subPath for volumeMount \"{mount.Name}\" of container \"{container.Name}\": {e.Message}",
                inner: e);
        }
    }

    private string WriteHosts(ContainerRequest request)
    {
        var path = folders.EtcHosts(request.Pod.Metadata.Uid!);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var text = PodHosts.FileFor(request.Pod, request.Addresses.PodIPs, options.ClusterDomain, options.HostsPath);

        // Written in place: containers that run have this very file mounted.
        if (!File.Exists(path) || File.ReadAllText(path) != text)
        {
            File.WriteAllText(path, text);
            mounts.ChangeMode(path, WorldReadable);
        }

        return path;
    }

    private string NewTerminationLog(ContainerRequest request)
    {
        var folder = folders.Container(request.Pod.Metadata.Uid!, request.Container.Name);
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, request.RestartCount.ToString(CultureInfo.InvariantCulture));
        File.WriteAllBytes(path, []);
        mounts.ChangeMode(path, WorldWritable);
        return path;
    }

    private static Dictionary<string, string> Labels(V1Pod pod, V1Container container) => new(StringComparer.Ordinal)
    {
        [PodKeys.PodName] = pod.Metadata.Name!,
        [PodKeys.PodNamespace] = pod.Metadata.Namespace!,
        [PodKeys.PodUid] = pod.Metadata.Uid!,
        [PodKeys.ContainerName] = container.Name,
    };

    private static Dictionary<string, string> Annotations(V1Pod pod, V1Container container, int restartCount) =>
        new(StringComparer.Ordinal)
        {
            [PodKeys.ContainerHash] = ContainerHash.Of(container),
            [PodKeys.RestartCount] = restartCount.ToString(CultureInfo.InvariantCulture),
            [PodKeys.TerminationMessagePath] = string.IsNullOrEmpty(container.TerminationMessagePath)
                ? DefaultTerminationMessagePath
                : container.TerminationMessagePath,
            [PodKeys.TerminationMessagePolicy] = container.TerminationMessagePolicy ?? "File",
            [PodKeys.TerminationGracePeriod] =
                (pod.Spec!.TerminationGracePeriodSeconds ?? 30).ToString(CultureInfo.InvariantCulture),
        };
}
