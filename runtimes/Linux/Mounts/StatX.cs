using System.Runtime.InteropServices;

namespace Kube1.Runtimes.Linux.Mounts;

/// <summary>What statx(2) tells, as far as it is needed here.</summary>
internal readonly record struct FileStatus(int Mode, ulong Inode, ulong Blocks, ulong Device);

/// <summary>statx(2), whose result has the same layout on all architectures.</summary>
internal static partial class StatX
{
    private const int SizeBytes = 256;
    private const int AttributesOffset = 8;
    private const int ModeOffset = 28;
    private const int InodeOffset = 32;
    private const int BlocksOffset = 48;
    private const int AttributesMaskOffset = 56;
    private const int DeviceOffset = 136;

    /// <summary>STATX_BASIC_STATS.</summary>
    private const uint Basic = 0x7FF;

    /// <summary>STATX_ATTR_MOUNT_ROOT, Linux 5.8.</summary>
    private const ulong MountRoot = 0x2000;

    /// <summary>Does not follow a symbolic link; negative when it fails.</summary>
    public static unsafe int Read(string path, out FileStatus status)
    {
        var buffer = stackalloc byte[SizeBytes];
        var result = Call(LibC.AtFdCwd, path, LibC.AtSymlinkNoFollow, Basic, buffer);
        status = new FileStatus(
            *(ushort*)(buffer + ModeOffset), *(ulong*)(buffer + InodeOffset), *(ulong*)(buffer + BlocksOffset),
            *(ulong*)(buffer + DeviceOffset));
        return result;
    }

    /// <summary>Whether the path is the root of a mount; null when the kernel does not tell or the path is missing.</summary>
    public static unsafe bool? IsMountRoot(string path)
    {
        var buffer = stackalloc byte[SizeBytes];
        return Call(LibC.AtFdCwd, path, LibC.AtSymlinkNoFollow, Basic, buffer) == 0
            && (*(ulong*)(buffer + AttributesMaskOffset) & MountRoot) != 0
                ? (*(ulong*)(buffer + AttributesOffset) & MountRoot) != 0
                : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Call(int folder, string path, int flags, uint mask, byte* buffer);
}
