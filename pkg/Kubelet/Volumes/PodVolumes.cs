using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Hosts;
using Kube1.Kubelet.Resources;

namespace Kube1.Kubelet.Volumes;

/// <summary>
/// Sets up a pod's volumes and takes them down. Preparing is idempotent: each sync of the pod does it again, which is
/// also how a changed ConfigMap reaches a running container.
/// </summary>
internal sealed class PodVolumes(
    PodFolders folders, IMounts mounts, VolumePayload payload, TimeProvider time)
{
    private const UnixFileMode EmptyDirMode = (UnixFileMode)0x1FF; // 0777

    private readonly AtomicWriter _writer = new(mounts, time);
    private readonly VolumeOwnership _ownership = new(mounts);

    /// <summary>Host path of each volume by name. Throws <see cref="VolumeException"/> for the first that fails.</summary>
    public async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        V1Pod pod, PodAddresses addresses, CancellationToken ct)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var volume in pod.Spec!.Volumes ?? [])
        {
            try
            {
                paths[volume.Name] = await PrepareOneAsync(pod, volume, addresses, ct);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ContainerConfigException
                or Kube1.Api.Errors.ApiException)
            {
                throw new VolumeException(volume.Name, e.Message, e);
            }
        }

        return paths;
    }

    /// <summary>Unmounts all volumes of the pod and removes its folder. Idempotent.</summary>
    public void TearDown(string uid)
    {
        var folder = folders.Of(uid);
        if (!Directory.Exists(folder))
        {
            return;
        }

        // Deepest first: a subPath lies in a volume that may be a mount itself.
        var below = folder + "/";
        foreach (var mount in mounts.List().Where(m => m.Path.StartsWith(below, StringComparison.Ordinal))
            .OrderByDescending(m => m.Path.Length))
        {
            mounts.Unmount(mount.Path);
        }

        if (mounts.List().Any(m => m.Path.StartsWith(below, StringComparison.Ordinal)))
        {
            throw new IOException($"{folder} still has mounts; it is removed when they are gone");
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Binds a volume's subPath for one mount of a container; returns the path to hand to the runtime.</summary>
    public string BindSubPath(
        V1Pod pod, string volume, string volumePath, string container, int index, string subPath, bool readOnly)
    {
        var segments = subPath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (subPath.StartsWith('/') || segments.Contains(".."))
        {
            throw new VolumeException(volume, $"subPath \"{subPath}\" must be a relative path without \"..\"");
        }

        // Step by step and beneath the volume: a link that a container left there must not lead out of it.
        var source = Path.Combine(volumePath, string.Join('/', segments));
        if (!Path.Exists(source))
        {
            mounts.MakeFoldersBeneath(volumePath, string.Join('/', segments), mounts.ModeOf(volumePath) & EmptyDirMode);
        }

        var target = folders.SubPath(pod.Metadata.Uid!, volume, container, index);
        mounts.Unmount(target);
        if (Directory.Exists(source))
        {
            Directory.CreateDirectory(target);
        }
        else
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using var file = File.Open(target, FileMode.OpenOrCreate);
        }

        mounts.BindBeneath(volumePath, string.Join('/', segments), target, readOnly);
        return target;
    }

    private async Task<string> PrepareOneAsync(V1Pod pod, V1Volume volume, PodAddresses addresses, CancellationToken ct)
    {
        var uid = pod.Metadata.Uid!;
        if (volume.HostPath is { } hostPath)
        {
            HostPathCheck.Ensure(volume.Name, hostPath, mounts);
            return hostPath.Path;
        }

        if (volume.EmptyDir is { } emptyDir)
        {
            return EmptyDir(pod, volume.Name, emptyDir);
        }

        var plugin = volume switch
        {
            { ConfigMap: not null } => "configmap",
            { Secret: not null } => "secret",
            { DownwardAPI: not null } => "downward-api",
            { Projected: not null } => "projected",
            _ => throw new VolumeException(volume.Name, "no volume plugin matched: this node serves emptyDir, hostPath, "
                + "configMap, secret, downwardAPI and projected volumes"),
        };
        var files = await payload.BuildAsync(pod, volume, addresses, ct);
        var path = folders.Volume(uid, plugin, volume.Name);
        Directory.CreateDirectory(path);

        // Secrets never touch the disk. A folder alone proves nothing: mounts do not outlive the machine.
        if (volume.ConfigMap is null && !mounts.IsMountPoint(path))
        {
            mounts.MountTmpfs(path, 0);
        }

        if ((mounts.ModeOf(path) & EmptyDirMode) != EmptyDirMode)
        {
            mounts.ChangeMode(path, EmptyDirMode);
        }

        var fsGroup = pod.Spec!.SecurityContext?.FsGroup;
        _writer.Write(
            path,
            files,
            fsGroup is null ? UnixFileMode.None : VolumeOwnership.ReadOnly,
            folder =>
            {
                if (fsGroup is { } group)
                {
                    _ownership.Apply(folder, group, readOnly: true);
                }
            });
        return path;
    }

    private string EmptyDir(V1Pod pod, string name, V1EmptyDirVolumeSource source)
    {
        var path = folders.Volume(pod.Metadata.Uid!, "empty-dir", name);
        var ready = folders.Ready(pod.Metadata.Uid!, name);
        var inMemory = source.Medium == "Memory";
        if (source.Medium?.StartsWith("HugePages", StringComparison.Ordinal) == true)
        {
            throw new VolumeException(name, $"medium {source.Medium} is not served by this node");
        }

        if (File.Exists(ready) && Directory.Exists(path) && (!inMemory || mounts.IsMountPoint(path)))
        {
            return path;
        }

        Directory.CreateDirectory(path);
        if (inMemory && !mounts.IsMountPoint(path))
        {
            mounts.MountTmpfs(path, MemoryLimit(pod, source));
        }

        mounts.ChangeMode(path, EmptyDirMode);
        if (pod.Spec!.SecurityContext?.FsGroup is { } fsGroup)
        {
            _ownership.Apply(path, fsGroup, readOnly: false);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(ready)!);
        File.WriteAllBytes(ready, []);
        return path;
    }

    /// <summary>The volume's own limit or what memory the pod may have, whichever is less; 0 for no limit.</summary>
    private static long MemoryLimit(V1Pod pod, V1EmptyDirVolumeSource source)
    {
        var own = source.SizeLimit?.LongValue ?? 0;
        var whole = PodResources.AllLimited(pod, "memory")
            ? (long)PodResources.Limits(pod).GetValueOrDefault("memory")
            : 0;
        return own == 0 ? whole : whole == 0 ? own : Math.Min(own, whole);
    }
}
