using System.Runtime.InteropServices;

namespace Kube1.Runtimes.Linux.Cgroups;

/// <summary>rmdir and kill: .NET deletes a folder's files first, and starts no signal at a bare pid.</summary>
internal static partial class NativeFolder
{
    private const int SigKill = 9;

    public static bool Remove(string path) => RemoveDirectory(path) == 0;

    public static void Kill(int pid) => _ = SendSignal(pid, SigKill);

    [LibraryImport("libc", EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RemoveDirectory(string path);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
