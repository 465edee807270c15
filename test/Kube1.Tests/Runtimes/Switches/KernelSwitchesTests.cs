using Kube1.Runtimes.Linux.Switches;

namespace Kube1.Tests.Runtimes.Switches;

/// <summary>Switches are plain files here, as they are below /proc/sys.</summary>
[Platform("Linux")]
public sealed class KernelSwitchesTests
{
    private const string Forward = "net/ipv4/ip_forward";

    private string _folder = null!;

    private string Switch => Path.Combine(_folder, "sys", Forward);

    private string Records => Path.Combine(_folder, "run", "net-1");

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("kube1-switches").FullName;
        Directory.CreateDirectory(Path.GetDirectoryName(Switch)!);
        Directory.CreateDirectory(Path.Combine(_folder, "a"));
        Directory.CreateDirectory(Path.Combine(_folder, "b"));
        File.WriteAllText(Switch, "0\n");
    }

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Restore_SwitchThatWasChanged_IsAsBeforeAndNothingIsLeft()
    {
        await Of("a").SetAsync(Forward, "1", default);
        await Of("a").SetAsync(Forward, "1", default);
        Assert.That(await File.ReadAllTextAsync(Switch), Is.EqualTo("1"));

        Assert.That(await Of("a").RestoreAsync(default), Is.EqualTo(new[] { (Forward, "0") }));
        Assert.That(await File.ReadAllTextAsync(Switch), Is.EqualTo("0"));
        Assert.That(Directory.Exists(Path.Combine(_folder, "run")), Is.False);
    }

    [Test]
    public async Task Restore_SwitchThatWasRightBefore_StaysAsItIs()
    {
        await File.WriteAllTextAsync(Switch, "1\n");
        await Of("a").SetAsync(Forward, "1", default);

        Assert.That(await Of("a").RestoreAsync(default), Is.Empty);
        Assert.That(await File.ReadAllTextAsync(Switch), Is.EqualTo("1\n"));
    }

    [Test]
    public async Task Restore_OtherClusterStillThere_WaitsForTheLast()
    {
        await Of("a").SetAsync(Forward, "1", default);
        await Of("b").SetAsync(Forward, "1", default);

        Assert.That(await Of("a").RestoreAsync(default), Is.Empty);
        Assert.That(await File.ReadAllTextAsync(Switch), Is.EqualTo("1"));
        Assert.That(await Of("b").RestoreAsync(default), Is.EqualTo(new[] { (Forward, "0") }));
    }

    [Test]
    public async Task Restore_OtherClustersDirectoryDeleted_DoesNotWaitForIt()
    {
        await Of("a").SetAsync(Forward, "1", default);
        await Of("b").SetAsync(Forward, "1", default);
        Directory.Delete(Path.Combine(_folder, "b"));

        Assert.That(await Of("a").RestoreAsync(default), Is.EqualTo(new[] { (Forward, "0") }));
    }

    [Test]
    public async Task Restore_WithoutAnyChange_DoesNothing() =>
        Assert.That(await Of("a").RestoreAsync(default), Is.Empty);

    private KernelSwitches Of(string cluster) => new(
        Path.Combine(_folder, cluster), TimeProvider.System, Path.Combine(_folder, "sys"), Records);
}
