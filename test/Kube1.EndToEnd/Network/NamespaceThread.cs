using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Kube1.EndToEnd.Network;

/// <summary>Runs code of this process inside a network namespace: on a thread of its own, which the kernel moves there.</summary>
internal static partial class NamespaceThread
{
    private const int NetworkNamespace = 0x40000000;

    /// <summary>Runs the action to its end and throws what it threw. What the action opens stays in the namespace.</summary>
    public static void Run(NetworkNamespaceFixture ns, Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter(ns.Name);
                action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            throw new InvalidOperationException($"in {ns.Name}: {failure.Message}", failure);
        }
    }

    private static void Enter(string name)
    {
        using var handle = File.OpenHandle(Path.Combine("/run/netns", name));
        if (SetNamespace(handle.DangerousGetHandle().ToInt32(), NetworkNamespace) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "setns");
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int kind);
}
