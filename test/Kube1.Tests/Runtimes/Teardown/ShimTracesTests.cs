using System.Security.Cryptography;
using System.Text;
using Kube1.Runtimes.Linux.Teardown;

namespace Kube1.Tests.Runtimes.Teardown;

public sealed class ShimTracesTests
{
    private string _folder = null!;

    private string Sockets => Path.Combine(_folder, "run", "s");

    private string Results => Path.Combine(_folder, "cni", "results");

    private RuntimeLocation Runtime => new(Path.Combine(_folder, "state"), "/run/x/containerd.sock");

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("kube1-shims").FullName;
        Directory.CreateDirectory(Path.Combine(Runtime.State, "io.containerd.grpc.v1.cri", "sandboxes", "abc"));
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Remove_AfterAReboot_HasNothingToDo()
    {
        var traces = new ShimTraces(Runtime, [], Sockets, Results);

        Assert.That(traces.Remove, Throws.Nothing);
    }

    [Test]
    public void Remove_SocketsOfKnownSandboxes_AreGoneAndOthersStay()
    {
        Directory.CreateDirectory(Sockets);
        var (known, running, other) = (SocketOf("abc"), SocketOf("def"), SocketOf("ghi"));
        foreach (var file in new[] { known, running, other })
        {
            File.WriteAllText(file, "");
        }

        new ShimTraces(Runtime, [["containerd-shim-runc-v2", "-id", "def"]], Sockets, Results).Remove();

        Assert.That(Directory.GetFiles(Sockets), Is.EqualTo(new[] { other }));
    }

    [Test]
    public void Remove_FoldersThatNobodyElseUses_AreGone()
    {
        Directory.CreateDirectory(Sockets);
        Directory.CreateDirectory(Results);
        File.WriteAllText(SocketOf("abc"), "");
        File.WriteAllText(Path.Combine(Results, "kube1-abc-eth0"), "");
        File.WriteAllText(Path.Combine(_folder, "cni", "of-others"), "");

        new ShimTraces(Runtime, [], Sockets, Results).Remove();

        Assert.That(
            Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName), Is.EquivalentTo(new[] { "state", "cni" }));
        Assert.That(Directory.Exists(Results), Is.False);
    }

    private string SocketOf(string sandbox) => Path.Combine(Sockets, Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes($"/run/x/containerd.sock/k8s.io/{sandbox}"))));
}
