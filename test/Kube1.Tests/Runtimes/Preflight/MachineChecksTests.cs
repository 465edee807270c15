using Kube1.Runtimes.Cri.Containerd;
using Kube1.Runtimes.Linux.Preflight;

namespace Kube1.Tests.Runtimes.Preflight;

public sealed class MachineChecksTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("kube1-check-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(2_000_000, false)]
    [TestCase(393_216, false)]
    [TestCase(300_000, true)]
    public void Memory_OfTheMachine_IsEnoughOrNot(int kilobytes, bool isProblem)
    {
        var findings = MachineChecks.Memory([$"MemTotal:       {kilobytes} kB", "SwapTotal:      1048576 kB"]).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(findings[0].IsProblem, Is.EqualTo(isProblem));
            Assert.That(findings[1].ToString(), Is.EqualTo("ok       swap: 1024 MB, which is fine"));
        });
    }

    [TestCase(1970, true)]
    [TestCase(2026, false)]
    [TestCase(2090, true)]
    public void Clock_Year_IsSaneOrNot(int year, bool isProblem)
    {
        var time = new StoppedClock(new DateTimeOffset(year, 6, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.That(MachineChecks.Clock(time).IsProblem, Is.EqualTo(isProblem));
    }

    private sealed class StoppedClock(DateTimeOffset at) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => at;
    }

    [Test]
    public void DataDirectory_NotYetThere_LooksAtWhereItWillBeAndLeavesNothing()
    {
        Assert.That(MachineChecks.DataDirectory(Path.Combine(_folder, "a", "b")).Subject, Is.EqualTo("data directory"));
        Assert.That(Directory.GetFileSystemEntries(_folder), Is.Empty);
    }

    [Test]
    public void DataDirectory_BelowAFile_SaysSo()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        var finding = MachineChecks.DataDirectory(Path.Combine(file, "b"));
        Assert.That(finding.ToString(), Is.EqualTo($"PROBLEM  data directory: {file} is a file. Fix: choose another with --data-dir"));
    }

    [TestCase("kernel/fs/overlayfs/overlay.ko.xz: kernel/lib/x.ko", true)]
    [TestCase("kernel/fs/overlayfs/overlay.ko", true)]
    [TestCase("kernel/drivers/of/overlayfoo.ko:", false)]
    public void Offers_ModuleList_FindsTheModule(string line, bool offers) =>
        Assert.That(KernelFeatures.Offers([line], "overlay"), Is.EqualTo(offers));

    [Test]
    public void Overlay_NeitherInKernelNorAsModule_IsAProblem()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "proc"));
        var filesystems = Path.Combine(_folder, "proc", "filesystems");
        File.WriteAllText(filesystems, "nodev\tsysfs\n\text4\n");
        var without = KernelFeatures.Overlay(_folder);
        File.AppendAllText(filesystems, "nodev\toverlay\n");
        Assert.Multiple(() =>
        {
            Assert.That(without.IsProblem, Is.True);
            Assert.That(KernelFeatures.Overlay(_folder).IsProblem, Is.False);
        });
    }

    [Test]
    public void Find_PointToPointPluginMissing_NamesPluginsAndCommand()
    {
        foreach (var name in new[] { "containerd", "containerd-shim-runc-v2", "runc", "host-local", "loopback", "bridge", "portmap" })
        {
            File.WriteAllText(Path.Combine(_folder, name), "");
        }

        var without = RuntimeBinaries.Find([_folder], [_folder], ["debian"]);
        File.WriteAllText(Path.Combine(_folder, "ptp"), "");
        var with = RuntimeBinaries.Find([_folder], [_folder], ["debian"]);
        Assert.Multiple(() =>
        {
            Assert.That(without.Problem, Is.EqualTo(
                "not found: the CNI plugins ptp, host-local, loopback. Install with: "
                + "apt-get install -y containerd runc containernetworking-plugins"));
            Assert.That(with.Found?.CniDirectory, Is.EqualTo(_folder));
            Assert.That(with.Problem, Is.Null);
        });
    }
}
