using Kube1.Kubelet.Hosts;

namespace Kube1.Kubelet.Volumes;

/// <summary>
/// Gives a volume to the pod's fsGroup: group of all files, group access, and set-gid on folders.
/// Source: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-the-security-context-for-a-pod
/// </summary>
internal sealed class VolumeOwnership(IMounts mounts)
{
    private const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite
        | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>What a file of a read-only volume gets on top of its own mode.</summary>
    public const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead;
    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute;

    public void Apply(string path, long fsGroup, bool readOnly)
    {
        ApplyOne(path, fsGroup, readOnly, isFolder: true);
        foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            if (entry.LinkTarget is not null)
            {
                mounts.ChangeOwner(entry.FullName, -1, (int)fsGroup);
            }
            else
            {
                ApplyOne(entry.FullName, fsGroup, readOnly, entry is DirectoryInfo);
            }
        }
    }

    private void ApplyOne(string path, long fsGroup, bool readOnly, bool isFolder)
    {
        mounts.ChangeOwner(path, -1, (int)fsGroup);
        var add = readOnly ? ReadOnly : ReadWrite;
        if (isFolder)
        {
            add |= UnixFileMode.SetGroup | Execute;
        }

        mounts.ChangeMode(path, mounts.ModeOf(path) | add);
    }
}
