using Kube1.Runtimes.Cri.Containerd;

namespace Kube1.Tests.Runtimes.Containerd;

public sealed class ContainerdConfigTests
{
    private static readonly ContainerdOptions Options = new()
    {
        Directory = "/data/agent/containerd",
        Binaries = new RuntimeBinaries("/usr/bin/containerd", "/usr/sbin/runc", "/usr/lib/cni"),
        CniConfigDirectory = "/data/agent/cni/net.d",
    };

    [TestCase("1.6.20", "version = 2", "[plugins.\"io.containerd.grpc.v1.cri\".cni]", "bin_dir = \"/usr/lib/cni\"")]
    [TestCase("1.7.24", "version = 2", "[plugins.\"io.containerd.grpc.v1.cri\".cni]", "bin_dir = \"/usr/lib/cni\"")]
    [TestCase("2.0.5", "version = 3", "[plugins.\"io.containerd.cri.v1.runtime\".cni]", "bin_dir = \"/usr/lib/cni\"")]
    [TestCase("2.1.9", "version = 3", "[plugins.\"io.containerd.cri.v1.runtime\".cni]", "bin_dirs = [\"/usr/lib/cni\"]")]
    [TestCase("2.3.0", "version = 3", "[plugins.\"io.containerd.cri.v1.runtime\".cni]", "bin_dirs = [\"/usr/lib/cni\"]")]
    public void Write_EachVersion_HasItsFormAndPluginsFolder(string version, params string[] lines) =>
        Assert.That(Lines(version, new HostSupport(true, true)), Is.SupersetOf(lines));

    [TestCase("1.7.24")]
    [TestCase("2.1.9")]
    public void Write_LittleIsAllowed_AsksForNoMore(string version)
    {
        Assert.That(
            Lines(version, new HostSupport(CanRaiseOomScore: false, Overlay: false)),
            Is.SupersetOf(new[] { "oom_score = 0", "restrict_oom_score_adj = true", "snapshotter = \"native\"" }));
        Assert.That(
            Lines(version, new HostSupport(CanRaiseOomScore: true, Overlay: true)),
            Is.SupersetOf(new[] { "oom_score = -999", "restrict_oom_score_adj = false", "snapshotter = \"overlayfs\"" }));
    }

    private static string[] Lines(string version, HostSupport host) =>
        ContainerdConfig.Write(Options, host, Version.Parse(version)).Split('\n');
}
