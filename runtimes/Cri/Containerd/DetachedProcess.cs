using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kube1.Runtimes.Cri.Containerd;

/// <summary>
/// A process in a session of its own: what ends kube1 (a signal to its group, a closed terminal) does not reach it.
/// System.Diagnostics.Process can not start one like that. Exits are seen through a pidfd, so that a process which an
/// earlier kube1 started is watched just the same.
/// </summary>
internal sealed unsafe partial class DetachedProcess
{
    private const int SpawnSetSignalDefault = 0x04;
    private const int SpawnSetSignalMask = 0x08;
    private const int SpawnSetSession = 0x80;
    private const int OpenWriteOnly = 1;
    private const int OpenCreate = 0x40;
    private const int OpenAppend = 0x400;
    private const int OwnerReadWrite = 0x180; // 0600
    private const int WaitNoHang = 1;
    private const long SyscallPidfdOpen = 434; // the same on every architecture
    private const short PollIn = 1;
    private const int SignalTerminate = 15;
    private const int SignalKill = 9;

    // posix_spawnattr_t is 336 bytes and posix_spawn_file_actions_t 80 in glibc, less in musl.
    private const int OpaqueBytes = 1024;

    // sigset_t is 128 bytes in both; signals 1 … 31 but SIGKILL (9) and SIGSTOP (19), which have no disposition.
    private const int SignalSetBytes = 128;
    private const uint AllSignals = 0x7fffffff & ~(1u << 8) & ~(1u << 18);

    private DetachedProcess(int pid, Task exited)
    {
        Pid = pid;
        Exited = exited;
    }

    public int Pid { get; }

    /// <summary>Completes when the process has ended.</summary>
    public Task Exited { get; }

    /// <summary>Starts a program; its output is appended to a file.</summary>
    /// <exception cref="IOException">It can not be started.</exception>
    public static DetachedProcess Start(
        string program,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        string logFile)
    {
        var actions = stackalloc byte[OpaqueBytes];
        var attributes = stackalloc byte[OpaqueBytes];
        var signals = stackalloc byte[SignalSetBytes];
        new Span<byte>(signals, SignalSetBytes).Clear();
        Check(FileActionsInit(actions), "posix_spawn_file_actions_init");
        Check(AttributesInit(attributes), "posix_spawnattr_init");
        try
        {
            Check(AddOpen(actions, 0, "/dev/null", 0, 0), "open /dev/null");
            Check(AddOpen(actions, 1, logFile, OpenWriteOnly | OpenCreate | OpenAppend, OwnerReadWrite), "open log");
            Check(AddDuplicate(actions, 1, 2), "dup2");
            Check(SetSignalMask(attributes, signals), "posix_spawnattr_setsigmask");
            *(uint*)signals = AllSignals;
            Check(SetSignalDefault(attributes, signals), "posix_spawnattr_setsigdefault");
            Check(
                SetFlags(attributes, SpawnSetSession | SpawnSetSignalDefault | SpawnSetSignalMask),
                "posix_spawnattr_setflags");
            string?[] argv = [program, .. arguments, null];
            string?[] envp = [.. environment.Select(e => $"{e.Key}={e.Value}"), null];
            var error = Spawn(out var pid, program, actions, attributes, argv, envp);
            return error == 0
                ? new DetachedProcess(pid, WatchAsync(pid))
                : throw new IOException($"cannot start {program}: {Marshal.GetPInvokeErrorMessage(error)}");
        }
        finally
        {
            _ = FileActionsDestroy(actions);
            _ = AttributesDestroy(attributes);
        }
    }

    /// <summary>A running process by its id, or null when there is none.</summary>
    public static DetachedProcess? Open(int pid)
    {
        var watch = WatchAsync(pid);
        return watch.IsCompleted ? null : new DetachedProcess(pid, watch);
    }

    /// <summary>Asks it to end.</summary>
    public void Terminate() => _ = Kill(Pid, SignalTerminate);

    /// <summary>Ends it.</summary>
    public void Kill() => _ = Kill(Pid, SignalKill);

    private static Task WatchAsync(int pid)
    {
        var descriptor = (int)PidfdOpen(SyscallPidfdOpen, pid, 0);
        if (descriptor < 0)
        {
            _ = WaitPid(pid, null, WaitNoHang);
            return Task.CompletedTask;
        }

        var exited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // A thread and not the pool: it sleeps in the kernel for as long as containerd lives.
        var thread = new Thread(() =>
        {
            using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
            var poll = new PollDescriptor { Descriptor = descriptor, Events = PollIn };
            while (Poll(&poll, 1, -1) < 0)
            {
                // interrupted by a signal
            }

            _ = WaitPid(pid, null, WaitNoHang); // a child stays a zombie until it is waited for; others are not ours
            exited.SetResult();
        })
        {
            IsBackground = true,
            Name = "containerd watch",
        };
        thread.Start();
        return exited.Task;
    }

    private static void Check(int error, string what)
    {
        if (error != 0)
        {
            throw new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Spawn(
        out int pid, string path, byte* actions, byte* attributes, string?[] argv, string?[] envp);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int FileActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int FileActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddOpen(byte* actions, int descriptor, string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicate(byte* actions, int descriptor, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SetSignalDefault(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SetSignalMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid")]
    private static partial int WaitPid(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial long PidfdOpen(long number, int pid, uint flags);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(PollDescriptor* descriptors, nuint count, int timeoutMilliseconds);
}
