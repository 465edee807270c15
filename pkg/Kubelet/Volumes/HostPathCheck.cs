using Kube1.Api.Models;
using Kube1.Kubelet.Hosts;

namespace Kube1.Kubelet.Volumes;

/// <summary>The types of a hostPath volume: https://kubernetes.io/docs/concepts/storage/volumes/#hostpath.</summary>
internal static class HostPathCheck
{
    private const UnixFileMode NewFolder = (UnixFileMode)0x1ED; // 0755
    private const UnixFileMode NewFile = (UnixFileMode)0x1A4; // 0644

    public static void Ensure(string volume, V1HostPathVolumeSource source, IMounts mounts)
    {
        if (string.IsNullOrEmpty(source.Type))
        {
            // No check, and nothing is made: what becomes of a missing path is the runtime's to say.
            return;
        }

        var path = source.Path;
        var kind = mounts.KindOf(path);
        if (kind == HostPathKind.SymbolicLink && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } end)
        {
            kind = mounts.KindOf(end.FullName);
        }

        switch (source.Type)
        {
            case "DirectoryOrCreate" when kind == HostPathKind.Missing:
                Directory.CreateDirectory(path);
                mounts.ChangeMode(path, NewFolder);
                break;
            case "FileOrCreate" when kind == HostPathKind.Missing:
                File.WriteAllBytes(path, []);
                mounts.ChangeMode(path, NewFile);
                break;
            case "DirectoryOrCreate" or "Directory":
                Require(kind == HostPathKind.Directory, "is not a directory");
                break;
            case "FileOrCreate" or "File":
                Require(kind == HostPathKind.File, "is not a file");
                break;
            case "Socket":
                Require(kind == HostPathKind.Socket, "is not a socket");
                break;
            case "CharDevice":
                Require(kind == HostPathKind.CharDevice, "is not a character device");
                break;
            case "BlockDevice":
                Require(kind == HostPathKind.BlockDevice, "is not a block device");
                break;
            default:
                throw new VolumeException(volume, $"{source.Type} is an invalid volume type");
        }

        void Require(bool holds, string what)
        {
            if (!holds)
            {
                throw new VolumeException(volume, $"hostPath type check failed: {path} {what}");
            }
        }
    }
}
