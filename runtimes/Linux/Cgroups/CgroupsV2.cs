using System.Globalization;
using Kube1.Kubelet.Hosts;
using Kube1.Kubelet.Runtime;

namespace Kube1.Runtimes.Linux.Cgroups;

/// <summary>The unified hierarchy: https://www.kernel.org/doc/Documentation/admin-guide/cgroup-v2.rst.</summary>
internal sealed class CgroupsV2(string root, TimeProvider time) : CgroupTree(time)
{
    private static readonly string[] Wanted = ["cpuset", "cpu", "io", "memory", "hugetlb", "pids"];

    public override int Version => 2;

    protected override IEnumerable<string> Roots => [root];

    public override void Ensure(string path, LinuxResources resources)
    {
        var folder = root;
        foreach (var segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            Delegate(folder);
            folder = Path.Combine(folder, segment);
            Directory.CreateDirectory(folder);
        }

        Delegate(folder);
        if (resources.CpuShares > 0)
        {
            Set(folder, "cpu.weight", Text(Weight(resources.CpuShares)));
        }

        if (resources.CpuQuota > 0)
        {
            Set(folder, "cpu.max", $"{Text(resources.CpuQuota)} {Text(resources.CpuPeriod)}");
        }

        if (resources.MemoryLimitInBytes > 0)
        {
            Set(folder, "memory.max", Text(resources.MemoryLimitInBytes));
        }

        foreach (var (file, value) in resources.Unified)
        {
            Set(folder, file, value);
        }
    }

    public override CgroupUsage? Usage(string path)
    {
        var folder = At(root, path);
        if (!Directory.Exists(folder))
        {
            return null;
        }

        var used = Number(folder, "memory.current");
        var inactive = Stat(folder, "memory.stat", "inactive_file");
        return new CgroupUsage(
            Stat(folder, "cpu.stat", "usage_usec") * 1000, used, used > inactive ? used - inactive : 0);
    }

    /// <summary>Shares 2 … 262144 as weights 1 … 10000, as runc converts them.</summary>
    public static long Weight(long shares) => 1 + (shares - 2) * 9999 / 262142;

    /// <summary>Lets children of a cgroup be limited.</summary>
    private static void Delegate(string folder)
    {
        var available = File.ReadAllText(Path.Combine(folder, "cgroup.controllers"))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var enabled = File.ReadAllText(Path.Combine(folder, "cgroup.subtree_control"))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var controller in Wanted.Intersect(available).Except(enabled))
        {
            Write(folder, "cgroup.subtree_control", "+" + controller);
        }
    }

    private static void Set(string folder, string file, string value)
    {
        if (File.Exists(Path.Combine(folder, file)))
        {
            Write(folder, file, value);
        }
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
