using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Kube1.Kubelet.Hosts;

namespace Kube1.Runtimes.Linux.Mounts;

/// <summary>Mounts and ownership through the C library: no process is started.</summary>
[SupportedOSPlatform("linux")]
public sealed class LinuxMounts : IMounts
{
    private const string MountInfoPath = "/proc/self/mountinfo";
    private const int TypeMask = 0xF000;

    /// <inheritdoc/>
    public void MountTmpfs(string path, long sizeBytes) => Check(
        LibC.Mount("tmpfs", path, "tmpfs", LibC.NoSuid | LibC.NoDev, sizeBytes > 0 ? $"size={sizeBytes}" : null),
        $"mount tmpfs at {path}");

    /// <inheritdoc/>
    public void Bind(string source, string target, bool readOnly)
    {
        Check(LibC.Mount(source, target, null, LibC.Bind | LibC.Recursive, null), $"bind {source} at {target}");
        if (readOnly)
        {
            // A remount takes away each flag that it does not name: what was mounted nosuid stays so. statvfs has the
            // numbers of mount for these three.
            Check(LibC.StatVfs(target, out var status), $"statvfs {target}");
            var kept = status.Flags & (LibC.NoSuid | LibC.NoDev | LibC.NoExec);
            Check(
                LibC.Mount("", target, null, LibC.Bind | LibC.Remount | LibC.ReadOnly | kept, null),
                $"make {target} read-only");
        }
    }

    /// <inheritdoc/>
    public void BindBeneath(string root, string relative, string target, bool readOnly)
    {
        var folder = LibC.Open(root, LibC.PathOnly | LibC.CloseOnExec);
        Check(folder, $"open {root}");
        try
        {
            var opened = OpenBeneath(folder, root, relative);
            try
            {
                Bind($"/proc/self/fd/{opened}", target, readOnly);
            }
            finally
            {
                _ = LibC.Close(opened);
            }
        }
        finally
        {
            _ = LibC.Close(folder);
        }
    }

    /// <inheritdoc/>
    public void MakeFoldersBeneath(string root, string relative, UnixFileMode mode)
    {
        const int exists = 17; // EEXIST
        var folder = LibC.Open(root, LibC.PathOnly | LibC.CloseOnExec);
        Check(folder, $"open {root}");
        try
        {
            var segments = relative.Split('/', StringSplitOptions.RemoveEmptyEntries);
            for (var i = 0; i < segments.Length; i++)
            {
                var parent = OpenBeneath(folder, root, string.Join('/', segments[..i]));
                try
                {
                    if (LibC.MakeFolderAt(parent, segments[i], (uint)mode) != 0)
                    {
                        if (Marshal.GetLastPInvokeError() is var error and not exists)
                        {
                            throw Failure($"make {relative} beneath {root}", error);
                        }
                    }
                    else
                    {
                        // The process's umask took bits away.
                        File.SetUnixFileMode($"/proc/self/fd/{parent}/{segments[i]}", mode);
                    }
                }
                finally
                {
                    _ = LibC.Close(parent);
                }
            }
        }
        finally
        {
            _ = LibC.Close(folder);
        }
    }

    /// <inheritdoc/>
    public bool IsMountPoint(string path) => StatX.IsMountRoot(path) ?? List().Any(m => m.Path == path);

    /// <inheritdoc/>
    public TreeUsage TreeUsageOf(string path)
    {
        ulong blocks = 0;
        var seen = new HashSet<ulong>();
        var pending = new Stack<string>([path]);
        Check(StatX.Read(path, out var top), $"stat {path}");
        while (pending.TryPop(out var entry))
        {
            // What vanishes while it is counted counts nothing.
            if (StatX.Read(entry, out var status) < 0 || status.Device != top.Device || !seen.Add(status.Inode))
            {
                continue;
            }

            blocks += status.Blocks;
            if ((status.Mode & TypeMask) == 0x4000)
            {
                foreach (var child in Directory.EnumerateFileSystemEntries(entry))
                {
                    pending.Push(child);
                }
            }
        }

        const ulong blockBytes = 512; // stat's unit, whatever the file system's
        return new TreeUsage(blocks * blockBytes, (ulong)seen.Count);
    }

