using System.Diagnostics;
using System.Globalization;

namespace Kube1.EndToEnd.Kit;

/// <summary>Finds processes of containers from outside, to kill them behind the cluster's back.</summary>
internal static class ContainerProcess
{
    /// <summary>What holds a pod's namespaces: its sandbox dies with it.</summary>
    public const string Sandbox = "/pause";

    /// <summary>The process whose command line ends in a mark of the test.</summary>
    public static Process EndingIn(string mark) =>
        Find(mark, folder => CommandLine(folder).EndsWith(mark, StringComparison.Ordinal));

    /// <summary>The process of a pod, by its uid, that was started as this program.</summary>
    public static Process OfPod(string uid, string program) => Find(
        $"{program} of pod {uid}",
        folder => CommandLine(folder).Split('\0')[0] == program
            && Read(folder, "cgroup").Contains("/pod" + uid, StringComparison.Ordinal));

    private static Process Find(string what, Predicate<string> wanted)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && wanted(folder))
            {
                return Process.GetProcessById(id);
            }
        }

        throw new InvalidOperationException($"there is no process {what}");
    }

    private static string CommandLine(string folder) => Read(folder, "cmdline").TrimEnd('\0');

    private static string Read(string folder, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, file));
        }
        catch (IOException)
        {
            // It ended while we looked.
            return "";
        }
    }
}
