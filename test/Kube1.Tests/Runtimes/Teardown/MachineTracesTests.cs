using System.Reflection;
using System.Runtime.Versioning;
using Kube1.Kubelet.Hosts;
using Kube1.Runtimes.Linux.Teardown;
using Kube1.Runtimes.Simulated;

namespace Kube1.Tests.Runtimes.Teardown;

[SupportedOSPlatform("linux"), Platform("Linux")]
public sealed class MachineTracesTests
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "kube1-traces");

    [Test]
    public void Unmount_MountsBelowTheDirectory_AreGoneAndOthersStay()
    {
        var mounts = new SimulatedMounts();
        foreach (var path in new[] { _folder, _folder + "/a/b", _folder + "2" })
        {
            mounts.MountTmpfs(path, 0);
        }

        Traces(mounts).Unmount();

        Assert.That(mounts.List().Select(m => m.Path), Is.EqualTo(new[] { _folder + "2" }));
    }

    [Test]
    public void Unmount_MountThatStays_StopsTheRemoval()
    {
        var mounts = DispatchProxy.Create<IMounts, StuckMounts>();
        ((StuckMounts)mounts).Path = _folder + "/a";

        Assert.That(
            Traces(mounts).Unmount,
            Throws.InstanceOf<IOException>().With.Message.EqualTo($"these mounts do not go away: {_folder}/a"));
    }

    private MachineTraces Traces(IMounts mounts) => new(
        _folder, "kube1", new RuntimeLocation("/nowhere", "/nowhere"), TextWriter.Null, TimeProvider.System, mounts);

    /// <summary>One mount that does not go away; no other member answers.</summary>
    public class StuckMounts : DispatchProxy
    {
        /// <summary>Where it is mounted.</summary>
        public string Path { get; set; } = "";

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == nameof(IMounts.List)
                ? new[] { new MountPoint(1, 0, "/", Path, "tmpfs", "tmpfs", "rw") }
                : null;
    }
}