    /// <inheritdoc/>
    public void Unmount(string path)
    {
        const int notMounted = 22; // EINVAL
        const int missing = 2; // ENOENT
        if (LibC.Unmount(path, LibC.UnmountDetach | LibC.UnmountNoFollow) != 0
            && Marshal.GetLastPInvokeError() is var error and not notMounted and not missing)
        {
            throw Failure($"unmount {path}", error);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<MountPoint> List() => MountInfo.Parse(File.ReadLines(MountInfoPath));

    /// <inheritdoc/>
    public void MakeShared(string path) =>
        Check(LibC.Mount("", path, null, LibC.Shared | LibC.Recursive, null), $"make {path} shared");

    /// <inheritdoc/>
    public void ChangeOwner(string path, int uid, int gid) => Check(
        LibC.ChangeOwnerAt(LibC.AtFdCwd, path, uid, gid, LibC.AtSymlinkNoFollow), $"change the owner of {path}");

    /// <inheritdoc/>
    public void ChangeMode(string path, UnixFileMode mode) => File.SetUnixFileMode(path, mode);

    /// <inheritdoc/>
    public void Rename(string from, string to) => Check(LibC.Rename(from, to), $"rename {from} to {to}");

    /// <inheritdoc/>
    public UnixFileMode ModeOf(string path) => File.GetUnixFileMode(path);

    /// <inheritdoc/>
    public HostPathKind KindOf(string path)
    {
        FileSystemInfo info = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        if (info.LinkTarget is not null)
        {
            return HostPathKind.SymbolicLink;
        }

        if (info is DirectoryInfo)
        {
            return HostPathKind.Directory;
        }

        return info.Exists ? SpecialKind(path) : HostPathKind.Missing;
    }

    /// <inheritdoc/>
    public FileSystemUsage UsageOf(string path)
    {
        Check(LibC.StatVfs(path, out var s), $"statvfs {path}");
        return new FileSystemUsage(
            s.Blocks * s.FragmentSize,
            s.BlocksAvailable * s.FragmentSize,
            (s.Blocks - s.BlocksFree) * s.FragmentSize,
            s.Files,
            s.FilesFree,
            s.Files - s.FilesFree);
    }

    /// <summary>.NET does not tell sockets and devices apart, but statx does: its mode field is at a fixed place.</summary>
    private static HostPathKind SpecialKind(string path)
    {
        Check(StatX.Read(path, out var status), $"stat {path}");
        return (status.Mode & TypeMask) switch
        {
            0x8000 => HostPathKind.File,
            0xC000 => HostPathKind.Socket,
            0x2000 => HostPathKind.CharDevice,
            0x6000 => HostPathKind.BlockDevice,
            0x4000 => HostPathKind.Directory,
            _ => HostPathKind.Other,
        };
    }

    private static int OpenBeneath(int folder, string root, string relative)
    {
        var how = new LibC.OpenHow { Flags = LibC.PathOnly | LibC.CloseOnExec, Resolve = LibC.ResolveBeneath };
        var opened = (int)LibC.OpenAt2(
            LibC.SysOpenAt2, folder, relative.Length == 0 ? "." : relative, ref how, (nuint)Marshal.SizeOf(how));
        Check(opened, $"open {relative} beneath {root}");
        return opened;
    }

    private static void Check(int result, string what)
    {
        if (result < 0)
        {
            throw Failure(what, Marshal.GetLastPInvokeError());
        }
    }

    private static IOException Failure(string what, int error) =>
        new($"{what}: {Marshal.GetPInvokeErrorMessage(error)}");
}
