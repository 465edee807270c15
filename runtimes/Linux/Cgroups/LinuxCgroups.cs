using Kube1.Kubelet.Hosts;
using Kube1.Kubelet.Runtime;

namespace Kube1.Runtimes.Linux.Cgroups;

/// <summary>Finds out which cgroup hierarchy the machine has.</summary>
public static class LinuxCgroups
{
    private const string Root = "/sys/fs/cgroup";

    /// <summary>The machine's cgroups: v2 when the root is the unified hierarchy, else v1 (also hybrid).</summary>
    public static ICgroups Detect(TimeProvider time, string root = Root) =>
        File.Exists(Path.Combine(root, "cgroup.controllers")) ? new CgroupsV2(root, time) : new CgroupsV1(root, time);
}

/// <summary>What both versions share: names, killing what is left, removing bottom-up.</summary>
internal abstract class CgroupTree(TimeProvider time) : ICgroups
{
    /// <summary>A process that was killed needs a moment to leave its cgroup; after this long something holds it.</summary>
    private const int RemoveAttempts = 100;
    private static readonly TimeSpan RemovePause = TimeSpan.FromMilliseconds(20);

    public abstract int Version { get; }

    /// <summary>Roots of the hierarchies that pods have a cgroup in.</summary>
    protected abstract IEnumerable<string> Roots { get; }

    public abstract void Ensure(string path, LinuxResources resources);

    public abstract CgroupUsage? Usage(string path);

    public async Task RemoveAsync(string path, CancellationToken ct)
    {
        foreach (var root in Roots)
        {
            var folder = At(root, path);
            for (var attempt = 0; Directory.Exists(folder) && !TryRemove(folder); attempt++)
            {
                if (attempt == RemoveAttempts)
                {
                    throw new IOException($"cgroup {folder} cannot be removed: processes in it do not end");
                }

                await Task.Delay(RemovePause, time, ct);
            }
        }
    }

    public IReadOnlyList<string> Children(string path) =>
        [.. Roots.Select(r => At(r, path)).Where(Directory.Exists)
            .SelectMany(Directory.GetDirectories).Select(p => Path.GetFileName(p)!).Distinct(StringComparer.Ordinal)];

    protected static string At(string root, string path) => Path.Combine(root, path.TrimStart('/'));

    protected static void Write(string folder, string file, string value) => File.WriteAllText(Path.Combine(folder, file), value);

    protected static ulong Number(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        return File.Exists(path) && ulong.TryParse(File.ReadAllText(path).Trim(), out var value) ? value : 0;
    }

    /// <summary>The value of a line "key value" of a file.</summary>
    protected static ulong Stat(string folder, string file, string key)
    {
        var path = Path.Combine(folder, file);
        if (!File.Exists(path))
        {
            return 0;
        }

        foreach (var line in File.ReadLines(path))
        {
            if (line.StartsWith(key + " ", StringComparison.Ordinal))
            {
                return ulong.TryParse(line.AsSpan(key.Length + 1), out var value) ? value : 0;
            }
        }

        return 0;
    }

    private static bool TryRemove(string folder)
    {
        try
        {
            foreach (var child in Directory.GetDirectories(folder))
            {
                if (!TryRemove(child))
                {
                    return false;
                }
            }

            KillAll(folder);

            // A cgroup's files cannot be deleted, and need not be: rmdir takes the folder as it is.
            if (NativeFolder.Remove(folder))
            {
                return true;
            }

            return !Directory.Exists(folder);
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            // Processes are still leaving.
            return false;
        }
    }

    private static void KillAll(string folder)
    {
        foreach (var line in File.ReadLines(Path.Combine(folder, "cgroup.procs")))
        {
            if (int.TryParse(line, out var pid) && pid > 0)
            {
                NativeFolder.Kill(pid);
            }
        }
    }
}
