namespace Kube1.Runtimes.Linux.Preflight;

/// <summary>Whether the controllers that hold pods to their limits are there, in version 1 (also hybrid) or 2.</summary>
public static class CgroupControllers
{
    private const string Subject = "cgroups";

    private static readonly string[] Needed = ["cpu", "memory", "pids"];

    /// <summary>Looks at the machine; the arguments are other folders in tests only.</summary>
    public static Finding Check(string root = "/sys/fs/cgroup", string table = "/proc/cgroups")
    {
        var unified = Path.Combine(root, "cgroup.controllers");
        return File.Exists(unified)
            ? CheckUnified(File.ReadAllText(unified))
            : CheckLegacy(
                File.Exists(table) ? File.ReadAllLines(table) : [],
                name => Directory.Exists(Path.Combine(root, name)));
    }

    /// <summary>Version 2: the root's list of controllers.</summary>
    internal static Finding CheckUnified(string controllers)
    {
        var present = controllers.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var missing = Needed.Except(present, StringComparer.Ordinal).ToList();
        return missing.Count == 0
            ? Finding.Fine(Subject, $"version 2 with {string.Join(", ", Needed)}")
            : Finding.Problem(Subject, $"the kernel offers no controller {string.Join(", ", missing)}", EnableAtBoot(missing));
    }

    /// <summary>Version 1: the table of /proc/cgroups (name, hierarchy, number, enabled), and what is mounted.</summary>
    internal static Finding CheckLegacy(IEnumerable<string> table, Func<string, bool> isMounted)
    {
        var enabled = table.Where(l => !l.StartsWith('#'))
            .Select(l => l.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Where(f => f is [_, _, _, "1"]).Select(f => f[0]).ToHashSet(StringComparer.Ordinal);
        var missing = Needed.Where(n => !enabled.Contains(n)).ToList();
        if (missing.Count > 0)
        {
            return Finding.Problem(Subject, $"the kernel offers no controller {string.Join(", ", missing)}", EnableAtBoot(missing));
        }

        var unmounted = Needed.Where(n => !isMounted(n)).ToList();
        return unmounted.Count == 0
            ? Finding.Fine(Subject, $"version 1 with {string.Join(", ", Needed)}")
            : Finding.Problem(
                Subject, $"the controller {string.Join(", ", unmounted)} is not mounted",
                string.Join("; ", unmounted.Select(
                    n => $"mkdir -p /sys/fs/cgroup/{n} && mount -t cgroup -o {n} cgroup /sys/fs/cgroup/{n}")));
    }

    private static string EnableAtBoot(IEnumerable<string> missing) =>
        $"add {string.Join(' ', missing.Select(m => "cgroup_enable=" + m))} to the kernel's command line and reboot";
}
