using System.Diagnostics;
using System.Globalization;
using Kube1.EndToEnd.Kit;
using Kube1.Kubelet.Hosts;
using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Linux.Cgroups;

namespace Kube1.EndToEnd.Runtimes;

/// <summary>
/// Control groups as the kernel has them, below one of the test's own. A machine with version 1 mostly has an empty
/// tree of version 2 beside it, and then both are tried.
/// </summary>
[NonParallelizable]
[TestFixtureSource(nameof(Hierarchies))]
public sealed class LinuxCgroupsTests(string root, int version)
{
    private const long MemoryBytes = 64 * 1024 * 1024;

    private readonly string _top = "/k1cg-" + Guid.NewGuid().ToString("N")[..8];
    private readonly ICgroups _cgroups = LinuxCgroups.Detect(TimeProvider.System, root);

    private static IEnumerable<TestFixtureData> Hierarchies()
    {
        const string Mount = "/sys/fs/cgroup";
        if (File.Exists(Path.Combine(Mount, "cgroup.controllers")))
        {
            yield return new TestFixtureData(Mount, 2);
            yield break;
        }

        yield return new TestFixtureData(Mount, 1);
        if (File.Exists(Path.Combine(Mount, "unified", "cgroup.controllers")))
        {
            yield return new TestFixtureData(Path.Combine(Mount, "unified"), 2);
        }
    }

    [TearDown]
    public async Task RemoveAsync() => await _cgroups.RemoveAsync(_top, CancellationToken.None);

    [Test]
    public void Detect_Root_IsItsVersion() => Assert.That(_cgroups.Version, Is.EqualTo(version));

    [Test]
    public void Ensure_WithLimitsTwice_TheKernelHasTheLast()
    {
        Assume.That(HasController("memory") && HasController("cpu"), "the controllers are in the other hierarchy");
        var pod = _top + "/burstable/pod1";
        _cgroups.Ensure(pod, new LinuxResources { CpuShares = 2, MemoryLimitInBytes = 2 * MemoryBytes });
        _cgroups.Ensure(
            pod,
            new LinuxResources
            {
                CpuShares = 512, CpuPeriod = 100_000, CpuQuota = 50_000, MemoryLimitInBytes = MemoryBytes,
            });

        (string Controller, string File, string Value)[] expected = version == 1
            ?
            [
                ("cpu", "cpu.shares", "512"), ("cpu", "cpu.cfs_quota_us", "50000"),
                ("cpu", "cpu.cfs_period_us", "100000"), ("memory", "memory.limit_in_bytes", $"{MemoryBytes}"),
            ]
            : [("", "cpu.weight", "20"), ("", "cpu.max", "50000 100000"), ("", "memory.max", $"{MemoryBytes}")];
        Assert.That(
            expected.Select(e => (e.Controller, e.File, Read(Folder(e.Controller, pod), e.File))), Is.EqualTo(expected));
    }

    [Test]
    public void Children_OfAGroupWithPods_AreTheirNames()
    {
        _cgroups.Ensure(_top + "/pod1", new LinuxResources());
        _cgroups.Ensure(_top + "/pod2/container", new LinuxResources());

        Assert.That(_cgroups.Children(_top), Is.EquivalentTo(new[] { "pod1", "pod2" }));
        Assert.That(_cgroups.Children(_top + "/missing"), Is.Empty);
    }

    [Test]
    public async Task Remove_ProcessesInside_KillsThemAndIsIdempotent()
    {
        var pod = _top + "/pod1";
        MakeContainer(pod);
        // It ends with the test's process at the latest, whatever goes wrong here.
        using var process = Programs.Start("cat", []);
        Enter(pod + "/container", process);

        await _cgroups.RemoveAsync(pod, CancellationToken.None);
        await _cgroups.RemoveAsync(pod, CancellationToken.None);

        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.EqualTo(128 + 9));
        Assert.That(_cgroups.Children(_top), Is.Empty);
    }

    [Test]
    public async Task Usage_ProcessThatHasWorked_IsCounted()
    {
        Assume.That(HasController("memory") && HasController("cpu"), "the controllers are in the other hierarchy");
        var pod = _top + "/pod1";
        Assert.That(_cgroups.Usage(pod), Is.Null);
        MakeContainer(pod);

        // A variable of a megabyte is memory that stays; making it is work.
        using var shell = Programs.Start(
            "sh", ["-c", "read go; x=$(head -c 1000000 /dev/zero | tr '\\0' x); echo ${#x}; read end"]);
        Enter(pod + "/container", shell);
        await shell.StandardInput.WriteLineAsync("go");
        Assert.That(await shell.StandardOutput.ReadLineAsync(), Is.EqualTo("1000000"));
        var usage = _cgroups.Usage(pod)!;
        shell.Kill();
        await shell.WaitForExitAsync();

        Assert.That(usage.CpuUsageCoreNanoSeconds, Is.GreaterThan(0));
        Assert.That(usage.MemoryWorkingSetBytes, Is.GreaterThan(1_000_000).And.LessThanOrEqualTo(usage.MemoryUsageBytes));
    }

    private bool HasController(string name) => version == 1
        ? Directory.Exists(Path.Combine(root, name))
        : Read(root, "cgroup.controllers").Split(' ').Contains(name);

    /// <summary>
    /// A pod's group and one of a container below it. A group of version 2 that passes controllers on, as a pod's does,
    /// takes no processes itself: the one below is made as the runtime makes it.
    /// </summary>
    private void MakeContainer(string pod)
    {
        _cgroups.Ensure(version == 1 ? pod + "/container" : pod, new LinuxResources());
        if (version == 2)
        {
            Directory.CreateDirectory(Folder("", pod + "/container"));
        }
    }

    private void Enter(string path, Process process)
    {
        var controllers = version == 2
            ? [""]
            : Directory.GetDirectories(root).Where(d => File.Exists(Path.Combine(d, "tasks"))).Select(Path.GetFileName);
        foreach (var controller in controllers)
        {
            File.WriteAllText(
                Path.Combine(Folder(controller!, path), "cgroup.procs"),
                process.Id.ToString(CultureInfo.InvariantCulture));
        }
    }

    private string Folder(string controller, string path) => Path.Combine(root, controller, path.TrimStart('/'));

    private static string Read(string folder, string file) => File.ReadAllText(Path.Combine(folder, file)).Trim();
}
