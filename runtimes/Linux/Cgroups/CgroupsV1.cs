using System.Globalization;
using Kube1.Kubelet.Hosts;
using Kube1.Kubelet.Runtime;

namespace Kube1.Runtimes.Linux.Cgroups;

/// <summary>
/// One tree a controller: https://www.kernel.org/doc/Documentation/cgroup-v1/. A pod has a cgroup in each hierarchy that
/// is mounted, so that the runtime finds its parent everywhere.
/// </summary>
internal sealed class CgroupsV1(string root, TimeProvider time) : CgroupTree(time)
{
    private static readonly string[] Known =
    [
        "cpu", "cpuacct", "cpuset", "memory", "blkio", "devices", "freezer", "hugetlb", "net_cls", "net_prio",
        "perf_event", "pids", "rdma", "systemd", "misc",
    ];

    private readonly string[] _roots = [.. Known
        .Select(c => Path.Combine(root, c))
        .Where(Directory.Exists)
        .Select(p => new DirectoryInfo(p) is { LinkTarget: not null } link ? link.ResolveLinkTarget(true)!.FullName : p)
        .Distinct(StringComparer.Ordinal)];

    public override int Version => 1;

    protected override IEnumerable<string> Roots => _roots;

    public override void Ensure(string path, LinuxResources resources)
    {
        foreach (var hierarchy in _roots)
        {
            var folder = At(hierarchy, path);
            if (!Directory.Exists(folder))
            {
                Make(hierarchy, path);
            }
        }

        if (Folder("cpu", path) is { } cpu)
        {
            Set(cpu, "cpu.shares", resources.CpuShares);
            if (resources.CpuQuota > 0)
            {
                Set(cpu, "cpu.cfs_period_us", resources.CpuPeriod);
                Set(cpu, "cpu.cfs_quota_us", resources.CpuQuota);
            }
        }

        if (Folder("memory", path) is { } memory)
        {
            Set(memory, "memory.limit_in_bytes", resources.MemoryLimitInBytes);
        }
    }

    public override CgroupUsage? Usage(string path)
    {
        if (Folder("memory", path) is not { } memory || !Directory.Exists(memory))
        {
            return null;
        }

        var used = Number(memory, "memory.usage_in_bytes");
        var inactive = Stat(memory, "memory.stat", "total_inactive_file");
        var cpu = Folder("cpuacct", path) is { } acct ? Number(acct, "cpuacct.usage") : 0;
        return new CgroupUsage(cpu, used, used > inactive ? used - inactive : 0);
    }

    private string? Folder(string controller, string path)
    {
        var hierarchy = Path.Combine(root, controller);
        return Directory.Exists(hierarchy) ? At(hierarchy, path) : null;
    }

    /// <summary>A new cpuset has no CPUs, and no process can enter it: it takes its parent's.</summary>
    private static void Make(string hierarchy, string path)
    {
        var folder = hierarchy;
        foreach (var segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var parent = folder;
            folder = Path.Combine(folder, segment);
            if (Directory.Exists(folder))
            {
                continue;
            }

            Directory.CreateDirectory(folder);
            foreach (var file in new[] { "cpuset.cpus", "cpuset.mems" })
            {
                var inherited = Path.Combine(parent, file);
                if (File.Exists(inherited))
                {
                    Write(folder, file, File.ReadAllText(inherited).Trim());
                }
            }
        }
    }

    private static void Set(string folder, string file, long value)
    {
        if (value > 0 && File.Exists(Path.Combine(folder, file)))
        {
            Write(folder, file, value.ToString(CultureInfo.InvariantCulture));
        }
    }
}
