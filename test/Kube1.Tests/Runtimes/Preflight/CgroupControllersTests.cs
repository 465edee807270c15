using Kube1.Runtimes.Linux.Preflight;

namespace Kube1.Tests.Runtimes.Preflight;

public sealed class CgroupControllersTests
{
    private static readonly string[] Table =
    [
        "#subsys_name\thierarchy\tnum_cgroups\tenabled", "cpuset\t3\t5\t1", "cpu\t1\t5\t1", "memory\t4\t26\t1", "pids\t8\t5\t1",
    ];

    [Test]
    public void CheckUnified_AllThere_IsFine() =>
        Assert.That(CgroupControllers.CheckUnified("cpuset cpu io memory hugetlb pids\n").IsProblem, Is.False);

    [Test]
    public void CheckUnified_NoMemory_NamesTheKernelArgument()
    {
        var finding = CgroupControllers.CheckUnified("cpuset cpu io pids\n");
        Assert.That(finding.Fix, Does.Contain("cgroup_enable=memory"));
    }

    [Test]
    public void CheckLegacy_AllMounted_IsFine() =>
        Assert.That(CgroupControllers.CheckLegacy(Table, _ => true).IsProblem, Is.False);

    [Test]
    public void CheckLegacy_MemoryOff_NamesTheKernelArgument()
    {
        var table = Table.Select(l => l.StartsWith("memory", StringComparison.Ordinal) ? "memory\t0\t1\t0" : l);
        Assert.That(CgroupControllers.CheckLegacy(table, _ => true).Fix, Does.Contain("cgroup_enable=memory"));
    }

    [Test]
    public void CheckLegacy_PidsNotMounted_NamesTheMount()
    {
        var finding = CgroupControllers.CheckLegacy(Table, name => name != "pids");
        Assert.That(finding.Fix, Does.Contain("mount -t cgroup -o pids").And.Not.Contains("memory"));
    }

    [Test]
    public void CheckLegacy_NoTable_IsAProblem() =>
        Assert.That(CgroupControllers.CheckLegacy([], _ => true).IsProblem, Is.True);
}
